// A file of structure tests as container-structure-test 2.0.0 has them
// (https://github.com/GoogleContainerTools/container-structure-test), YAML or JSON, as values. Read strictly: an
// unknown key, another schema, a malformed expression, or a file without a test is an Error (usage) at
// file:line:column.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/rel_path.h"
#include "recipe/recipe.h"
#include "run/spec.h"
#include "structure/pattern.h"

namespace debone::structure {

struct Variable {
  std::string name;
  std::string value;  // $NAME and ${NAME} stand for what is set before it
};

struct CommandTest {
  recipe::Place place;
  std::string name;
  std::vector<std::vector<std::string>> setup;
  std::vector<std::vector<std::string>> teardown;
  std::vector<Variable> variables;
  int exit_status = 0;
  std::vector<std::string> command;  // with its arguments
  std::vector<Pattern> expected_output;
  std::vector<Pattern> excluded_output;
  std::vector<Pattern> expected_error;
  std::vector<Pattern> excluded_error;
};

enum class Executable { owner, group, other, any };

struct FileExistenceTest {
  recipe::Place place;
  std::string name;
  base::RelPath path;
  bool should_exist = true;
  std::string permissions;  // Go's FileMode string, "drwxr-xr-x"; empty: unchecked
  std::optional<std::uint32_t> uid;
  std::optional<std::uint32_t> gid;
  std::optional<Executable> executable_by;
};

struct FileContentTest {
  recipe::Place place;
  std::string name;
  base::RelPath path;
  std::vector<Pattern> expected;
  std::vector<Pattern> excluded;
};

// A variable or label and its value: as it is, or as what a pattern matches.
struct Pair {
  std::string key;
  std::string value;
  std::optional<Pattern> pattern;
};

struct MetadataTest {
  recipe::Place place;
  std::vector<Pair> variables;
  std::vector<std::string> unbound_variables;
  std::vector<Pair> labels;
  std::vector<std::string> exposed_ports;
  std::vector<std::string> unexposed_ports;
  std::optional<std::vector<std::string>> entrypoint;
  std::optional<std::vector<std::string>> cmd;
  std::string work_dir;  // empty: unchecked
  std::string user;      // the same
  std::vector<std::string> volumes;
  std::vector<std::string> unmounted_volumes;
};

struct LicenseTest {
  recipe::Place place;
  bool debian = false;
  std::vector<base::RelPath> files;
};

struct ContainerOptions {
  std::string user;                      // empty: the image's
  std::vector<std::string> environment;  // "NAME=VALUE", of envFile and then of envVars
  std::vector<std::string> capabilities;
  std::vector<run::BindMount> binds;
};

struct TestFile {
  std::string name;  // as it was given
  std::vector<Variable> variables;
  ContainerOptions options;
  std::vector<CommandTest> commands;
  std::vector<FileExistenceTest> existence;
  std::vector<FileContentTest> contents;
  std::optional<MetadataTest> metadata;
  std::vector<LicenseTest> licenses;
};

// Reads the file, the envFile that it names (relative to the current folder, as in the original), and of this process's
// environment what it asks for.
TestFile load(const std::filesystem::path& file);
TestFile parse(std::string_view text, const std::string& name);

}  // namespace debone::structure
