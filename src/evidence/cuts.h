// Cuts: which files of its packages an image goes without, by rule: the sets that are on by default, then the recipe's
// `cuts:`, each of which cuts or restores. Of the rules that fit a path the last decides; where none fits, the file
// stays. Copyright files, NOTICE files and the links that stand for a package's documentation are cut by nothing but a
// glob whose last component is their name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/glob.h"
#include "base/rel_path.h"
#include "evidence/cut_sets.h"
#include "package/facts.h"
#include "recipe/recipe.h"

namespace debone::evidence {

struct CutRule {
  std::string name;     // the set's, or the glob as the recipe has it
  std::string summary;  // the set's; empty for a glob
  std::string place;    // in the recipe; empty: on by default
  bool restores = false;
  // "no-man, on by default", "/opt/** of app.yaml:7:5".
  std::string str() const;
};

class Cuts {
 public:
  // Throws Error (usage) at an item's place where it is no set and no glob, which recipe::load() does before.
  explicit Cuts(const recipe::Recipe& recipe);
  // One set alone, to see what it holds.
  explicit Cuts(const CutSet& set);

  // The rule that decides about a file of a package, or null where none fits. `content` is what `file` is a hard link
  // to, else `file` itself. A path below /bin, /lib and their like is also asked by its name in /usr, and the other
  // way.
  const CutRule* decide(const package::File& file, const package::File& content) const;
  // As decide, for a file that is kept as if it were a copyright file.
  const CutRule* decide_protected(const package::File& file, const package::File& content) const;

  // Whether the recipe's `paths:` put something at a path, below it or above it: it is there, whatever is cut.
  bool is_placed(const base::RelPath& path) const;

  // The rules, in the order in which they are asked.
  const std::vector<CutRule>& rules() const { return rules_; }

 private:
  struct Matcher {
    const CutSet* set = nullptr;    // null: the globs
    std::vector<base::Glob> globs;  // of the recipe
  };
  void add(const CutSet& set, const std::string& place, bool restores);
  const CutRule* last_of(const package::File& file, const package::File& content, bool by_name_alone) const;

  std::vector<CutRule> rules_;
  std::vector<Matcher> matchers_;  // one a rule
  std::vector<base::RelPath> placed_;
};

// Whether a path as shipped is a copyright or NOTICE file in usr/share/doc, or lies in a folder of such files.
bool is_copyright(std::string_view path);
// Whether it is the link that stands for a package's folder in usr/share/doc.
bool is_doc_link(const package::File& file);

}  // namespace debone::evidence
