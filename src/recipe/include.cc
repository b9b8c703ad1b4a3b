#include "recipe/include.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
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

// The node spelled out, so that equal ones have equal texts.
void spell(const Node& node, std::string& out) {
  out += fmt::format("{}{}:{}", static_cast<int>(node.kind), node.text.size(), node.text);
  for (const auto& item : node.items) spell(*item, out);
  for (const auto& member : node.members) {
    spell(*member.key, out);
    spell(*member.value, out);
  }
  out += ';';
}

// What makes an item of the list `list` the same thing as an item of the included one.
std::string identity_of(const Node& item, std::string_view list) {
  if (list == "packages" && item.kind == Node::Kind::scalar) return item.text.substr(0, item.text.find_first_of("=/:"));
  constexpr std::array<std::pair<std::string_view, std::string_view>, 11> identifying{{{"paths", "path"},
                                                                                       {"files", "package"},
                                                                                       {"users", "username"},
                                                                                       {"groups", "groupname"},
                                                                                       {"sources", "debian"},
                                                                                       {"sources", "name"},
                                                                                       {"sources", "deb"},
                                                                                       {"steps", "wait"},
                                                                                       {"steps", "template"},
                                                                                       {"steps", "step"},
                                                                                       {"jobs", "job"}}};
  for (const auto& [of_list, key] : identifying) {
    const auto* value = of_list == list ? item.find(key) : nullptr;
    if (value == nullptr || value->kind != Node::Kind::scalar) continue;
    const auto* type = item.find("type");
    // Making a path and changing its permissions are two things.
    const bool changes = list == "paths" && type != nullptr && type->text == "permissions";
    return fmt::format("{}{}={}", key, changes ? " permissions" : "", value->text);
  }
  std::string spelled;
  spell(item, spelled);
  return spelled;
}

std::vector<NodePtr> merge_items(const Node& included, const Node& own, std::string_view list) {
  std::vector<NodePtr> items = included.items;
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < items.size(); ++i) places.emplace(identity_of(*items[i], list), i);
  for (const auto& item : own.items) {
    const auto same = places.find(identity_of(*item, list));
    if (same == places.end()) {
      items.push_back(item);
    } else if (list == "cuts") {
      // Of the items that fit a path the last decides: one that is said again is said after all of the included.
      items[same->second] = nullptr;
      items.push_back(item);
      places.erase(same);
    } else {
      items[same->second] = item;
      places.erase(same);  // one of the including recipe's own that stands twice stays a mistake
    }
  }
  std::erase(items, nullptr);
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

NodePtr without(const Node& map, std::string_view key) {
  auto rest = std::make_shared<Node>(map);
  std::erase_if(rest->members, [&](const Member& member) { return member.key->text == key; });
  return rest;
}

// The map with another value under a key that it has.
NodePtr with(const Node& map, std::string_view key, const NodePtr& value) {
  auto changed = std::make_shared<Node>(map);
  for (auto& member : changed->members) {
    if (member.key->text == key) member.value = value;
  }
  return changed;
}

// The included recipe without what its `init:` starts, where the including one says what is started: a process in the
// place of a process or jobs, jobs in the place of a process.
NodePtr without_other_start(const NodePtr& included, const Node& own) {
  const auto* init = included->find("init");
  if (init == nullptr) return included;
  const auto* own_init = own.find("init");
  const auto* own_run = own_init != nullptr ? own_init->find("run") : nullptr;
  auto rest = std::make_shared<const Node>(*init);
  if (own_init != nullptr && own_init->find("jobs") != nullptr) {
    rest = without(*rest, "run");
  } else if (own.find("entrypoint") != nullptr || (own_run != nullptr && own_run->find("command") != nullptr)) {
    rest = without(*rest, "jobs");
    if (const auto* run = rest->find("run")) rest = with(*rest, "run", without(*run, "command"));
  }
  return with(*included, "init", rest);
}

NodePtr read_chain(std::string_view text, const std::shared_ptr<const Origin>& origin, const FindByName& catalog,
                   Chain& chain) {
  auto own = read_yaml(text, origin);
  const auto* include = own->find("include");
  if (include == nullptr) return own;
  const auto& name = text_of(*include, "include");
  auto included = name.ends_with(".yaml") || name.ends_with(".yml") ? read_included_file(*include, catalog, chain)
                                                                    : read_included_name(*include, catalog, chain);
  // Which variants there are is said of the one recipe that is built.
  return merge(without_other_start(without(*included, "variants"), *own), without(*own, "include"), "");
}

}  // namespace

NodePtr merge(const NodePtr& included, const NodePtr& own, std::string_view key) {
  // A command is one value: arguments of two commands in a row are no command.
  const bool replaces = included->kind != own->kind || key == "entrypoint" || key == "cmd" || key == "command";
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

NodePtr read_with_includes(std::string_view text, const std::shared_ptr<const Origin>& origin,
                           const FindByName& catalog) {
  Chain chain{{file_identity(origin->folder / std::filesystem::path(origin->file).filename()), origin->file}};
  return read_chain(text, origin, catalog, chain);
}

}  // namespace debone::recipe
