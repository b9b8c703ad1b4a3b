// What a stack's compose file says to debone, under its top-level key x-debone (docs/stack.md): from which recipes its
// images are built, where it answers, how a first administrator is registered, and what a backup of it is. Compose
// itself passes over keys that begin with x-.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/rel_path.h"

namespace debone::stack {

struct ImageRecipe {
  std::string image;     // as the services name it
  std::string recipe;    // a name in the catalog, or a file relative to the compose file
  bool is_file = false;  // it ends in .yaml or .yml
  std::string place;     // "compose.yaml:7:5"
};

// A variable of a service's containers.
struct ServiceVariable {
  std::string service;
  std::string variable;
};

struct Admin {
  std::string service;
  std::vector<std::string> command;  // the words EMAIL, FIRST and LAST stand for what the user says
  // That command for somebody.
  std::vector<std::string> for_user(const std::string& email, const std::string& first, const std::string& last) const;
};

struct Database {
  std::string service;
  std::vector<std::string> dump;        // writes everything to its standard output
  std::vector<std::string> load;        // takes that from its standard input
  std::string ends;                     // how the last line of a whole dump begins
  std::optional<std::string> variable;  // the service's: the database's name, for the word DATABASE in the commands
  std::optional<ServiceVariable> host;  // says which host has the database: another one than the service, perhaps
};

// A volume of a service: where it is mounted.
struct Folder {
  std::string service;
  base::RelPath path;
  friend bool operator==(const Folder&, const Folder&) = default;
};

struct BackupParts {
  std::optional<Database> database;
  std::vector<Folder> folders;
};

// A file that is made where it is missing: `bytes` random bytes as lower-case hex digits.
struct Secret {
  base::RelPath file;  // relative to the compose file
  unsigned bytes = 0;
};

struct Description {
  std::vector<ImageRecipe> images;         // sorted by image
  std::optional<ServiceVariable> address;  // that browsers use
  std::optional<Admin> admin;
  std::optional<BackupParts> backup;
  std::vector<Secret> secrets;
};

// Of the text of a compose file that errors call `file`. Throws Error (usage) at "file:line:column" where x-debone is
// not as docs/stack.md has it, or names a service or an image that the file does not have. Without x-debone nothing is
// said.
Description describe(std::string_view text, const std::string& file);

}  // namespace debone::stack
