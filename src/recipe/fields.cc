#include "recipe/fields.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace debone::recipe {
namespace {

std::string_view name_of(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::null: return "nothing";
    case Node::Kind::scalar: return "a text";
    case Node::Kind::list: return "a list";
    case Node::Kind::map: return "a map";
  }
  return {};
}

void require_kind(const Node& node, std::string_view quoted_key, Node::Kind kind) {
  if (node.kind == kind) return;
  if (node.kind == Node::Kind::null)
    fail(node, fmt::format("{} has no value", quoted_key), "give it one, or remove it");
  fail(node, fmt::format("{} must be {}, not {}", quoted_key, name_of(kind), name_of(node.kind)));
}

std::string quoted(std::string_view key) { return fmt::format("'{}'", key); }

}  // namespace

void fail(const Node& node, std::string what, std::string hint) {
  throw base::Error(base::Exit::usage, std::move(what)).at(node.place().str()).hint(std::move(hint));
}

std::string listed(std::span<const std::string_view> names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? " and " : ", ";
    out += quoted(names[i]);
  }
  return out;
}

std::string suggestion(std::string_view text, std::span<const std::string_view> candidates, std::string otherwise) {
  const auto near = base::nearest(text, {candidates.begin(), candidates.end()});
  return near ? fmt::format("did you mean '{}'?", *near) : std::move(otherwise);
}

void require_known_keys(const Node& node, std::string_view what, std::span<const std::string_view> known) {
  require_kind(node, what.empty() ? "the recipe" : what, Node::Kind::map);
  for (const auto& member : node.members) {
    if (std::ranges::find(known, member.key->text) != known.end()) continue;
    fail(*member.key, fmt::format("unknown key '{}'{}{}", member.key->text, what.empty() ? "" : " in ", what),
         suggestion(member.key->text, known, fmt::format("the keys here are {}", listed(known))));
  }
}

Fields::Fields(const Node& node, std::string what, std::initializer_list<std::string_view> keys)
    : node_(&node), what_(std::move(what)) {
  require_known_keys(node, what_, {keys.begin(), keys.size()});
}

const Node& Fields::require(std::string_view key) const {
  const auto* found = find(key);
  if (found == nullptr) fail(*node_, fmt::format("{} has no '{}'", what_.empty() ? "the recipe" : what_, key));
  return *found;
}

const std::string& text_or_empty(const Node& node, std::string_view key) {
  require_kind(node, quoted(key), Node::Kind::scalar);
  if (node.text.find('\0') != std::string::npos) fail(node, fmt::format("'{}' holds a NUL character", key));
  return node.text;
}

const std::string& text_of(const Node& node, std::string_view key) {
  const auto& text = text_or_empty(node, key);
  if (text.empty()) fail(node, fmt::format("'{}' is empty", key));
  return text;
}

const std::vector<NodePtr>& items_of(const Node& node, std::string_view key) {
  require_kind(node, quoted(key), Node::Kind::list);
  return node.items;
}

const std::vector<Member>& members_of(const Node& node, std::string_view key) {
  require_kind(node, quoted(key), Node::Kind::map);
  return node.members;
}

bool boolean_of(const Node& node, std::string_view key) {
  require_kind(node, quoted(key), Node::Kind::scalar);
  if (node.quoted || (node.text != "true" && node.text != "false")) {
    fail(node, fmt::format("'{}' must be true or false", key));
  }
  return node.text == "true";
}

std::uint32_t id_of(const Node& node, std::string_view key) {
  constexpr std::uint64_t largest = 4'294'967'294;
  require_kind(node, quoted(key), Node::Kind::scalar);
  const auto value = base::parse_decimal(node.text);
  const bool leading_zero = node.text.size() > 1 && node.text.starts_with('0');
  if (node.quoted || leading_zero || !value || *value > largest) {
    fail(node, fmt::format("'{}' must be a number from 0 to {}", key, largest),
         node.quoted && value ? "write it without quotes" : "");
  }
  return static_cast<std::uint32_t>(*value);
}

const std::string& choice_of(const Node& node, std::string_view key, std::span<const std::string_view> allowed) {
  const auto& text = text_of(node, key);
  if (std::ranges::find(allowed, text) == allowed.end()) {
    fail(node, fmt::format("'{}' cannot be '{}'", key, text),
         suggestion(text, allowed,
                    allowed.size() == 1 ? fmt::format("write {}", listed(allowed))
                                        : fmt::format("choose from {}", listed(allowed))));
  }
  return text;
}

}  // namespace debone::recipe
