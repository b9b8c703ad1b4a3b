#include "recipe/variants.h"

#include <fmt/format.h>

#include <algorithm>

#include "recipe/fields.h"
#include "recipe/unique.h"
#include "recipe/values.h"

namespace debone::recipe {
namespace {

constexpr std::array all{Variant::latest, Variant::nonroot, Variant::debug, Variant::debug_nonroot};
constexpr std::string_view nonroot = "nonroot";

}  // namespace

std::string_view name_of(Variant variant) {
  return variant_names.at(static_cast<std::size_t>(std::ranges::find(all, variant) - all.begin()));
}

bool is_debug(Variant variant) { return variant == Variant::debug || variant == Variant::debug_nonroot; }

bool is_nonroot(Variant variant) { return variant == Variant::nonroot || variant == Variant::debug_nonroot; }

std::vector<Variant> read_variants(const Node& node) {
  std::vector<Variant> named;
  Unique seen("variant");
  for (const auto& item : items_of(node, "variants")) {
    const auto name = choice_of(*item, "variants", variant_names);
    seen.add(*item, std::string(name));
    named.push_back(all.at(static_cast<std::size_t>(std::ranges::find(variant_names, name) - variant_names.begin())));
  }
  std::vector<Variant> variants;
  for (const auto variant : all) {
    if (variant == Variant::latest || std::ranges::count(named, variant) > 0) variants.push_back(variant);
  }
  return variants;
}

void add_nonroot(Recipe& recipe, const Node& node) {
  if (std::ranges::none_of(recipe.variants, is_nonroot)) return;
  const auto user = std::ranges::find(recipe.users, nonroot, &User::name);
  if (user != recipe.users.end()) {
    if (user->uid == nonroot_id) return;
    fail(node, fmt::format("the user '{}' of 'accounts' has uid {}, these variants run as {}", nonroot, user->uid,
                           nonroot_id));
  }
  const auto taken = [&](std::string_view kind, const std::string& name) {
    fail(node, fmt::format("the {} '{}' of 'accounts' has the number {} of '{}'", kind, name, nonroot_id, nonroot));
  };
  for (const auto& other : recipe.users) {
    if (other.uid == nonroot_id) taken("user", other.name);
  }
  // A group that is not there is made with the user.
  std::uint32_t gid = nonroot_id;
  for (const auto& group : recipe.groups) {
    if (group.name == nonroot) gid = group.gid;
    if (group.gid == nonroot_id && group.name != nonroot) taken("group", group.name);
  }
  recipe.users.push_back({.name = std::string(nonroot),
                          .uid = nonroot_id,
                          .gid = gid,
                          .home = "/home/nonroot",
                          .gecos = std::string(nonroot)});
  PathItem home;
  home.path = *base::RelPath::parse("home/nonroot");
  home.uid = nonroot_id;
  home.gid = gid;
  home.permissions = 0700;
  home.place = node.place();
  // First, so that the recipe's own paths can change it.
  recipe.paths.insert(recipe.paths.begin(), std::move(home));
}

}  // namespace debone::recipe
