// A path below a root, and nothing else: no leading slash, no "..", no "." and no empty
// component, no NUL. The root itself is the empty path. Whoever holds a RelPath needs no
// further check against escaping by name (links are the tree's business).
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace debone::base {

class RelPath {
 public:
  RelPath() = default;  // the root

  // Accepts "usr/bin", "./usr/bin/", "usr//bin"; refuses "/usr", "a/../b", NUL, a component
  // over 255 bytes and a path over 4095 bytes by returning nothing.
  static std::optional<RelPath> parse(std::string_view text);
  // As parse, for text that must be absolute: "/usr/bin" and "/".
  static std::optional<RelPath> parse_absolute(std::string_view text);

  const std::string& str() const { return text_; }
  std::string absolute() const { return "/" + text_; }
  bool is_root() const { return text_.empty(); }
  RelPath parent() const;         // of the root: the root
  std::string_view name() const;  // the last component; of the root: ""
  // Whether this is `ancestor` or lies below it.
  bool is_within(const RelPath& ancestor) const;
  // This path followed by `tail`.
  RelPath operator/(const RelPath& tail) const;

  friend auto operator<=>(const RelPath&, const RelPath&) = default;

 private:
  explicit RelPath(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// Where a symbolic link at `link` with target `target` points, by name alone: relative
// targets from the link's directory, absolute ones from the root. Nothing where ".." would
// climb above the root or the target is no valid path.
std::optional<RelPath> link_destination(const RelPath& link, std::string_view target);

}  // namespace debone::base
