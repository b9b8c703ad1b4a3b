// The evidence of a closure as a graph of packages: by which chain the recipe leads to a package, and what would go
// with it if it went. Pure functions over evidence; a package is a position among the candidates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "evidence/closure.h"

namespace debone::evidence {

// Of all the evidence for each of `packages` packages, the piece that stands for it: that of the chain from the recipe
// with the fewest guesses (data, plugins, what may be loaded), and of these the shortest. Ties go to the stronger rule,
// then to the first package, file and name. Nothing for a package that no chain leads to. Following `by` from any of
// them ends at a package that the recipe names, keeps or implies.
std::vector<std::optional<Reason>> nearest_reasons(const std::vector<Evidence>& evidence, std::size_t packages);

// For each package the bytes that would go if it went, its own included: those of every package to which all chains
// lead through it. `sizes` are those of the packages. 0 for a package that no chain leads to.
std::vector<std::uint64_t> sizes_gone(const std::vector<Evidence>& evidence, const std::vector<std::uint64_t>& sizes);

}  // namespace debone::evidence
