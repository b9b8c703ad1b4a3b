#include "recipe/unique.h"

#include <fmt/format.h>

#include "recipe/fields.h"

namespace debone::recipe {

void Unique::add(const Node& node, const std::string& value) {
  const auto [first, is_new] = first_.emplace(value, node.place());
  if (!is_new) {
    fail(node, fmt::format("the {} '{}' stands twice", kind_, value),
         fmt::format("its first place is {}", first->second.str()));
  }
}

}  // namespace debone::recipe
