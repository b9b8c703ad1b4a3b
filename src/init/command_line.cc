#include "init/command_line.h"

#include <unistd.h>

#include <exception>

#include "init/failure.h"
#include "init/file.h"
#include "init/health.h"
#include "init/log.h"
#include "init/run.h"
#include "init/supervise.h"
#include "init/text.h"

namespace debone::init {
namespace {

using Arguments = std::vector<std::string>;

constexpr std::string_view help = R"(debone-init: the first process of an image without a shell

  debone-init [run] [--config FILE] [--] [ARGUMENT...]
      waits, templates and steps as FILE says (else DEBONE_INIT_CONFIG, else
      /etc/debone/init.conf), then its process or its schedule
  debone-init check FILE
      is the file valid? 0 or 1
  debone-init health [--timeout 3s] [--path /fpm-ping] KIND ADDRESS...
      does a service answer? 0 or 1
        tcp HOST:PORT, http URL, fcgi HOST:PORT or PATH, unix PATH, file PATH
  debone-init --help, --version

Exit status: the process's own, 128+N where signal N ended it, 124 out of time,
125 debone-init's own failure, 126 and 127 as a shell has them.
)";

void print(std::string_view text) { write_all(STDOUT_FILENO, text, "standard output"); }

// The value of the option at `at`, which may be "--name=value"; moves `at` to the last word that it took.
std::string value_of(const Arguments& arguments, std::size_t& at, std::string_view name) {
  const std::string_view word = arguments[at];
  if (word.size() > name.size()) return std::string(word.substr(name.size() + 1));
  if (at + 1 == arguments.size()) throw Failure{cat(name, " has no value")};
  return arguments[++at];
}

bool is_option(std::string_view word, std::string_view name) {
  return word == name || (word.starts_with(name) && word.substr(name.size()).starts_with('='));
}

Failure unknown(std::string_view option) { return Failure{cat("unknown option ", option, "; see debone-init --help")}; }

int run_command(const Arguments& arguments, std::size_t at) {
  std::string config;
  for (; at < arguments.size() && arguments[at].starts_with('-'); ++at) {
    if (arguments[at] == "--") {
      ++at;
      break;
    }
    if (!is_option(arguments[at], "--config")) throw unknown(arguments[at]);
    config = value_of(arguments, at, "--config");
    if (config.empty()) throw Failure{"--config has no value"};
  }
  return run(config, Arguments(arguments.begin() + static_cast<std::ptrdiff_t>(at), arguments.end()));
}

int check_command(const Arguments& arguments) {
  if (arguments.size() != 2 || arguments[1].starts_with('-')) throw Failure{"usage: debone-init check FILE"};
  try {
    const auto config = load_config(arguments[1], {});
    if (!config.run && config.jobs.empty()) throw ConfigFailure({arguments[1], 0}, "neither [run] nor [job]");
  } catch (Failure& failure) {
    failure.status = 1;
    throw;
  }
  print(cat(arguments[1], ": valid\n"));
  return 0;
}

int health_command(const Arguments& arguments) {
  Health health;
  Arguments words;
  for (std::size_t at = 1; at < arguments.size(); ++at) {
    const auto& word = arguments[at];
    if (is_option(word, "--timeout")) {
      health.timeout = duration_of(value_of(arguments, at, "--timeout"));
    } else if (is_option(word, "--path")) {
      health.path = value_of(arguments, at, "--path");
    } else if (word.starts_with('-')) {
      throw unknown(word);
    } else {
      words.push_back(word);
    }
  }
  if (words.size() < 2) throw Failure{"usage: debone-init health KIND ADDRESS..."};
  health.kind = words.front();
  health.addresses.assign(words.begin() + 1, words.end());
  if (const auto reason = ask(health); !reason.empty()) throw Failure{reason, 1};
  return 0;
}

int dispatch(const Arguments& arguments) {
  const std::string first = arguments.empty() ? "run" : arguments.front();
  if (first == "check") return check_command(arguments);
  if (first == "health") return health_command(arguments);
  if (first == "--help" || first == "-h") {
    print(help);
    return 0;
  }
  if (first == "--version") {
    print("debone-init " DEBONE_INIT_VERSION "\n");
    return 0;
  }
  if (first == "run") return run_command(arguments, arguments.empty() ? 0 : 1);
  if (first.starts_with('-')) return run_command(arguments, 0);
  throw Failure{cat("'", first, "' is none of run, check, health; a command to run stands behind --")};
}

}  // namespace

int main(const std::vector<std::string>& arguments) {
  const Log log(LogForm::text);
  try {
    return dispatch(arguments);
  } catch (const Failure& failure) {
    log.error({}, failure.message);
    return failure.status;
  } catch (const Stopped& stopped) {
    return by_signal + stopped.signal;
  } catch (const std::exception& error) {
    log.error({}, error.what());
    return own_failure;
  }
}

}  // namespace debone::init
