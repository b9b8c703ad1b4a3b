// The recipe's `accounts:`: users and groups in apko's form, and whom the image runs as.
#pragma once

#include <vector>

#include "recipe/recipe.h"
#include "recipe/yaml_reader.h"

namespace debone::recipe {

struct Accounts {
  std::vector<User> users;
  std::vector<Group> groups;
  std::string run_as;
};

// `run_as_allowed`: not in a package's stated effects. Throws Error (usage) at its place.
Accounts read_accounts(const Node& node, bool run_as_allowed);

}  // namespace debone::recipe
