// What `why` and `tree` answer from: the packages of a recipe's closure with their facts, and the evidence among them.
// With a lock it is the lock and the facts that the store keeps, and nobody is asked; without one it is resolved anew.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/rel_path.h"
#include "cli/build_context.h"
#include "cli/lock_file.h"
#include "cli/select_packages.h"
#include "evidence/closure.h"
#include "evidence/cut_files.h"
#include "evidence/package_set.h"
#include "package/facts.h"
#include "recipe/recipe.h"

namespace debone::cli {

// A package of apt's closure that the image has not.
struct LeftOut {
  std::string name;
  std::string version;
  std::string why;
};

// The packages of an image, and what brought each.
struct Explanation {
  std::string architecture;                       // Debian's
  std::vector<package::Facts> facts;              // sorted by package
  evidence::Closure closure;                      // of them: each is kept, for its data alone, or read
  std::map<evidence::FileRef, std::string> cuts;  // files that are left out, and why
  std::vector<LeftOut> left_out;                  // sorted by name
};

// apt's closure as far as anything is known of it.
struct AptClosure {
  std::vector<package::Facts> facts;          // sorted by package
  std::vector<std::optional<LeftOut>> fates;  // of each; nothing for one that the image has
  std::vector<LeftOut> unknown;  // without facts, since none of these was ever inspected here; sorted by name
};

class Explainer {
 public:
  // `what` is what the user typed for the recipe. Throws Error (usage) where the recipe and its lock disagree, and as
  // select_by_resolving() does.
  Explainer(const recipe::Recipe& recipe, const std::string& what, const std::string& architecture,
            const BuildContext& context);

  // Of the packages that the image has, sorted. A .deb that was never inspected here is fetched. Throws Error as
  // fetch_debs() and read_deb() do.
  std::vector<package::Facts> facts() const;

  // `facts` are those of facts(). The image has what the lock says, whatever evidence is found for it now.
  Explanation explain(std::vector<package::Facts> facts) const;
  AptClosure apt_closure(std::vector<package::Facts> facts) const;

  // Who put this path into the image, as its file system's nodes say it: "effect:accounts"; nothing where the image has
  // no such path, whose last link is not followed. The file system is made for it, so that this takes as long as most
  // of a build. Throws Error as build_tree() does.
  std::optional<std::string> origin_of(const base::RelPath& path) const;

 private:
  Selection selection_with_debs() const;
  evidence::Closure find_closure(const std::vector<package::Facts>& facts, const evidence::CutFiles& cuts) const;

  const recipe::Recipe& recipe_;
  const std::string& what_;
  const BuildContext& context_;
  std::optional<LockFile> lock_;
  Selection selection_;  // with a lock without its .debs
};

}  // namespace debone::cli
