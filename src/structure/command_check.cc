#include <fmt/format.h>

#include <map>

#include "base/error.h"
#include "run/capture.h"
#include "structure/checks.h"
#include "structure/environment.h"

namespace debone::structure {
namespace {

// What the test sets beside the image's own variables: the file's, its own, and what the options say.
std::vector<std::string> environment(const CommandTest& test, const TestFile& file, const image::Config& config) {
  auto known = config.environment;
  std::vector<std::string> made;
  for (const auto* variables : {&file.variables, &test.variables}) {
    for (const auto& variable : *variables) {
      auto value = expand(variable.value, known);
      made.push_back(fmt::format("{}={}", variable.name, value));
      known[variable.name] = std::move(value);
    }
  }
  made.insert(made.end(), file.options.environment.begin(), file.options.environment.end());
  return made;
}

// What keeps a program from being judged by what it did, or nothing.
std::optional<Failure> not_run(const std::string& what, const run::Caught& caught) {
  if (caught.cut_short == run::CutShort::by_time)
    return Failure{what, "to end in time", "it was still running, and was ended"};
  if (caught.cut_short == run::CutShort::by_size)
    return Failure{what, fmt::format("at most {} bytes", run::most_caught), "it wrote more, and was ended"};
  if (caught.ended.failure) return Failure{what, "to be executed", caught.ended.failure->message()};
  return std::nullopt;
}

void check_step(const std::string& what, const run::Caught& caught, Failures& failures) {
  if (auto failure = not_run(what, caught)) {
    failures.push_back(std::move(*failure));
  } else if (caught.ended.status != 0) {
    failures.push_back(
        {what, "exit status 0", fmt::format("exit status {}, stderr {}", caught.ended.status, shown(caught.err))});
  }
}

}  // namespace

Failures check_command(const CommandTest& test, const TestFile& file, const Subject& subject,
                       std::chrono::milliseconds timeout) {
  run::Options options;
  options.user = file.options.user;
  options.environment = environment(test, file, subject.config);
  std::vector<run::Process> processes;
  const auto add = [&](const std::vector<std::string>& command) {
    options.entrypoint = {command.front()};
    options.arguments = {command.begin() + 1, command.end()};
    processes.push_back(run::process_of(subject.config, options, subject.tree, false));
  };
  for (const auto& command : test.setup) add(command);
  add(test.command);
  for (const auto& command : test.teardown) add(command);

  auto launch = run::prepare(subject.config, subject.tree, options, false);
  launch.container.capabilities = file.options.capabilities;
  launch.container.binds = file.options.binds;
  std::size_t done = 0;
  const auto all = run::run_each(std::move(launch), processes, timeout, [&](const run::Caught& caught) {
    return ++done > test.setup.size() || caught.ended.status == 0;  // what the setup did not do is not tested
  });

  Failures failures;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& caught = all[i];
    if (i < test.setup.size()) {
      check_step(fmt::format("setup {}", i + 1), caught, failures);
    } else if (i > test.setup.size()) {
      check_step(fmt::format("teardown {}", i - test.setup.size()), caught, failures);
    } else if (auto failure = not_run("command", caught)) {
      failures.push_back(std::move(*failure));
    } else {
      if (caught.ended.status != test.exit_status) {
        failures.push_back({"exit status", std::to_string(test.exit_status),
                            fmt::format("{}, stderr {}", caught.ended.status, shown(caught.err))});
      }
      check_text("stdout", caught.out, test.expected_output, test.excluded_output, failures);
      check_text("stderr", caught.err, test.expected_error, test.excluded_error, failures);
    }
  }
  return failures;
}

}  // namespace debone::structure
