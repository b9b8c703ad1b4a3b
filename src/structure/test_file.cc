#include "structure/test_file.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "recipe/fields.h"
#include "recipe/values.h"
#include "structure/environment.h"

namespace debone::structure {
namespace {

using recipe::fail;
using recipe::Fields;
using recipe::Node;

constexpr std::string_view schema = "2.0.0";

template <typename Read>
auto list(const Fields& fields, std::string_view key, Read read) {
  std::vector<decltype(read(std::declval<const Node&>()))> items;
  if (const auto* node = fields.find(key)) {
    for (const auto& item : recipe::items_of(*node, key)) items.push_back(read(*item));
  }
  return items;
}

std::vector<std::string> texts(const Fields& fields, std::string_view key) {
  return list(fields, key, [&](const Node& node) { return recipe::text_of(node, key); });
}

std::vector<Pattern> patterns(const Fields& fields, std::string_view key) {
  return list(fields, key, [&](const Node& node) { return Pattern(node, key); });
}

std::string optional_text(const Fields& fields, std::string_view key) {
  const auto* node = fields.find(key);
  return node == nullptr ? std::string() : recipe::text_of(*node, key);
}

bool flag(const Fields& fields, std::string_view key, bool otherwise) {
  const auto* node = fields.find(key);
  return node == nullptr ? otherwise : recipe::boolean_of(*node, key);
}

// A program and its arguments, which may be empty texts.
std::vector<std::string> words(const Node& node, std::string_view key) {
  std::vector<std::string> all;
  for (const auto& item : recipe::items_of(node, key)) all.push_back(recipe::text_or_empty(*item, key));
  return all;
}

std::vector<std::string> command(const Node& node, std::string_view key) {
  auto all = words(node, key);
  if (all.empty() || all.front().empty()) fail(node, fmt::format("a command of '{}' names no program", key));
  return all;
}

std::vector<Variable> variables(const Fields& fields, std::string_view key) {
  return list(fields, key, [&](const Node& node) {
    const Fields item(node, fmt::format("an item of '{}'", key), {"key", "value"});
    return Variable{recipe::environment_name(item.require("key")),
                    recipe::text_or_empty(item.require("value"), "value")};
  });
}

std::vector<Pair> pairs(const Fields& fields, std::string_view key) {
  return list(fields, key, [&](const Node& node) {
    const Fields item(node, fmt::format("an item of '{}'", key), {"key", "value", "isRegex"});
    const auto& value = item.require("value");
    Pair pair{recipe::text_of(item.require("key"), "key"), recipe::text_or_empty(value, "value"), std::nullopt};
    if (flag(item, "isRegex", false)) pair.pattern.emplace(value, "value");
    return pair;
  });
}

CommandTest command_test(const Node& node) {
  const Fields fields(node, "a test of 'commandTests'",
                      {"name", "setup", "teardown", "envVars", "exitCode", "command", "args", "expectedOutput",
                       "excludedOutput", "expectedError", "excludedError"});
  CommandTest test;
  test.place = node.place();
  test.name = recipe::text_of(fields.require("name"), "name");
  test.setup = list(fields, "setup", [](const Node& item) { return command(item, "setup"); });
  test.teardown = list(fields, "teardown", [](const Node& item) { return command(item, "teardown"); });
  test.variables = variables(fields, "envVars");
  if (const auto* status = fields.find("exitCode")) {
    test.exit_status = static_cast<int>(recipe::id_of(*status, "exitCode"));
    if (test.exit_status > 255 || test.exit_status < 0) fail(*status, "'exitCode' must be a number from 0 to 255");
  }
  test.command = {recipe::text_of(fields.require("command"), "command")};
  if (const auto* args = fields.find("args")) {
    for (auto& word : words(*args, "args")) test.command.push_back(std::move(word));
  }
  test.expected_output = patterns(fields, "expectedOutput");
  test.excluded_output = patterns(fields, "excludedOutput");
  test.expected_error = patterns(fields, "expectedError");
  test.excluded_error = patterns(fields, "excludedError");
  return test;
}

// -1 is what the original has for "unchecked".
std::optional<std::uint32_t> id(const Fields& fields, std::string_view key) {
  const auto* node = fields.find(key);
  if (node == nullptr || (node->kind == Node::Kind::scalar && !node->quoted && node->text == "-1")) return std::nullopt;
  return recipe::id_of(*node, key);
}

// "-rw-r--r--", "dtrwxrwxrwx": https://pkg.go.dev/io/fs#FileMode.String
bool is_mode(const std::string& text) {
  constexpr std::string_view kinds = "-dalTLDpSugct?";
  constexpr std::string_view bits = "rwxrwxrwx";
  if (text.size() <= bits.size()) return false;
  const auto kind = text.size() - bits.size();
  if (text.substr(0, kind).find_first_not_of(kinds) != std::string::npos) return false;
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (text[kind + i] != '-' && text[kind + i] != bits[i]) return false;
  }
  return true;
}

FileExistenceTest existence_test(const Node& node) {
  const Fields fields(node, "a test of 'fileExistenceTests'",
                      {"name", "path", "shouldExist", "permissions", "uid", "gid", "isExecutableBy"});
  FileExistenceTest test;
  test.place = node.place();
  test.name = recipe::text_of(fields.require("name"), "name");
  test.path = recipe::absolute_path(fields.require("path"), "path");
  test.should_exist = flag(fields, "shouldExist", true);
  test.permissions = optional_text(fields, "permissions");
  if (!test.permissions.empty() && !is_mode(test.permissions)) {
    fail(*fields.find("permissions"), "'permissions' is not as Go writes a file's mode",
         "write -rw-r--r--, drwxr-xr-x, Lrwxrwxrwx for a link, dtrwxrwxrwx with the sticky bit");
  }
  test.uid = id(fields, "uid");
  test.gid = id(fields, "gid");
  if (const auto* by = fields.find("isExecutableBy")) {
    static constexpr std::array<std::string_view, 4> names{"owner", "group", "other", "any"};
    const auto& name = recipe::choice_of(*by, "isExecutableBy", names);
    test.executable_by = name == "owner"   ? Executable::owner
                         : name == "group" ? Executable::group
                         : name == "other" ? Executable::other
                                           : Executable::any;
  }
  return test;
}

FileContentTest content_test(const Node& node) {
  const Fields fields(node, "a test of 'fileContentTests'", {"name", "path", "expectedContents", "excludedContents"});
  FileContentTest test;
  test.place = node.place();
  test.name = recipe::text_of(fields.require("name"), "name");
  test.path = recipe::absolute_path(fields.require("path"), "path");
  test.expected = patterns(fields, "expectedContents");
  test.excluded = patterns(fields, "excludedContents");
  return test;
}

std::optional<MetadataTest> metadata_test(const Node& node) {
  const Fields fields(node, "'metadataTest'",
                      {"envVars", "unboundEnvVars", "labels", "exposedPorts", "unexposedPorts", "entrypoint", "cmd",
                       "workdir", "user", "volumes", "unmountedVolumes"});
  if (node.members.empty()) return std::nullopt;
  MetadataTest test;
  test.place = node.place();
  test.variables = pairs(fields, "envVars");
  test.unbound_variables = list(fields, "unboundEnvVars", [](const Node& item) {
    const Fields variable(item, "an item of 'unboundEnvVars'", {"key"});
    return recipe::text_of(variable.require("key"), "key");
  });
  test.labels = pairs(fields, "labels");
  test.exposed_ports = texts(fields, "exposedPorts");
  test.unexposed_ports = texts(fields, "unexposedPorts");
  if (const auto* entrypoint = fields.find("entrypoint")) test.entrypoint = words(*entrypoint, "entrypoint");
  if (const auto* cmd = fields.find("cmd")) test.cmd = words(*cmd, "cmd");
  test.work_dir = optional_text(fields, "workdir");
  test.user = optional_text(fields, "user");
  test.volumes = texts(fields, "volumes");
  test.unmounted_volumes = texts(fields, "unmountedVolumes");
  return test;
}

LicenseTest license_test(const Node& node) {
  const Fields fields(node, "a test of 'licenseTests'", {"debian", "files"});
  LicenseTest test;
  test.place = node.place();
  test.debian = flag(fields, "debian", false);
  test.files = list(fields, "files", [](const Node& item) { return recipe::absolute_path(item, "files"); });
  if (!test.debian && test.files.empty()) fail(node, "a test of 'licenseTests' names no file", "write debian: true");
  return test;
}

run::BindMount bind_mount(const Node& node) {
  const auto& text = recipe::text_of(node, "bindMounts");
  const auto parts = base::split(text, ':');
  const bool has_options = parts.size() == 3;
  const bool well_formed = (parts.size() == 2 || has_options) && parts[0].starts_with('/') &&
                           base::RelPath::parse_absolute(parts[1]) &&
                           (!has_options || parts[2] == "ro" || parts[2] == "rw");
  if (!well_formed) {
    fail(node, fmt::format("'bindMounts' cannot be '{}'", text), "write /of/the/host:/of/the/image, and :ro behind it");
  }
  std::error_code error;
  if (!std::filesystem::exists(parts[0], error)) fail(node, fmt::format("'bindMounts': there is no '{}'", parts[0]));
  return {parts[0], std::string(parts[1]), has_options && parts[2] == "ro"};
}

std::string capability(const Node& node) {
  const auto& name = recipe::text_of(node, "capabilities");
  auto found = run::find_capability(name);
  if (!found) fail(node, fmt::format("'capabilities': there is no '{}'", name), "see capabilities(7)");
  return *found;
}

void refuse(const Fields& fields, std::string_view key, std::string_view why) {
  const auto* node = fields.find(key);
  if (node != nullptr && recipe::boolean_of(*node, key))
    fail(*node, fmt::format("'{}' is not supported: {}", key, why));
}

ContainerOptions container_options(const Node& node) {
  const Fields fields(node, "'containerRunOptions'",
                      {"user", "privileged", "allocateTty", "envVars", "envFile", "capabilities", "bindMounts"});
  refuse(fields, "privileged", "a container of debone's gains no privileges; name what it needs under 'capabilities'");
  refuse(fields, "allocateTty", "a program under test has no terminal");
  ContainerOptions options;
  options.user = optional_text(fields, "user");
  if (const auto* file = fields.find("envFile")) {
    const auto& path = recipe::text_of(*file, "envFile");
    try {
      options.environment = parse_env_file(base::read_file(path, recipe::largest_text), path);
    } catch (base::Error& error) {
      error.add_frame(fmt::format("reading the 'envFile' of {}", file->place().str()));
      throw;
    }
  }
  const auto* names = fields.find("envVars");
  if (names != nullptr) {
    for (const auto& item : recipe::items_of(*names, "envVars")) {
      const auto name = recipe::environment_name(*item);
      const char* value = std::getenv(name.c_str());
      if (value != nullptr && *value != '\0') options.environment.push_back(fmt::format("{}={}", name, value));
    }
  }
  options.capabilities = list(fields, "capabilities", capability);
  options.binds = list(fields, "bindMounts", bind_mount);
  return options;
}

void require_schema(const Node& document) {
  const auto* version = document.find("schemaVersion");
  if (version == nullptr) fail(document, "the test file has no 'schemaVersion'", "write schemaVersion: 2.0.0");
  const auto& text = recipe::text_of(*version, "schemaVersion");
  if (text != schema) {
    fail(*version, fmt::format("a test file of schema '{}', and debone knows {} alone", text, schema),
         "write its tests in that form, with schemaVersion: 2.0.0");
  }
}

}  // namespace

