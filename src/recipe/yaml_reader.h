// YAML text as a tree of nodes that know where they stand. yaml-cpp parses; what it lets pass silently is an Error
// here: duplicate keys, alias bombs, tags, unclosed quotes, several documents, bytes that are no text. Values stay the
// text that was written: what a value means is the schema's business.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "recipe/recipe.h"

namespace debone::recipe {

// The text that nodes come from.
struct Origin {
  std::string file;              // how errors name it
  std::filesystem::path folder;  // absolute: of relative paths in it; empty for the catalog's text, which has none
  std::string noun = "recipe";   // what errors call a text of its kind
};

struct Node;
using NodePtr = std::shared_ptr<const Node>;

struct Member {
  NodePtr key;  // a scalar
  NodePtr value;
};

struct Node {
  enum class Kind { null, scalar, list, map };

  Kind kind = Kind::null;
  std::shared_ptr<const Origin> origin;
  int line = 0;                 // from 1
  int column = 0;               // from 1, in bytes; of a null, its key's or its list's
  std::string text;             // of a scalar
  bool quoted = false;          // of a scalar: in quotes or a block
  std::vector<NodePtr> items;   // of a list
  std::vector<Member> members;  // of a map, in the text's order, no key twice

  Place place() const { return {origin->file, line, column}; }
  // The value under `key`, or nullptr.
  const Node* find(std::string_view key) const;
};

constexpr std::size_t largest_text = std::size_t{1} << 20U;  // bytes, also with every alias expanded
constexpr std::size_t most_nodes = 20'000;                   // with every alias expanded
constexpr std::size_t deepest_nesting = 24;

struct Limits {
  std::size_t text = largest_text;
  std::size_t nodes = most_nodes;
};

// The one document that `text` holds, a map. Throws Error (usage) at "file:line:column".
NodePtr read_yaml(std::string_view text, const std::shared_ptr<const Origin>& origin, const Limits& limits = {});

}  // namespace debone::recipe
