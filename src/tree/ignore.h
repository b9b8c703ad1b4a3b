// The rules of a .deboneignore: what of a folder on the user's disk does not go into an image. The text is that of a
// .gitignore (gitignore(5)), of which this much is known:
// - a line is a pattern; empty ones and those beginning with `#` say nothing; blanks after it do not count;
// - `*` stands for any characters but `/`, `?` for one, `\` before a character for that character;
// - `**` as a whole component stands for any number of components;
// - a pattern with a `/` at its start or within is tied to the folder that holds the .deboneignore, another fits at
//   any depth; a `/` at its end makes it fit directories alone;
// - `!` before a pattern takes back what a line before it ignored; of the lines that fit the last decides. What lies in
//   an ignored directory is not looked at.
// Character classes (`[a-z]`) are an error rather than a silent difference.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/glob.h"

namespace debone::tree {

class IgnoreRules {
 public:
  IgnoreRules() = default;  // ignores nothing
  // Throws Error (usage) at `file`:LINE for a pattern that is not understood.
  static IgnoreRules parse(std::string_view text, const std::string& file);

  // `path` is relative to the folder: "vendor/bin/x".
  bool ignores(std::string_view path, bool is_directory) const;

 private:
  struct Rule {
    base::Glob glob;
    bool directories_only = false;
    bool takes_back = false;
  };
  std::vector<Rule> rules_;
};

}  // namespace debone::tree
