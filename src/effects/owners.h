// Names of accounts to their numbers, as the image's own passwd and group have them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "effects/passwd.h"
#include "tree/tree.h"

namespace debone::effects {

class Owners {
 public:
  explicit Owners(const tree::Tree& tree);
  // A name or a number; nothing for a name that the image does not have.
  std::optional<std::uint32_t> uid(std::string_view user) const;
  std::optional<std::uint32_t> gid(std::string_view group) const;

 private:
  Accounts accounts_;
};

}  // namespace debone::effects
