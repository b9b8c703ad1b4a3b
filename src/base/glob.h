// A pattern for paths, as shells and gitignore(5) have them:
// - `*` stands for any characters but `/`, `?` for one, `[a-z]` for one of a class, `[!a-z]` for one that is not in it;
// - `**` as a whole component stands for any number of components, none too;
// - `\` before a character stands for that character.
// Matching takes time in the product of the two lengths at most, whatever the pattern.
#pragma once

#include <bitset>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace debone::base {

class Glob {
 public:
  // Throws Error (usage, without a place) for a class that is not closed, is empty or has a range backwards.
  explicit Glob(std::string_view pattern);

  // Whether the pattern fits the whole of `path`: "usr/bin/x".
  bool fits(std::string_view path) const;
  // Whether it fits `path` or a directory that `path` lies in.
  bool fits_at_or_above(std::string_view path) const;
  // Whether its last component is `name` itself, without a wildcard.
  bool ends_in_name(std::string_view name) const;

 private:
  struct Element {
    enum class Kind { character, one_of, any_number };
    Kind kind = Kind::character;
    char character = 0;             // of a character
    std::bitset<256> members = {};  // of one_of
  };
  struct Component {
    bool any_depth = false;  // "**"
    std::vector<Element> elements;
  };

  static Component parse(std::string_view component);
  static bool is_literal(const Component& component);
  static bool fit(std::span<const Component> components, std::string_view path);

  std::vector<Component> components_;  // the pattern's, and one more: what lies below
  std::string prefix_;                 // what every path that fits begins with
};

// `{lib,lib64}/x` as "lib/x" and "lib64/x"; alternatives may stand within alternatives, and `\{` is no bracket. Throws
// Error (usage, without a place) for a bracket without its fellow, and for more than a thousand results.
std::vector<std::string> expand_braces(std::string_view pattern);

}  // namespace debone::base
