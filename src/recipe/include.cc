#include "recipe/include.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "recipe/fields.h"

namespace debone::recipe {
namespace {

// The files being read, the including one before the included.
struct Step {
  std::string identity;  // the file's canonical path, or "catalog:NAME"
  std::string file;
};
using Chain = std::vector<Step>;

bool equal(const Node& a, const Node& b) {
  return a.kind == b.kind && a.text == b.text &&
         std::ranges::equal(a.items, b.items, [](const auto& x, const auto& y) { return equal(*x, *y); }) &&
         std::ranges::equal(a.members, b.members, [](const Member& x, const Member& y) {
           return x.key->text == y.key->text && equal(*x.value, *y.value);
         });
}

// What makes an item of a list the same thing as an item of the included one, or nothing.
std::string identity_of(const Node& item, std::string_view list) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> identifying{{{"paths", "path"},
                                                                                      {"users", "username"},
                                                                                      {"groups", "groupname"},
                                                                                      {"sources", "debian"},
                                                                                      {"sources", "name"},
                                                                                      {"sources", "deb"}}};
  for (const auto& [of_list, key] : identifying) {
    const auto* value = of_list == list ? item.find(key) : nullptr;
    if (value == nullptr || value->kind != Node::Kind::scalar) continue;
    const auto* type = item.find("type");
    // Making a path and changing its permissions are two things.
    const bool changes = list == "paths" && type != nullptr && type->text == "permissions";
    return fmt::format("{}{}:{}", key, changes ? " permissions" : "", value->text);
  }
  return {};
}

bool same_item(const Node& a, const Node& b, std::string_view list) {
  const auto identity = identity_of(a, list);
  return identity.empty() ? equal(a, b) : identity == identity_of(b, list);
}

std::vector<NodePtr> merge_items(const Node& included, const Node& own, std::string_view list) {
  std::vector<NodePtr> items = included.items;
  for (const auto& item : own.items) {
    const auto end = items.begin() + static_cast<std::ptrdiff_t>(included.items.size());
    const auto same =
        std::find_if(items.begin(), end, [&](const auto& other) { return same_item(*other, *item, list); });
    if (same != end && (*same)->origin != item->origin) {
      *same = item;
    } else {
      items.push_back(item);
    }
  }
  return items;
}

std::string file_identity(const std::filesystem::path& path) {
  std::error_code ignored;  // a file that is not there is an error of its own
  return std::filesystem::weakly_canonical(path, ignored).string();
}

NodePtr read_chain(std::string_view text, const std::shared_ptr<const Origin>& origin, const FindByName& catalog,
                   Chain& chain);

NodePtr read_included(const Node& include, std::string_view text, std::shared_ptr<const Origin> origin,
                      std::string identity, const FindByName& catalog, Chain& chain) {
  if (std::ranges::find(chain, identity, &Step::identity) != chain.end()) {
    std::string cycle;
    for (const auto& step : chain) cycle += step.file + ", ";
    fail(include, "includes go round in a circle", fmt::format("the way is {}{}", cycle, origin->file));
  }
  if (chain.size() >= deepest_include) fail(include, fmt::format("a chain of more than {} includes", deepest_include));
  chain.push_back({std::move(identity), origin->file});
  auto node = base::while_doing(fmt::format("reading what {} includes", include.place().str()),
                                [&] { return read_chain(text, origin, catalog, chain); });
  chain.pop_back();
  return node;
}

NodePtr read_included_file(const Node& include, const FindByName& catalog, Chain& chain) {
  const auto& name = include.text;
  const auto& from = *include.origin;
  if (from.folder.empty()) {
    fail(include, fmt::format("'{}' is a file, and the catalog's text has none beside it", name),
         "name a recipe of the catalog, without .yaml");
  }
  const auto path = (from.folder / name).lexically_normal();
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    fail(include, fmt::format("no file '{}' to include", name),
         fmt::format("it is looked for beside {}; the catalog's recipes are named without .yaml", from.file));
  }
  const auto text = base::while_doing(fmt::format("reading what {} includes", include.place().str()),
                                      [&] { return base::read_file(path, largest_text); });
  auto shown = (std::filesystem::path(from.file).parent_path() / name).lexically_normal().string();
  return read_included(include, text, std::make_shared<Origin>(Origin{std::move(shown), path.parent_path()}),
                       file_identity(path), catalog, chain);
}

NodePtr read_included_name(const Node& include, const FindByName& catalog, Chain& chain) {
  const auto& name = include.text;
  const auto text = catalog ? catalog(name) : std::nullopt;
  if (!text) {
    fail(include, fmt::format("the catalog has no '{}' to include", name),
         "`debone catalog` lists its recipes; a file is named with its .yaml");
  }
  return read_included(include, *text, std::make_shared<Origin>(Origin{fmt::format("catalog/{}.yaml", name), {}}),
                       "catalog:" + name, catalog, chain);
}

NodePtr read_chain(std::string_view text, const std::shared_ptr<const Origin>& origin, const FindByName& catalog,
                   Chain& chain) {
  auto own = read_yaml(text, origin);
  const auto* include = own->find("include");
  if (include == nullptr) return own;
  const auto& name = text_of(*include, "include");
  auto included = name.ends_with(".yaml") || name.ends_with(".yml") ? read_included_file(*include, catalog, chain)
                                                                    : read_included_name(*include, catalog, chain);
  auto rest = std::make_shared<Node>(*own);
  std::erase_if(rest->members, [](const Member& member) { return member.key->text == "include"; });
  return merge(included, rest, "");
}

}  // namespace

NodePtr merge(const NodePtr& included, const NodePtr& own, std::string_view key) {
  // A command is one value: arguments of two commands in a row are no command.
  const bool replaces = included->kind != own->kind || key == "entrypoint" || key == "cmd";
  if (replaces || (own->kind != Node::Kind::map && own->kind != Node::Kind::list)) return own;
  auto merged = std::make_shared<Node>(*own);
  if (own->kind == Node::Kind::list) {
    merged->items = merge_items(*included, *own, key);
    return merged;
  }
  merged->members = included->members;
  for (const auto& member : own->members) {
    const auto same = std::ranges::find(merged->members, member.key->text, [](const Member& m) { return m.key->text; });
    if (same == merged->members.end()) {
      merged->members.push_back(member);
    } else {
      *same = {member.key, merge(same->value, member.value, member.key->text)};
    }
  }
  return merged;
}

NodePtr read_with_includes(std::string_view text, std::shared_ptr<const Origin> origin, const FindByName& catalog) {
  Chain chain{{file_identity(origin->folder / std::filesystem::path(origin->file).filename()), origin->file}};
  return read_chain(text, origin, catalog, chain);
}

}  // namespace debone::recipe
