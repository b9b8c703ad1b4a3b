// A regular expression as container-structure-test has them: Go's syntax, which is RE2's
// (https://github.com/google/re2/wiki/Syntax), matched anywhere in a text, in time linear in it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "recipe/yaml_reader.h"

namespace re2 {
class RE2;
}

namespace debone::structure {

class Pattern {
 public:
  // `key` names the value in errors. Throws Error (usage) at the node's place where it is no such expression.
  Pattern(const recipe::Node& node, std::string_view key);
  const std::string& text() const { return text_; }
  bool matches(std::string_view text) const;

 private:
  std::string text_;
  std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace debone::structure
