#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "check/checks.h"
#include "tree/programs.h"

namespace debone::check {
namespace {

using base::RelPath;

constexpr int most_interpreters = 4;  // a script's interpreter may be a script: Linux's own limit

void check_interpreter(const tree::Tree& tree, const tree::Program& program, int depth, Findings& findings) {
  const auto bytes = program.node->content.bytes();
  const auto fail = [&](std::string id, std::string text) {
    findings.push_back({std::move(id), Severity::failure, program.path.absolute(), std::move(text)});
  };
  std::optional<std::string> interpreter;
  try {
    interpreter = tree::interpreter_of(bytes);
  } catch (const base::Error& error) {
    return fail("entrypoint-not-a-program", error.message());
  }
  if (!interpreter) return fail("entrypoint-not-a-program", "neither an ELF program nor a script with an interpreter");
  if (interpreter->empty()) {
    if (bytes.starts_with("#!")) fail("entrypoint-not-a-program", "a script whose first line names no interpreter");
    return;  // a static program
  }
  const auto path = RelPath::parse_absolute(*interpreter);
  const auto* node = path ? tree::follow(tree, *path) : nullptr;
  if (node == nullptr || !tree::is_executable(*node))
    return fail("interpreter-missing", fmt::format("it needs '{}', which the image does not have; add the package that "
                                                   "brings it",
                                                   base::printable(*interpreter)));
  if (bytes.starts_with("#!") && depth < most_interpreters) check_interpreter(tree, {*path, node}, depth + 1, findings);
}

}  // namespace

void entrypoint(const tree::Tree& tree, const recipe::Recipe& recipe, Findings& findings) {
  const auto& argv = recipe.entrypoint.empty() ? recipe.cmd : recipe.entrypoint;
  if (argv.empty()) return;  // an image to build others on
  const auto& command = argv.front();
  const auto path = recipe.environment.find("PATH");
  const auto found = tree::find_program(tree, path == recipe.environment.end() ? tree::default_path : path->second,
                                        recipe.work_dir, command);
  if (!found) {
    findings.push_back({"entrypoint-missing", Severity::failure, "",
                        fmt::format("no '{}' in the image's PATH; name its path, or add the package that brings it",
                                    base::printable(command))});
  } else if (!tree::is_executable(*found->node)) {
    findings.push_back({"entrypoint-not-executable", Severity::failure, found->path.absolute(),
                        "nobody may execute it; give it permissions 0o755 under paths"});
  } else {
    check_interpreter(tree, *found, 1, findings);
  }
}

}  // namespace debone::check
