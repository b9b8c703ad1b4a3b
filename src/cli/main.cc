#include "cli/main.h"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <new>

#include "base/error.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/version.h"

namespace debone::cli {
namespace {

using base::Error;
using base::Exit;

constexpr std::string_view about =
    "debone turns Debian packages into one distroless OCI image: debs in, one image out.\n"
    "The archive's signatures are verified, dependencies solved as apt does, and the image is the\n"
    "same bits every time. No Docker, no root.";

std::string footer_of(const Command& command) {
  std::string text = "Examples:";
  for (const auto& example : command.examples) {
    text += fmt::format("\n  {}\n      {}", example.command, example.explanation);
  }
  return text;
}

std::function<int()> add(CLI::App& root, const Command& command) {
  auto* app = root.add_subcommand(command.name, command.summary);
  app->description(command.description.empty() ? command.summary : command.description);
  app->footer(footer_of(command));
  if (command.hidden) app->group("");
  return command.prepare(*app);
}

// What CLI11 found wrong, in the words and with the exit code of every other error.
Error usage_error(const CLI::App& root, const CLI::ParseError& error, int argc, char** argv) {
  const auto chosen = root.get_subcommands();
  const auto help =
      chosen.empty() ? std::string("debone --help") : fmt::format("debone {} --help", chosen[0]->get_name());
  if (chosen.empty() && argc > 1 && argv[1][0] != '-') {
    std::vector<std::string> names;
    for (const auto* app :
         root.get_subcommands([](const CLI::App* candidate) { return !candidate->get_group().empty(); })) {
      names.push_back(app->get_name());
    }
    const auto near = base::nearest(argv[1], names);
    return Error(Exit::usage, fmt::format("no command '{}'", argv[1]))
        .hint(near ? fmt::format("did you mean '{}'?", *near) : "the commands are: " + base::join(names, ", "));
  }
  std::string what = error.what();
  if (!what.empty() && what[0] >= 'A' && what[0] <= 'Z' && (what.size() < 2 || !(what[1] >= 'A' && what[1] <= 'Z'))) {
    what[0] = static_cast<char>(what[0] - 'A' + 'a');
  }
  while (what.ends_with('.') || what.ends_with('\n')) what.pop_back();
  return Error(Exit::usage, what).hint("see " + help);
}

int run(int argc, char** argv) {
  CLI::App root{std::string(about), "debone"};
  root.set_version_flag("--version", fmt::format("debone {}", version));
  root.set_help_flag("-h,--help", "Print this help and exit");
  root.require_subcommand(1);
  root.get_formatter()->column_width(34);
  std::vector<std::pair<std::string, std::function<int()>>> actions;
  for (const auto& command : commands(root)) actions.emplace_back(command.name, add(root, command));
  try {
    root.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    print(root.help());
    return 0;
  } catch (const CLI::CallForVersion& call) {
    print(std::string(call.what()) + "\n");
    return 0;
  } catch (const CLI::ParseError& error) {
    if (argc <= 1) {
      print_error(root.help());
      return static_cast<int>(Exit::usage);
    }
    throw usage_error(root, error, argc, argv);
  }
  const auto chosen = root.get_subcommands().at(0)->get_name();
  for (const auto& [name, action] : actions) {
    if (name == chosen) return action();
  }
  throw Error(Exit::internal, fmt::format("the command '{}' has no action", chosen));
}

}  // namespace

int main(int argc, char** argv) {
  // A reader that goes away (`| head`) is told by a failed write, which is an Error like every other.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const int status = run(argc, argv);
    flush_output();
    return status;
  } catch (const Error& error) {
    print_error(error.render());
    return static_cast<int>(error.code());
  } catch (const std::bad_alloc&) {
    print_error(Error(Exit::internal, "out of memory").render());
  } catch (const std::exception& error) {
    print_error(Error(Exit::internal, error.what()).hint("this is a defect of debone; please report it").render());
  }
  return static_cast<int>(Exit::internal);
}

}  // namespace debone::cli
