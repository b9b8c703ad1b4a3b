#include "cli/main.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>

#include "base/error.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/manual.h"
#include "cli/output.h"
#include "cli/version.h"

namespace debone::cli {
namespace {

using base::Error;
using base::Exit;

constexpr std::string_view about =
    "debone turns Debian packages into one distroless OCI image: debs in, one image out. The archive's signatures are "
    "verified, dependencies solved as apt does, and the image is the same bits every time. No Docker, no root.";

// CLI11 reads an argument of the form [a,b] as the list of a and b wherever there may be several, and nothing turns
// that off (allow_extra_args(false) takes one argument alone). A path may look so: such an argument is hidden from the
// parser behind a byte that no argument can hold.
constexpr char hiding = '\0';

std::string hidden(const std::string& argument) {
  const bool looks_like_a_list = argument.starts_with('[') && argument.ends_with(']');
  return looks_like_a_list ? hiding + argument : argument;
}

std::string shown(std::string argument) {
  if (argument.starts_with(hiding)) argument.erase(0, 1);
  return argument;
}

void show_hidden(CLI::App& app) {
  for (auto* option : app.get_options()) option->transform(shown);
}

// CLI11 takes them from the back.
std::vector<std::string> for_parser(char** begin, char** end) {
  std::vector<std::string> arguments;
  while (end != begin) arguments.push_back(hidden(*--end));
  return arguments;
}

std::string footer_of(const Command& command) {
  std::string text = "Examples:";
  for (const auto& example : command.examples) {
    text += fmt::format("\n  {}\n      {}", example.command, example.explanation);
  }
  return text;
}

std::string manual() {
  std::string text;
  for (const auto& section : manual_sections()) {
    text += (text.empty() ? "" : "\n") + section.title + ":\n";
    for (const auto& entry : section.entries) {
      const auto wrapped = wrap(entry.text, 90);
      text += entry.name.size() < 6 ? fmt::format("  {:<6}", entry.name) : fmt::format("  {}\n        ", entry.name);
      for (const char c : wrapped) text += c == '\n' ? "\n        " : std::string(1, c);
      text += '\n';
    }
  }
  text.pop_back();  // CLI11 ends it
  return text;
}

// In the list of commands a command is its summary; in its own help, `asked`, it is described.
std::function<int()> add(CLI::App& root, const Command& command, bool asked) {
  auto* app = root.add_subcommand(command.name, command.summary);
  if (asked && !command.description.empty()) app->description(command.description);
  app->footer(footer_of(command));
  if (command.hidden) app->group("");
  auto action = command.prepare(*app);
  show_hidden(*app);
  return action;
}

std::vector<std::string> command_names(const CLI::App& root) {
  std::vector<std::string> names;
  for (const auto* app :
       root.get_subcommands([](const CLI::App* candidate) { return !candidate->get_group().empty(); })) {
    names.push_back(app->get_name());
  }
  return names;
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

Error no_command(const CLI::App& root, const std::string& given) {
  const auto names = command_names(root);
  const auto near = base::nearest(given, names);
  return Error(Exit::usage, fmt::format("no command '{}'", given))
      .hint(near ? fmt::format("did you mean '{}'?", *near) : "the commands are: " + base::join(names, ", "));
}

// What CLI11 found wrong, in the words and with the exit code of every other error.
Error usage_error(const CLI::App& root, const CLI::ParseError& error, int argc, char** argv) {
  const auto chosen = root.get_subcommands();
  if (chosen.empty() && argc > 1 && argv[1][0] != '-') return no_command(root, argv[1]);
  const auto help =
      chosen.empty() ? std::string("see debone --help") : fmt::format("see debone {} --help", chosen[0]->get_name());
  if (const auto extra = root.remaining(true); !extra.empty()) {
    const auto given = shown(extra[0]);
    const auto near = base::nearest(given, option_names(chosen.empty() ? root : *chosen[0]));
    return Error(Exit::usage, fmt::format("unexpected argument '{}'", given))
        .hint(near ? fmt::format("did you mean '{}'?", *near) : help);
  }
  std::string what = error.what();
  // CLI11 begins its sentences with a capital; a name such as RECIPE stays as it is.
  if (what.size() > 1 && what[0] >= 'A' && what[0] <= 'Z' && what[1] >= 'a' && what[1] <= 'z') {
    what[0] = static_cast<char>(what[0] - 'A' + 'a');
  }
  while (what.ends_with('.') || what.ends_with('\n')) what.pop_back();
  return Error(Exit::usage, what).hint(help);
}

int run(int argc, char** argv) {
  CLI::App root{std::string(about), "debone"};
  root.set_version_flag("--version", fmt::format("debone {}", version));
  root.set_help_flag("-h,--help", "Print this help and exit");
  root.footer(manual());
  root.require_subcommand(1);
  const auto formatter = std::make_shared<HelpFormatter>();
  formatter->column_width(30);
  formatter->label("SUBCOMMAND", "COMMAND");
  formatter->label("SUBCOMMANDS", "COMMANDS");
  formatter->label("Subcommands", "Commands");
  root.formatter(formatter);
  std::vector<std::pair<std::string, std::function<int()>>> actions;
  auto* const end = argv + argc;
  auto* const mark = std::find(argv, end, std::string_view("--"));
  const std::vector<std::string> behind(mark == end ? end : mark + 1, end);
  auto* last = end;
  for (const auto& command : commands(root, behind)) {
    if (command.starts_program && argc > 1 && command.name == argv[1]) last = mark;
    actions.emplace_back(command.name, add(root, command, argc > 1 && command.name == argv[1]));
  }
  try {
    root.parse(for_parser(std::min(argv + 1, last), last));
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
  // A connection or a reader that goes away is a failed write, to be dealt with where it happens.
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
