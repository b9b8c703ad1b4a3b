#include "effects/owners.h"

#include "base/text.h"
#include "effects/context.h"

namespace debone::effects {
namespace {

std::optional<std::uint32_t> number(std::string_view text) {
  const auto value = base::parse_decimal(text);
  if (!value || *value >= 0xFFFFFFFFU) return std::nullopt;
  return static_cast<std::uint32_t>(*value);
}

}  // namespace

Owners::Owners(const tree::Tree& tree) {
  accounts_.read_passwd(tree.read(at("etc/passwd")).value_or(""), "", "/etc/passwd");
  accounts_.read_group(tree.read(at("etc/group")).value_or(""), "", "/etc/group");
}

std::optional<std::uint32_t> Owners::uid(std::string_view user) const {
  if (const auto id = number(user)) return id;
  const auto* entry = accounts_.find_user(user);
  if (entry == nullptr) return std::nullopt;
  return entry->user.uid;
}

std::optional<std::uint32_t> Owners::gid(std::string_view group) const {
  if (const auto id = number(group)) return id;
  const auto* entry = accounts_.find_group(group);
  if (entry == nullptr) return std::nullopt;
  return entry->group.gid;
}

}  // namespace debone::effects
