#include "init/run.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "init/actions.h"
#include "init/expand.h"
#include "init/failure.h"
#include "init/file.h"
#include "init/listeners.h"
#include "init/schedule.h"
#include "init/text.h"

namespace debone::init {
namespace {

Subject subject_of(const Wait& wait) { return {"wait", wait.name}; }
Subject subject_of(const Template& made) { return {"template", made.name}; }
Subject subject_of(const Step& step) { return {"step", step.name}; }

// Empty where the command line says all.
std::string file_of(const Given& given, const Environment& environment) {
  if (!given.config_path.empty()) return given.config_path;
  if (environment.has(config_variable)) return *environment.find(config_variable);
  const std::string path(default_config);
  return exists(path) || given.arguments.empty() ? path : "";
}

// What is run, given what the command line adds.
Run main_run(const Config& config, const std::vector<std::string>& arguments) {
  auto run = config.run.value_or(Run());
  // What the command line says is meant as it stands.
  std::vector<std::string> literal;
  for (const auto& argument : arguments) {
    literal.emplace_back();
    for (const char c : argument) literal.back() += c == '$' ? std::string("$$") : std::string(1, c);
  }
  auto& argv = run.command.argv;
  if (!run.append && !literal.empty()) argv.clear();
  argv.insert(argv.end(), literal.begin(), literal.end());
  if (argv.empty()) throw Failure{"there is nothing to run: neither [run] with a command, nor [job], nor arguments"};
  return run;
}

class Work {
 public:
  Work(Processes& processes, Log& log) : processes_(processes), log_(log) {}

  int operator()(const Given& given) {
    const auto& arguments = given.arguments;
    try {
      Environment environment(::environ);
      const auto config = load_config(file_of(given, environment), environment, given.sections);
      log_.set_form(config.log);
      stopping_ = config.stopping;
      if (!config.jobs.empty() && !arguments.empty()) throw Failure{"a schedule takes no arguments"};
      // Before anything is done: a container that has nothing to run does not migrate a database first.
      std::optional<Run> run;
      if (config.jobs.empty()) run = main_run(config, arguments);
      const auto variables = environment;
      for (const auto& [name, value] : variables.variables()) {
        if (name.starts_with(override_prefix)) environment.unset(name);
      }
      read_secrets(config, environment, log_);
      Context context{processes_, log_, environment, AccountFiles::read(), config.stopping};
      for (const auto& action : config.actions) {
        std::visit(
            [&](const auto& one) {
              const auto subject = subject_of(one);
              kind_ = subject.kind;
              name_ = subject.name;
              perform(context, one);
            },
            action);
      }
      kind_.clear();
      return run ? run_main(context, *run) : keep_schedule(context, config);
    } catch (const Failure& failure) {
      log_.error({kind_, name_}, failure.message, {{"status", std::to_string(failure.status)}});
      return failure.status;
    } catch (const Stopped& stopped) {
      return by_signal + stopped.signal;
    }
  }

  const Stopping& stopping() const { return stopping_; }
  const std::vector<pid_t>& groups() const { return groups_; }

 private:
  int run_main(Context& context, const Run& run) {
    std::vector<std::string> addresses;
    for (const auto& address : run.listen) addresses.push_back(expand_word(address, context.environment));
    auto listeners = Listeners::open(addresses);
    if (!listeners.empty()) {
      context.environment.set("LISTEN_FDS", std::to_string(addresses.size()));
      context.environment.set("LISTEN_PID", "");  // the child's own matter
    }
    auto child = child_of(run.command, context.environment, context.accounts);
    child.listeners = listeners.descriptors();
    const auto outcome = supervise(context, child, context.stopping, std::nullopt, {}, &listeners);
    groups_.push_back(outcome.process);
    return outcome.status;
  }

  Processes& processes_;
  Log& log_;
  Stopping stopping_;
  std::vector<pid_t> groups_;
  std::string kind_;  // of what is being done, for an error
  std::string name_;
};

}  // namespace

Config load_config(const std::string& path, const Environment& environment, std::vector<Section> sections) {
  if (!path.empty()) {
    std::ranges::move(sections_of(read_file(path, largest_config), path), std::back_inserter(sections));
  }
  apply_overrides(sections, environment);
  return config_of(sections);
}

int run(const Given& given) {
  Log log(LogForm::text);
  Processes processes;
  Work work(processes, log);
  const int status = work(given);
  end_all(processes, work.groups(), work.stopping().timeout, log);
  return status;
}

}  // namespace debone::init
