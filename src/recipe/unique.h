// Finds the second of two items that stand for the same thing.
#pragma once

#include <map>
#include <string>

#include "recipe/yaml_reader.h"

namespace debone::recipe {

class Unique {
 public:
  // `kind` is how errors call the items: "user".
  explicit Unique(std::string kind) : kind_(std::move(kind)) {}
  // Throws Error (usage) at `node` where `value` was added before, with the place of the first as the hint.
  void add(const Node& node, const std::string& value);

 private:
  std::string kind_;
  std::map<std::string, Place> first_;
};

}  // namespace debone::recipe
