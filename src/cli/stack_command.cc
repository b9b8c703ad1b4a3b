#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "cli/archive_options.h"
#include "cli/command.h"
#include "cli/find_stack.h"
#include "cli/one_of.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/stack_backup.h"
#include "cli/stack_images.h"
#include "cli/start_stack.h"
#include "stack/engine.h"
#include "stack/mapped_file.h"
#include "stack/secrets.h"

namespace debone::cli {
namespace {

using base::Error;
using base::Exit;

enum class Action { write, up, down, status, logs, admin, backup, restore };

struct Options {
  std::string what;
  Action action = Action::up;
  std::vector<std::string> arguments;
  std::string folder;
  ArchiveOptions archive;
  bool build = false;
  std::chrono::milliseconds patience = std::chrono::minutes(5);
  bool volumes = false;
  bool follow = false;
  std::string admin;  // whom `up` registers; empty: nobody
  std::string first = "Admin";
  std::string last = "Admin";
};

// An action's words: what it takes beside NAME and --dir.
struct Usage {
  Action action;
  std::string argument;  // "EMAIL"; empty: none; "SERVICE...": any number
  std::vector<std::string> options;
};

const std::vector<std::string> starting{"--build",   "--timeout",       "--source",     "--jobs",
                                        "--offline", "--allow-expired", "--allow-older"};

std::vector<std::string> and_starting(std::vector<std::string> options) {
  options.insert(options.end(), starting.begin(), starting.end());
  return options;
}

const std::map<std::string, Usage> usages{
    {"write", {Action::write, "", {}}},
    {"up", {Action::up, "", and_starting({"--admin", "--first", "--last"})}},
    {"down", {Action::down, "", {"--volumes"}}},
    {"status", {Action::status, "", {}}},
    {"logs", {Action::logs, "SERVICE...", {"--follow"}}},
    {"admin", {Action::admin, "EMAIL", {"--first", "--last"}}},
    {"backup", {Action::backup, "FILE", {}}},
    {"restore", {Action::restore, "FILE", starting}},
};

std::map<std::string, Action> actions() {
  std::map<std::string, Action> all;
  for (const auto& [name, usage] : usages) all.emplace(name, usage.action);
  return all;
}

const std::pair<const std::string, Usage>& usage_of(Action action) {
  return *std::ranges::find_if(usages, [&](const auto& one) { return one.second.action == action; });
}

// What was given must belong to the action.
void require_usage(const CLI::App& app, const Options& options) {
  const auto& [name, usage] = usage_of(options.action);
  for (const auto* option : app.get_options()) {
    if (option->count() == 0 || option->get_positional()) continue;
    const auto given = "--" + option->get_lnames().front();
    if (given == "--dir" || std::ranges::count(usage.options, given) > 0) continue;
    throw Error(Exit::usage, fmt::format("{} is no option of '{}'", given, name))
        .hint(usage.options.empty() ? fmt::format("'{}' has none but --dir", name)
                                    : fmt::format("'{}' has {} and --dir", name, base::join(usage.options, ", ")));
  }
  if (usage.argument == "SERVICE...") return;
  const std::size_t wanted = usage.argument.empty() ? 0 : 1;
  if (options.arguments.size() > wanted)
    throw Error(Exit::usage, fmt::format("unexpected argument '{}'", options.arguments.at(wanted)));
  if (options.arguments.size() < wanted)
    throw Error(Exit::usage, fmt::format("{} is required", usage.argument))
        .hint(fmt::format("debone stack {} {} {}", options.what, name, usage.argument));
}

// "90s", "2m", "1h"; a number without a unit is seconds.
std::chrono::milliseconds duration_of(const std::string& text) {
  const std::map<char, std::uint64_t> units{{'s', 1}, {'m', 60}, {'h', 3600}};
  const auto named = text.empty() ? units.end() : units.find(text.back());
  const auto unit = named == units.end() ? 1 : named->second;
  const auto number =
      base::parse_decimal(std::string_view(text).substr(0, text.size() - (named == units.end() ? 0 : 1)));
  constexpr std::uint64_t a_day = 86400;
  if (!number || *number == 0 || *number > a_day || *number * unit > a_day) {
    throw Error(Exit::usage, fmt::format("--timeout is '{}', which is no length of time up to a day", text))
        .hint("for example 90s, 2m or 1h");
  }
  return std::chrono::seconds(*number * unit);
}

// Words that become arguments of a program in a container.
std::string plain_word(const std::string& word, std::string_view what) {
  const bool has_control =
      std::ranges::any_of(word, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (word.empty() || word.starts_with('-') || has_control) {
    throw Error(Exit::usage, fmt::format("{} is '{}'", what, base::printable(word)))
        .hint("it is not empty, does not begin with '-', and has no control characters");
  }
  return word;
}

// Where a stack without --dir lies matters to each command after this one.
std::string command_for(const Options& options, std::string_view rest) {
  const auto dir = options.folder.empty() ? std::string() : fmt::format(" --dir {}", options.folder);
  return fmt::format("debone stack {}{} {}", options.what, dir, rest);
}

// All that must be there before compose is asked: the files, the images, the secrets.
void provide(FoundStack& found, const stack::Engine& engine, const Options& options) {
  Progress progress;
  write_stack(found);
  provide_images(found, engine, options.archive, options.build, progress);
  for (const auto& name : stack::make_secrets(found.folder, found.description.secrets)) {
    print_error(fmt::format("made the secret {}\n", (found.folder / name).lexically_normal().string()));
  }
}

void tell_where(const FoundStack& found, const stack::Compose& compose, const Options& options) {
  std::string text = fmt::format("{} is up", found.name);
  if (const auto& address = found.description.address) {
    for (const auto& container : compose.containers()) {
      if (container.service != address->service) continue;
      if (const auto value = container.variable(address->variable))
        text += fmt::format(": {}", base::printable(*value));
      break;
    }
  }
  text += "\n";
  if (found.description.admin && options.admin.empty())
    text += fmt::format("  {:<50} registers an administrator\n", command_for(options, "admin EMAIL"));
  if (found.description.backup) text += fmt::format("  {:<50} saves its data\n", command_for(options, "backup FILE"));
  print(text);
}

// For what needs the stack's files, which `up` writes.
void require_written(const FoundStack& found, const Options& options) {
  if (found.embedded.empty()) return;
  throw Error(Exit::usage, "the stack is not there")
      .at(found.folder.string())
      .hint(fmt::format("`{}` makes it", command_for(options, "up")));
}

// For who changes them first, or has no Docker here.
int write(FoundStack& found) {
  if (found.embedded.empty()) {
    throw Error(Exit::usage, "it is there, and what is there is not written to")
        .at(found.file().string())
        .hint("--dir names another folder for the files of a stack that comes with debone");
  }
  write_stack(found);
  print(fmt::format("{} is written to {}\n", found.name, found.folder.string()));
  return 0;
}

// The arguments of compose that register an administrator.
std::vector<std::string> registration(const FoundStack& found, const std::string& email, const Options& options) {
  const auto& entry = found.description.admin;
  if (!entry) {
    throw Error(Exit::usage, "the stack does not say how an administrator is registered")
        .at(found.file().string())
        .hint("docs/stack.md describes 'admin' of x-debone");
  }
  const auto command = entry->for_user(plain_word(email, "EMAIL"), plain_word(options.first, "--first"),
                                       plain_word(options.last, "--last"));
  std::vector<std::string> run{"run", "--rm", "--no-deps", "-T", entry->service};
  run.insert(run.end(), command.begin(), command.end());
  return run;
}

int up(FoundStack& found, const stack::Compose& compose, const Options& options) {
  std::vector<std::string> registers;  // known before anything is built
  if (!options.admin.empty()) registers = registration(found, options.admin, options);
  provide(found, compose.engine(), options);
  start_stack(compose, {}, options.patience);
  tell_where(found, compose, options);
  flush_output();  // before what compose says
  return registers.empty() ? 0 : compose.run(registers);
}

int admin(const FoundStack& found, const stack::Compose& compose, const Options& options) {
  const auto registers = registration(found, options.arguments.at(0), options);
  if (compose.containers().empty()) {
    throw Error(Exit::does_not_hold, "the stack is not up")
        .at(found.name)
        .hint(fmt::format("`{}` starts it", command_for(options, "up")));
  }
  return compose.run(registers);
}

int backup(const FoundStack& found, const stack::Compose& compose, const Options& options) {
  const std::filesystem::path file = options.arguments.at(0);
  back_up(found, compose.engine(), file);
  print(fmt::format("{} is saved in {}: {}\n", found.name, file.string(),
                    base::human_size(std::filesystem::file_size(file))));
  return 0;
}

int restore(FoundStack& found, const stack::Compose& compose, const Options& options) {
  const auto& file = options.arguments.at(0);
  const stack::MappedFile mapped(file);
  const auto stored = [&] {
    try {
      return stack::read_backup(mapped.bytes(), found.name, parts_of(found));
    } catch (Error& error) {
      error.place_if_none(file);
      throw;
    }
  }();
  require_no_volumes(found, compose.engine());
  write_stack(found);
  require_own_database(found, compose);
  provide(found, compose.engine(), options);
  restore(found, compose, stored, options.patience);
  start_stack(compose, {}, options.patience);
  print_error(fmt::format("restored what was saved at {}\n", stored.created));
  tell_where(found, compose, options);
  return 0;
}

int act(FoundStack& found, const Options& options) {
  const auto engine = stack::Engine::find();
  const stack::Compose compose(engine, found.name, found.file());
  switch (options.action) {
    case Action::up: return up(found, compose, options);
    case Action::down:
      return compose.run(options.volumes ? std::vector<std::string>{"down", "--volumes"}
                                         : std::vector<std::string>{"down"});
    case Action::status: return compose.run({"ps", "--all"});
    case Action::logs: {
      std::vector<std::string> logs{"logs"};
      if (options.follow) logs.emplace_back("--follow");
      for (const auto& service : options.arguments) logs.push_back(plain_word(service, "SERVICE"));
      return compose.run(logs);
    }
    case Action::admin: return admin(found, compose, options);
    case Action::backup: return backup(found, compose, options);
    case Action::restore: return restore(found, compose, options);
    case Action::write: break;  // asks no engine
  }
  return 0;
}

int run_stack(const CLI::App& app, const Options& options) {
  require_usage(app, options);
  auto found = find_stack(options.what, options.folder);
  if (options.action == Action::write) return write(found);
  if (options.action != Action::up && options.action != Action::restore) require_written(found, options);
  return act(found, options);
}

}  // namespace

Command stack_command() {
  return {
      .name = "stack",
      .summary = "Run images that belong together: up, down, status, logs, admin, backup, restore, write",
      .description =
          "NAME is a stack that comes with debone, whose files `up` writes to ./NAME where they are not there yet, "
          "or a folder with a compose.yaml; what that says under x-debone tells debone the rest. It runs in Docker,"
          " by compose (docker compose, or docker-compose 1.29). up builds the images that the engine lacks and "
          "gives them to it, makes secrets that are missing, starts the stack and waits until every container is "
          "healthy, or has ended well; of one that has not it shows the last lines, and fails; with --admin it then"
          " registers an administrator, as admin does later. down, status and logs are compose's own. backup saves "
          "the database and the folders that matter in one file, without stopping anything. restore brings such a "
          "file into a stack without volumes, after all of it was verified. write only writes the files of a stack "
          "that comes with debone, manifests for Kubernetes among them where it has any; it needs no Docker.",
      .examples = {{"debone stack mediawiki up", "builds and starts the wiki whose files it writes to ./mediawiki"},
                   {"debone stack passbolt up --admin ada@example.org",
                    "starts a password manager and prints the link by which its administrator begins"},
                   {"debone stack mediawiki backup wiki.tar", "saves its database and uploads"},
                   {"debone stack mediawiki down --volumes && debone stack mediawiki restore wiki.tar",
                    "throws it away and brings it back"},
                   {"debone stack passbolt write", "gives its files, also for Kubernetes, in ./passbolt"},
                   {"debone stack ./shop logs --follow web", "of a stack of your own"}},
      .prepare =
          [](CLI::App& app) {
            const auto options = std::make_shared<Options>();
            app.add_option("NAME", options->what, "A stack that comes with debone, or a folder with a compose.yaml")
                ->required()
                ->type_name("");
            add_choice(app, "ACTION", options->action, actions(),
                       "up, down, status, logs, admin, backup, restore or write", "")
                ->required();
            app.add_option("ARGUMENT", options->arguments,
                           "admin: EMAIL; backup and restore: FILE; logs: services, or all")
                ->type_name("");
            app.add_option("--dir", options->folder, "The folder of a stack that comes with debone (./NAME)")
                ->type_name("FOLDER");
            app.add_flag("--build", options->build,
                         "up, restore: build all of its images, also those that the engine has");
            app.add_option_function<std::string>(
                   "--timeout", [options](const std::string& text) { options->patience = duration_of(text); },
                   "up, restore: how long it may take, such as 90s (5m)")
                ->type_name("TIME");
            add_source_options(app, options->archive);
            app.add_flag("--volumes", options->volumes, "down: remove its data, too, for good");
            app.add_flag("--follow", options->follow, "logs: go on with what is written");
            app.add_option("--admin", options->admin, "up: register this administrator when all is up")
                ->type_name("EMAIL");
            app.add_option("--first", options->first, "admin, up --admin: the first name (Admin)")->type_name("NAME");
            app.add_option("--last", options->last, "admin, up --admin: the last name (Admin)")->type_name("NAME");
            return [options, &app] { return run_stack(app, *options); };
          },
  };
}

}  // namespace debone::cli
