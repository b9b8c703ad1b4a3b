#include "run/process.h"

#include <fmt/format.h>

#include <cstdlib>

#include "base/error.h"
#include "tree/programs.h"

namespace debone::run {
namespace {

std::vector<std::string> arguments_of(const image::Config& config, const Options& options) {
  auto arguments = options.entrypoint.empty() ? config.entrypoint : options.entrypoint;
  const bool replaced = !options.entrypoint.empty() || !options.arguments.empty();
  const auto& rest = replaced ? options.arguments : config.cmd;
  arguments.insert(arguments.end(), rest.begin(), rest.end());
  if (arguments.empty()) {
    throw base::Error(base::Exit::usage, "the image has neither an entrypoint nor a cmd")
        .hint("say what to run, as in `debone run IMAGE -- php -v`");
  }
  return arguments;
}

std::map<std::string, std::string> environment_of(const image::Config& config, const Options& options,
                                                  const tree::User& user, bool terminal) {
  std::map<std::string, std::string> environment{{"PATH", std::string(tree::default_path)}, {"HOME", user.home}};
  if (terminal) environment["TERM"] = "xterm";
  for (const auto& [name, value] : config.environment) environment[name] = value;
  for (const auto& variable : options.environment) {
    const auto equals = variable.find('=');
    const auto name = variable.substr(0, equals);
    if (name.empty()) {
      throw base::Error(base::Exit::usage, fmt::format("--env '{}' names no variable", variable))
          .hint("write NAME=VALUE, or NAME to pass this shell's value");
    }
    const char* own = std::getenv(name.c_str());
    if (equals != std::string::npos) {
      environment[name] = variable.substr(equals + 1);
    } else if (own != nullptr) {
      environment[name] = own;
    } else {
      environment.erase(name);
    }
  }
  return environment;
}

}  // namespace

Process process_of(const image::Config& config, const Options& options, const tree::Tree& tree, bool terminal) {
  Process process;
  process.arguments = arguments_of(config, options);
  process.user = tree::find_user(tree, options.user.empty() ? config.user : options.user);
  process.environment = environment_of(config, options, process.user, terminal);
  process.work_dir = options.work_dir.empty() ? config.work_dir : options.work_dir;
  if (process.work_dir.empty()) process.work_dir = std::string("/");
  if (!base::RelPath::parse_absolute(process.work_dir)) {
    throw base::Error(base::Exit::usage,
                      fmt::format("the working directory '{}' is not an absolute path", process.work_dir));
  }
  process.terminal = terminal;
  return process;
}

}  // namespace debone::run
