#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "check/checks.h"
#include "tree/programs.h"
#include "tree/user.h"

namespace debone::check {
namespace {

using base::RelPath;

constexpr std::string_view another_program = "start the program that reads it, or mend the file";
constexpr int most_interpreters = 4;  // a script's interpreter may be a script: Linux's own limit

Finding lacks_interpreter(const RelPath& path, const std::string& interpreter, Severity severity) {
  return {"interpreter-missing", severity, path.absolute(),
          fmt::format("it needs '{}', which the image does not have; add the package that brings it",
                      base::printable(interpreter))};
}

void check_interpreter(const tree::Tree& tree, const tree::Program& program, int depth, Findings& findings) {
  const auto bytes = program.node->content.bytes();
  const auto fail = [&](std::string id, std::string text) {
    findings.push_back({std::move(id), Severity::failure, program.path.absolute(), std::move(text)});
  };
  std::optional<std::string> interpreter;
  try {
    interpreter = tree::interpreter_of(bytes);
  } catch (const base::Error& error) {
    return fail("entrypoint-not-a-program", fmt::format("{}; {}", error.message(), another_program));
  }
  if (!interpreter)
    return fail("entrypoint-not-a-program",
                fmt::format("neither an ELF program nor a script with an interpreter; {}", another_program));
  if (interpreter->empty()) {
    if (bytes.starts_with("#!"))
      fail("entrypoint-not-a-program",
           fmt::format("a script whose first line names no interpreter; {}", another_program));
    return;  // a static program
  }
  const auto path = RelPath::parse_absolute(*interpreter);
  const auto* node = path ? tree::follow(tree, *path) : nullptr;
  if (node == nullptr || !tree::is_executable(*node))
    return findings.push_back(lacks_interpreter(program.path, *interpreter, Severity::failure));
  if (bytes.starts_with("#!") && depth < most_interpreters) check_interpreter(tree, {*path, node}, depth + 1, findings);
}

// The words of a script's first line, as much of it as Linux reads.
std::vector<std::string_view> first_line(std::string_view script) {
  constexpr std::size_t head = 256;  // BINPRM_BUF_SIZE
  return base::words(script.substr(2, std::min(script.find('\n'), head) - 2));
}

// The program that env(1) is to find: its first word that is no option and sets no variable. Empty for another.
std::string named_to_env(const std::vector<std::string_view>& line) {
  const auto& interpreter = line.front();
  if (interpreter.substr(interpreter.rfind('/') + 1) != "env") return {};
  for (const auto word : std::ranges::subrange(line.begin() + 1, line.end())) {
    if (!word.starts_with('-') && word.find('=') == std::string_view::npos) return std::string(word);
  }
  return {};
}

// Who the image runs as; nobody where the image does not know, which is a finding of its own.
std::optional<tree::User> user_of(const Subject& subject) {
  try {
    return tree::find_user(subject.tree, subject.process.user);
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

// `user` is whom the program is started by, where that is known.
void check_command(const Subject& subject, const std::string& command, const std::optional<tree::User>& user,
                   Findings& findings) {
  const auto& process = subject.process;
  const auto found = tree::find_program(subject.tree, process.search_path, process.work_dir, command);
  if (!found) {
    findings.push_back({"entrypoint-missing", Severity::failure, "",
                        fmt::format("no '{}' in the image's PATH; name its path, or add the package that brings it",
                                    base::printable(command))});
  } else if (!tree::is_executable(*found->node)) {
    findings.push_back({"entrypoint-not-executable", Severity::failure, found->path.absolute(),
                        "nobody may execute it; give it permissions 0o755 under paths"});
  } else if (user && !tree::may_execute(*found->node, *user)) {
    findings.push_back(
        {"entrypoint-not-executable", Severity::failure, found->path.absolute(),
         fmt::format("{}:{}, whom the image runs as, may not execute it (mode {:04o}, owner {}:{}); give "
                     "it permissions 0o755 under paths",
                     user->uid, user->gid, found->node->mode, found->node->uid, found->node->gid)});
  } else {
    check_interpreter(subject.tree, *found, 1, findings);
  }
}

}  // namespace

void entrypoint(const Subject& subject, Findings& findings) {
  if (subject.process.command.empty()) return;  // an image to build others on
  check_command(subject, subject.process.command.front(), user_of(subject), findings);
  // debone-init may start each as another user.
  if (!subject.process.init) return;
  for (const auto& program : subject.process.init->programs) check_command(subject, program, std::nullopt, findings);
}

void interpreters(const Subject& subject, Findings& findings) {
  const auto& tree = subject.tree;
  for (const auto& [path, node] : tree.nodes()) {
    if (node.type == tree::NodeType::directory || !is_program_directory(path.parent())) continue;
    const auto* script = tree::follow(tree, path);
    if (script == nullptr || !tree::is_executable(*script) || !script->content.bytes().starts_with("#!")) continue;
    const bool is_link = node.type == tree::NodeType::symlink;
    if (is_link && is_program_directory(tree.resolve(path, true).parent())) continue;  // told of the script itself
    const auto severity = is_link || subject.is_apts_choice ? Severity::report : Severity::failure;
    const auto line = first_line(script->content.bytes());
    if (line.empty()) continue;  // the kernel refuses it, and shells run it themselves
    const auto has = [&](const std::string& name) {
      const auto found = tree::find_program(tree, subject.process.search_path, "/", name);
      return found && tree::is_executable(*found->node);
    };
    const std::string interpreter(line.front());
    const auto named = named_to_env(line);
    const bool is_there = interpreter.starts_with('/') && has(interpreter);
    if (!named.empty() && !has(named)) {
      findings.push_back(lacks_interpreter(path, named, severity));
    } else if (!named.empty() && !is_there) {
      // Evidence takes it for one of that program's, which can be given it by name.
      findings.push_back({"interpreter-missing", Severity::report, path.absolute(),
                          fmt::format("only '{}' with its path starts it, since the image does not have '{}'",
                                      base::printable(named), base::printable(interpreter))});
    } else if (!is_there) {
      findings.push_back(lacks_interpreter(path, interpreter, severity));
    }
  }
}

}  // namespace debone::check
