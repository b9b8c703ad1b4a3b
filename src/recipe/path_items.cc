#include "recipe/path_items.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "recipe/fields.h"
#include "recipe/unique.h"
#include "recipe/values.h"

namespace debone::recipe {
namespace {

constexpr std::array<std::string_view, 5> types{"directory", "file", "tree", "symlink", "permissions"};

constexpr std::array<std::string_view, 5> directory_keys{"path", "type", "uid", "gid", "permissions"};
constexpr std::array<std::string_view, 7> file_keys{"path", "type", "uid", "gid", "permissions", "content", "source"};
constexpr std::array<std::string_view, 5> tree_keys{"path", "type", "uid", "gid", "source"};
constexpr std::array<std::string_view, 5> symlink_keys{"path", "type", "uid", "gid", "source"};
constexpr std::array<std::string_view, 6> permissions_keys{"path", "type", "uid", "gid", "permissions", "recursive"};

std::span<const std::string_view> keys_of(PathType type) {
  switch (type) {
    case PathType::directory: return directory_keys;
    case PathType::file: return file_keys;
    case PathType::tree: return tree_keys;
    case PathType::symlink: return symlink_keys;
    case PathType::permissions: return permissions_keys;
  }
  return {};
}

PathType type_of(const Node& node) {
  const auto& name = choice_of(node, "type", types);
  return static_cast<PathType>(std::ranges::find(types, name) - types.begin());
}

void check_keys(const Node& node, PathType type) {
  const auto allowed = keys_of(type);
  for (const auto& member : node.members) {
    if (std::ranges::find(allowed, member.key->text) != allowed.end()) continue;
    fail(*member.key,
         fmt::format("an item of type '{}' has no '{}'", types[static_cast<std::size_t>(type)], member.key->text),
         fmt::format("it has {}", listed(allowed)));
  }
}

PathItem item_of(const Node& node) {
  const Fields fields(node, "an item of 'paths'",
                      {"path", "type", "uid", "gid", "permissions", "recursive", "source", "content"});
  PathItem item;
  item.place = node.place();
  const auto& path = fields.require("path");
  item.path = absolute_path(path, "path");
  item.type = type_of(fields.require("type"));
  check_keys(node, item.type);
  if (const auto* uid = fields.find("uid")) item.uid = id_of(*uid, "uid");
  if (const auto* gid = fields.find("gid")) item.gid = id_of(*gid, "gid");
  if (const auto* bits = fields.find("permissions")) item.permissions = permissions(*bits);
  if (const auto* recursive = fields.find("recursive")) item.recursive = boolean_of(*recursive, "recursive");
  if (const auto* content = fields.find("content")) {
    if (content->kind != Node::Kind::scalar) text_of(*content, "content");
    item.content = content->text;  // any bytes are a file's content
  }
  if (item.type == PathType::symlink) {
    item.link_target = text_of(fields.require("source"), "source");
  } else if (item.type == PathType::tree) {
    item.source = disk_path(fields.require("source"), "source");
  } else if (const auto* source = fields.find("source")) {
    item.source = disk_path(*source, "source");
  }

  if (item.path.is_root() && (item.type == PathType::file || item.type == PathType::symlink)) {
    fail(path, fmt::format("'/' cannot be a {}", item.type == PathType::file ? "file" : "symlink"));
  }
  if (item.type == PathType::file && item.content.has_value() == item.source.has_value()) {
    fail(node, "a file needs either 'content' or 'source'");
  }
  if (item.type == PathType::permissions && !item.uid && !item.gid && !item.permissions) {
    fail(node, "this item changes nothing", "give it 'permissions', 'uid' or 'gid'");
  }
  return item;
}

}  // namespace

std::vector<PathItem> read_path_items(const Node& node) {
  std::vector<PathItem> items;
  Unique made("path");
  Unique changed("path");
  for (const auto& item : items_of(node, "paths")) {
    items.push_back(item_of(*item));
    (items.back().type == PathType::permissions ? changed : made).add(*item, items.back().path.absolute());
  }
  return items;
}

}  // namespace debone::recipe
