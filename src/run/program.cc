#include "run/program.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "tree/programs.h"

namespace debone::run {
namespace {

using base::Error;
using base::Exit;
using base::RelPath;

constexpr int most_interpreters = 4;  // a script's interpreter may be a script: Linux's own limit

Ended refusal(int status, std::string what, std::string hint) {
  return {status, Error(Exit::usage, std::move(what)).hint(std::move(hint))};
}

Ended missing(const tree::Tree& tree, const Process& process, const std::string& program) {
  if (program.find('/') != std::string::npos) {
    return refusal(not_found, fmt::format("the image has no program '{}'", program),
                   "build the image with the package that has it, or name another");
  }
  const auto search_path = process.environment.contains("PATH") ? process.environment.at("PATH") : std::string();
  std::vector<std::string> names;
  for (const auto directory : base::split(search_path, ':')) {
    const auto path = RelPath::parse_absolute(directory);
    if (!path || tree::follow(tree, *path) == nullptr) continue;
    const auto folder = tree.resolve(*path, true);
    const auto [begin, end] = tree.below(folder);
    for (auto it = begin; it != end; ++it)
      if (it->first.parent() == folder) names.emplace_back(it->first.name());
  }
  const auto near = base::nearest(program, names);
  return refusal(not_found, fmt::format("the image has no program '{}' in its PATH ({})", program, search_path),
                 near ? fmt::format("did you mean '{}'?", *near)
                      : "build the image with the package that has it, or name another by its path");
}

// Of a program that is there: what the kernel starts to run it.
std::optional<Ended> missing_interpreter(const tree::Tree& tree, const tree::Node& program, const std::string& name) {
  const auto* node = &program;
  for (int depth = 0; depth < most_interpreters; ++depth) {
    std::optional<std::string> interpreter;
    try {
      interpreter = tree::interpreter_of(node->content.bytes());
    } catch (const Error&) {
      return std::nullopt;  // the kernel's to judge
    }
    const auto path = interpreter ? RelPath::parse_absolute(*interpreter) : std::nullopt;
    if (!path) return std::nullopt;
    const bool is_script = node->content.bytes().starts_with("#!");
    node = tree::follow(tree, *path);
    if (node == nullptr) {
      return refusal(not_found, fmt::format("the image has no '{}', which '{}' needs to run", *interpreter, name),
                     is_script ? "it is a script: build the image with the package of its interpreter"
                               : "build the image with the package that has it: libc6, for a program of Debian's");
    }
    if (!is_script) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Ended> why_not_executable(const Process& process, const tree::Tree& tree) {
  const auto& name = process.arguments.front();
  std::optional<RelPath> path;
  if (name.find('/') != std::string::npos) {
    path = RelPath::parse_absolute(name.starts_with('/') ? name : fmt::format("{}/{}", process.work_dir, name));
    if (!path) return std::nullopt;  // it has "..": the kernel's to judge
    for (const auto* at : {"proc", "sys", "dev"})
      if (path->is_within(*RelPath::parse(at))) return std::nullopt;  // no file of the image
  }
  const auto search_path = process.environment.find("PATH");
  const auto found =
      tree::find_program(tree, search_path == process.environment.end() ? std::string_view() : search_path->second,
                         process.work_dir, name);
  if (!found) {
    const auto* node = path ? tree::follow(tree, *path) : nullptr;
    if (node == nullptr) return missing(tree, process, name);
    return refusal(not_executable, fmt::format("'{}' is a directory", name), "name a program in it");
  }
  if (!tree::may_execute(*found->node, process.user)) {
    return refusal(
        not_executable,
        fmt::format("'{}' may not be executed by {}:{} (mode {:04o}, owner {}:{})", found->path.absolute(),
                    process.user.uid, process.user.gid, found->node->mode, found->node->uid, found->node->gid),
        "give it permissions 0o755 under paths in the recipe, or name another program");
  }
  return missing_interpreter(tree, *found->node, found->path.absolute());
}

}  // namespace debone::run
