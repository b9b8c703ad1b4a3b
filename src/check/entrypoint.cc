#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "check/checks.h"
#include "check/following.h"
#include "package/elf.h"

namespace debone::check {
namespace {

using base::RelPath;

// What runc and the engines search where the image sets no PATH.
constexpr std::string_view default_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr int most_interpreters = 4;  // a script's interpreter may be a script: Linux's own limit

bool is_executable(const tree::Node& node) { return node.type == tree::NodeType::file && (node.mode & 0111U) != 0; }

struct Found {
  RelPath path;
  const tree::Node* node = nullptr;
};

// The file that runs, or else one of that name that may not be executed; without either, nothing.
std::optional<Found> find_command(const tree::Tree& tree, const recipe::Recipe& recipe, const std::string& command) {
  const auto look = [&](const std::string& text) -> std::optional<Found> {
    const auto path = RelPath::parse_absolute(text);
    if (!path) return std::nullopt;
    const auto* node = follow(tree, *path);
    if (node == nullptr || node->type == tree::NodeType::directory) return std::nullopt;
    return Found{*path, node};
  };
  if (command.starts_with('/')) return look(command);
  if (command.find('/') != std::string::npos) return look(fmt::format("{}/{}", recipe.work_dir, command));
  const auto set = recipe.environment.find("PATH");
  std::optional<Found> refused;
  for (const auto directory : base::split(set == recipe.environment.end() ? default_path : set->second, ':')) {
    auto found = look(fmt::format("{}/{}", directory, command));
    if (!found) continue;
    if (is_executable(*found->node)) return found;
    if (!refused) refused = std::move(found);
  }
  return refused;
}

void check_interpreter(const tree::Tree& tree, const Found& program, int depth, Findings& findings) {
  const auto bytes = program.node->content.bytes();
  const auto fail = [&](std::string id, std::string text) {
    findings.push_back({std::move(id), Severity::failure, program.path.absolute(), std::move(text)});
  };
  std::string interpreter;
  if (bytes.starts_with("#!")) {
    const auto words = base::words(bytes.substr(2, std::min(bytes.find('\n'), std::size_t{256}) - 2));
    if (words.empty()) return fail("entrypoint-not-a-program", "a script whose first line names no interpreter");
    interpreter = words.front();
  } else {
    std::optional<package::Elf> elf;
    try {
      elf = package::read_elf(bytes);
    } catch (const base::Error& error) {
      return fail("entrypoint-not-a-program", error.message());
    }
    if (!elf) return fail("entrypoint-not-a-program", "neither an ELF program nor a script with an interpreter");
    if (elf->interpreter.empty()) return;  // static
    interpreter = elf->interpreter;
  }
  const auto path = RelPath::parse_absolute(interpreter);
  const auto* node = path ? follow(tree, *path) : nullptr;
  if (node == nullptr || !is_executable(*node))
    return fail("interpreter-missing", fmt::format("it needs '{}', which the image does not have; add the package that "
                                                   "brings it",
                                                   base::printable(interpreter)));
  if (bytes.starts_with("#!") && depth < most_interpreters) check_interpreter(tree, {*path, node}, depth + 1, findings);
}

}  // namespace

void entrypoint(const tree::Tree& tree, const recipe::Recipe& recipe, Findings& findings) {
  const auto& argv = recipe.entrypoint.empty() ? recipe.cmd : recipe.entrypoint;
  if (argv.empty()) return;  // an image to build others on
  const auto& command = argv.front();
  const auto found = find_command(tree, recipe, command);
  if (!found) {
    findings.push_back({"entrypoint-missing", Severity::failure, "",
                        fmt::format("no '{}' in the image's PATH; name its path, or add the package that brings it",
                                    base::printable(command))});
  } else if (!is_executable(*found->node)) {
    findings.push_back({"entrypoint-not-executable", Severity::failure, found->path.absolute(),
                        "nobody may execute it; give it permissions 0o755 under paths"});
  } else {
    check_interpreter(tree, *found, 1, findings);
  }
}

}  // namespace debone::check