TestFile parse(std::string_view text, const std::string& name) {
  const auto origin = std::make_shared<const recipe::Origin>(recipe::Origin{name, {}, "test file"});
  const auto document = recipe::read_yaml(text, origin);
  require_schema(*document);  // another schema has other keys
  const Fields fields(*document, "the test file",
                      {"schemaVersion", "globalEnvVars", "commandTests", "fileExistenceTests", "fileContentTests",
                       "metadataTest", "licenseTests", "containerRunOptions"});
  TestFile file;
  file.name = name;
  file.variables = variables(fields, "globalEnvVars");
  if (const auto* options = fields.find("containerRunOptions")) file.options = container_options(*options);
  file.commands = list(fields, "commandTests", command_test);
  file.existence = list(fields, "fileExistenceTests", existence_test);
  file.contents = list(fields, "fileContentTests", content_test);
  if (const auto* metadata = fields.find("metadataTest")) file.metadata = metadata_test(*metadata);
  file.licenses = list(fields, "licenseTests", license_test);
  if (file.commands.empty() && file.existence.empty() && file.contents.empty() && !file.metadata &&
      file.licenses.empty()) {
    fail(*document, "the test file holds no test",
         "write commandTests, fileExistenceTests, fileContentTests, metadataTest or licenseTests");
  }
  return file;
}

TestFile load(const std::filesystem::path& file) {
  return parse(base::read_file(file, recipe::largest_text), file.string());
}

}  // namespace debone::structure
