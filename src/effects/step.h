// What a maintainer script leaves in the file system on a first installation, said in steps: the effects table is made
// of them. Owners are names, since an image's numbers are known only when all its accounts are.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/rel_path.h"
#include "package/update_alternatives.h"
#include "recipe/yaml_reader.h"

namespace debone::effects {

// What is not stated stays as it is, or is what such a thing has when it is made: root's, 0755 or 0644.
struct Rights {
  std::optional<std::string> owner;
  std::optional<std::string> group;
  std::optional<std::uint32_t> mode;  // the twelve bits
};

// Without `group` the user gets a group of its own name, as `adduser --group` and useradd(8) make it.
struct AddUser {
  std::string name;
  std::optional<std::uint32_t> uid;  // where the script itself fixes it
  std::string group;
  std::string home = "/nonexistent";
  std::string shell = "/usr/sbin/nologin";
  std::string comment;
  std::vector<std::string> groups;  // others that it joins
};
struct AddGroup {
  std::string name;
  std::optional<std::uint32_t> gid;
};
struct AddMember {
  std::string user;
  std::string group;
};

// Made where nothing is there; the rights that are stated hold for one that is there as well.
struct MakeDirectory {
  base::RelPath path;
  Rights rights;
};
// These three only where nothing is there.
struct WriteFile {
  base::RelPath path;
  std::string content;
  Rights rights;
};
struct CopyFile {
  base::RelPath from;
  base::RelPath to;
  Rights rights;
};
struct MakeLink {
  base::RelPath path;
  std::string target;
};
// These only where something is there.
struct SetRights {
  base::RelPath path;
  Rights rights;
  bool recursive = false;
};
struct Move {
  base::RelPath from;
  base::RelPath to;
};
struct Remove {
  base::RelPath path;
};

// An update-alternatives(1) call that cannot be read from the script's text.
struct AddAlternative {
  package::InstalledAlternative alternative;
};

// What a config script answers itself (db_set), where the recipe does not.
struct Answer {
  std::string question;
  std::string value;
};

// A list of the modules in a directory, which a tool makes by loading each of them: gdk-pixbuf's loaders.cache. What
// each module says of itself is stated; "{module}" in it stands for the module's path.
struct ListModules {
  base::RelPath list;
  base::RelPath directory;
  std::string head;
  std::map<std::string, std::string> modules;  // what the list says, by the name of the module's file
  std::string tail;
};

// Work that is computed of the whole tree, by the finisher of that name.
struct Finish {
  std::string finisher;
};

// What the script makes and an image goes without, in words.
struct Omit {
  std::string what;
};

struct Step {
  std::variant<AddUser, AddGroup, AddMember, MakeDirectory, WriteFile, CopyFile, MakeLink, SetRights, Move, Remove,
               AddAlternative, Answer, ListModules, Finish, Omit>
      what;
  std::optional<base::RelPath> if_exists;  // done only where this is in the image
};

// What "{package}" and the like in a step's texts stand for. A word may have one in itself:
// "{debconf:tzdata/Zones/{debconf:tzdata/Areas}}".
using Words = std::map<std::string, std::string, std::less<>>;
std::string filled(const std::string& text, const Words& words);

// Takes the answer over as a word: before a template's default, behind the recipe's own answer.
void hear(const Answer& answer, Words& words);

// The steps of an entry's `does:`, but for those whose `if-answer` does not hold. `nothing` is no step. Throws Error
// (usage) at the place of what is malformed, and for an answer that a package's steps need and that nobody gave.
std::vector<Step> read_steps(const recipe::Node& does, const Words& words);

// The questions of debconf that the steps ask of, as they name them: with words in them, which are not filled.
std::set<std::string> questions_in(const recipe::Node& does);

}  // namespace debone::effects
