// A recipe's closure as a graph to print or draw: each package under the one that brought it, with what it weighs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/explanation.h"

namespace debone::cli {

struct GraphPackage {
  std::string name;
  std::string version;
  evidence::State state = evidence::State::kept;
  evidence::Rule rule = evidence::Rule::recipe;
  std::string why;                    // "needs libxml2.so.2"
  std::string file;                   // of `parent`, that shows it: "/usr/bin/php8.4"; or empty
  std::optional<std::size_t> parent;  // who brought it; none: the recipe itself
  std::uint64_t size = 0;             // bytes of its files in the image
  std::uint64_t gone = 0;             // bytes that would go with it, its own included
  std::vector<std::size_t> shows;     // every package that its files show evidence for, sorted
};

struct ClosureGraph {
  std::string name;                    // the recipe's
  std::string architecture;            // Debian's
  std::vector<GraphPackage> packages;  // that the image has, or that are read for it; sorted by name
  std::vector<LeftOut> left_out;       // of apt's closure; likewise

  std::size_t count() const;   // of the packages that the image has
  std::uint64_t size() const;  // bytes of all their files
  // Those under `parent` (none: the recipe), the one first with which the most would go, then by name.
  std::vector<std::size_t> children(std::optional<std::size_t> parent) const;
};

// `name` is the recipe's. Of a hard link only the first name has a size.
ClosureGraph closure_graph(const Explanation& explanation, std::string name);

}  // namespace debone::cli
