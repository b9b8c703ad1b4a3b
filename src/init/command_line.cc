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

  debone-init [run] [OPTION...] [--] [ARGUMENT...]
      waits, templates and steps, then the process or the schedule
        --config FILE           what FILE says; else DEBONE_INIT_CONFIG's, else
                                /etc/debone/init.conf, if it is there
        --wait URL              first waits for tcp://HOST:PORT, unix:///PATH,
                                http://HOST[:PORT]/PATH, file:///PATH; repeatable
        --timeout 60s           for all of them together
        --wait-retry-interval 1s
        --template FROM:TO      then renders a file; repeatable
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

// The options of `run`, some of which are keys of sections. A single dash serves too, as for dockerize.
class RunOptions {
 public:
  // Takes the option at `at`, which it moves to the last word of it.
  void take(Arguments& arguments, std::size_t& at) {
    const auto written = arguments[at];
    if (!written.starts_with("--")) arguments[at].insert(0, 1, '-');
    for (const std::string_view name : {"--config", "--wait", "--timeout", "--wait-retry-interval", "--template"}) {
      if (!is_option(arguments[at], name)) continue;
      const auto value = value_of(arguments, at, name);
      if (value.empty()) throw Failure{cat(name, " has no value")};
      return put(name, value);
    }
    throw unknown(written);
  }

  Given given(Arguments arguments) && {
    if (targets_.words.empty() && !wait_.entries.empty()) {
      throw Failure{cat(wait_.entries.front().place.file, " is of --wait, which is not there")};
    }
    if (!targets_.words.empty()) {
      wait_.entries.push_back(std::move(targets_));
      sections_.insert(sections_.begin(), std::move(wait_));
    }
    return {std::move(config_), std::move(sections_), std::move(arguments)};
  }

 private:
  void put(std::string_view name, const std::string& value) {
    const Place place{std::string(name), 0};
    if (name == "--config") {
      config_ = value;
    } else if (name == "--wait") {
      targets_.words.push_back(value);
    } else if (name == "--template") {
      const auto colon = value.find(':');
      if (colon == std::string::npos) throw Failure{cat("--template: '", value, "' is not FROM:TO")};
      sections_.push_back({"template",
                           cat("option-", sections_.size() + 1),
                           {{"from", {value.substr(0, colon)}, place}, {"to", {value.substr(colon + 1)}, place}},
                           place});
    } else {
      const std::string_view key = name == "--timeout" ? "timeout" : "interval";
      std::erase_if(wait_.entries, [&](const Entry& entry) { return entry.key == key; });
      wait_.entries.push_back({std::string(key), {value}, place});
    }
  }

  std::string config_;
  Section wait_{"wait", "option", {}, {"--wait", 0}};
  Entry targets_{"for", {}, {"--wait", 0}};
  std::vector<Section> sections_;
};

int run_command(Arguments arguments, std::size_t at) {
  RunOptions options;
  for (; at < arguments.size() && arguments[at].starts_with('-'); ++at) {
    if (arguments[at] == "--") {
      ++at;
      break;
    }
    options.take(arguments, at);
  }
  arguments.erase(arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(at));
  return run(std::move(options).given(std::move(arguments)));
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
