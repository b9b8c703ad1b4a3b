// A recipe's text with that of its `include:` merged in. Of what both say, the including recipe's word holds: its
// texts and commands replace the included ones, maps are merged key by key, lists are appended after the included ones.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "recipe/load.h"
#include "recipe/yaml_reader.h"

namespace debone::recipe {

constexpr std::size_t deepest_include = 8;  // files in a chain

// The merged root, without its `include`; each node keeps the place where it was written. A value that ends in .yaml
// or .yml is a file, relative to the including one's folder; any other is a name in the catalog. Throws Error (usage)
// for a cycle, a chain too long, and what read_yaml refuses.
NodePtr read_with_includes(std::string_view text, const std::shared_ptr<const Origin>& origin,
                           const FindByName& catalog);

// `own` merged onto `included`, both values of `key` (empty: the roots).
NodePtr merge(const NodePtr& included, const NodePtr& own, std::string_view key);

}  // namespace debone::recipe
