// Walking a recipe's nodes by its schema: maps with known keys, lists, texts. Whatever does not fit is an Error (usage)
// at the node's place that says what was expected and, for a key, the nearest valid one.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "recipe/yaml_reader.h"

namespace debone::recipe {

[[noreturn]] void fail(const Node& node, std::string what, std::string hint = {});

// A map whose keys are all known. `what` is how errors call it: "'contents'", "an item of 'paths'"; empty for the
// recipe as a whole.
class Fields {
 public:
  Fields(const Node& node, std::string what, std::initializer_list<std::string_view> keys);

  // The value under `key`, or nullptr where the map lacks it.
  const Node* find(std::string_view key) const { return node_->find(key); }
  const Node& require(std::string_view key) const;
  const Node& node() const { return *node_; }

 private:
  const Node* node_;
  std::string what_;
};

// Throws where `node` is no map, or has a key that is not `known`; `what` as in Fields.
void require_known_keys(const Node& node, std::string_view what, std::span<const std::string_view> known);

// The text of a scalar that is not empty and holds no NUL. `key` names the value in errors.
const std::string& text_of(const Node& node, std::string_view key);
// As text_of, but the text may be empty.
const std::string& text_or_empty(const Node& node, std::string_view key);
const std::vector<NodePtr>& items_of(const Node& node, std::string_view key);
const std::vector<Member>& members_of(const Node& node, std::string_view key);
// `true` or `false`.
bool boolean_of(const Node& node, std::string_view key);
// A user's or group's number: 0 to 2^32-2 (2^32-1 is the kernel's "no id"), decimal, without quotes.
std::uint32_t id_of(const Node& node, std::string_view key);
// One of `allowed`, else an Error with the nearest of them.
const std::string& choice_of(const Node& node, std::string_view key, std::span<const std::string_view> allowed);

// "did you mean 'x'?" for the nearest of `candidates`, else `otherwise`.
std::string suggestion(std::string_view text, std::span<const std::string_view> candidates, std::string otherwise);

// "'a', 'b' and 'c'".
std::string listed(std::span<const std::string_view> names);

}  // namespace debone::recipe
