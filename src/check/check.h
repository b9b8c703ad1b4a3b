// What an image must satisfy, asked before one is built and of any that is there. A finding has an id that stays the
// same (recipe/finding_kinds.h), a severity, a path and words; whoever builds or asks may allow it with a reason.
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/rel_path.h"
#include "recipe/recipe.h"
#include "tree/programs.h"
#include "tree/tree.h"

namespace debone::check {

enum class Severity { report, failure };

struct Finding {
  std::string id;  // "entrypoint-missing"
  Severity severity = Severity::failure;
  std::string path;  // absolute, or empty
  std::string text;  // what is wrong and the way out
};

// A library that a file of the image needs, and that is not there on a Debian system with the same packages either.
struct Lack {
  std::string path;  // "usr/lib/jvm/java-21-openjdk-amd64/lib/libfontmanager.so"
  std::string soname;
  friend auto operator<=>(const Lack&, const Lack&) = default;
};

// A path that a layer has although one below it, or itself, had it before.
struct Repeat {
  base::RelPath path;
  std::string first;   // "layer:1"
  std::string second;  // "layer:3", or the same
};

// How an image starts its process.
struct Process {
  std::vector<std::string> command;  // of the entrypoint, or else the command; empty: an image to build others on
  std::optional<recipe::Init> init;  // what debone-init does, where that is the entrypoint
  std::string search_path{tree::default_path};
  std::string library_path;          // LD_LIBRARY_PATH
  std::string work_dir;              // absolute, or empty
  std::string user;                  // "NAME", "UID", "UID:GID", or empty
  std::vector<std::string> volumes;  // absolute paths, filled where the image runs
  bool is_debug = false;             // a debug variant: what is in /busybox is meant to be there
};
Process process_of(const recipe::Recipe& recipe);

// What is judged.
struct Subject {
  const tree::Tree& tree;
  Process process;
  bool is_apts_choice = false;         // under apt's full closure what packages bring is reported, no failure
  std::vector<Lack> debians_own = {};  // are reported, no failures
  // Of a build: the names of what was cut of its packages. What a package's file needs, and the loader does not find
  // where another package has it, is then Debian's own too, if nothing of that name was cut. Nothing: not known.
  std::optional<std::set<std::string>> cut_names = std::nullopt;
  std::vector<Repeat> repeats = {};
  bool sums_are_new = false;  // written a moment ago, of these very files: they are not computed again
};

// All that the checks find, a finding a path, sorted by id and path, none twice.
std::vector<Finding> findings_of(const Subject& subject);

struct Allowed {
  Finding finding;
  std::string reason;
};

struct Verdict {
  std::vector<Finding> findings;  // that are not allowed, in their order
  std::vector<Allowed> allowed;
  std::vector<recipe::Allowance> unused;  // allow nothing

  std::size_t failures() const;
};

// One for the very path comes before one for an id.
Verdict judge(std::vector<Finding> findings, const std::vector<recipe::Allowance>& allowances);

// The findings of which an image may have many (set-id files, shells, ...) as one that lists their paths, for a
// summary; the others as they are.
std::vector<Finding> grouped(const std::vector<Finding>& findings);

}  // namespace debone::check
