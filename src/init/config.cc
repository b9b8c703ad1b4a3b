#include "init/config.h"

#include <algorithm>
#include <utility>

#include "init/capabilities.h"
#include "init/expand.h"
#include "init/listeners.h"
#include "init/signals.h"
#include "init/target.h"
#include "init/text.h"

namespace debone::init {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::string_view init_keys[] = {"log",      "stop-signal", "drain",      "stop-timeout",
                                          "timezone", "secrets",     "from-files", "required"};
constexpr std::string_view wait_keys[] = {"for",       "timeout", "interval", "if-missing",
                                          "if-exists", "if-set",  "if-unset"};
constexpr std::string_view template_keys[] = {"from",       "text",      "to",     "owner",   "mode",
                                              "if-missing", "if-exists", "if-set", "if-unset"};
constexpr std::string_view step_keys[] = {
    "command",           "user",       "groups",         "directory",  "environment", "capabilities",
    "no-new-privileges", "stdin",      "stdin-template", "stdin-text", "timeout",     "retries",
    "retry-interval",    "if-missing", "if-exists",      "if-set",     "if-unset"};
constexpr std::string_view run_keys[] = {"command",           "user",        "groups",
                                         "directory",         "environment", "capabilities",
                                         "no-new-privileges", "arguments",   "listen"};
constexpr std::string_view job_keys[] = {"cron",      "command",     "user",         "groups",
                                         "directory", "environment", "capabilities", "no-new-privileges",
                                         "jitter",    "timeout"};

constexpr std::pair<std::string_view, Names> kinds[] = {{"init", init_keys},         {"wait", wait_keys},
                                                        {"template", template_keys}, {"step", step_keys},
                                                        {"run", run_keys},           {"job", job_keys}};

std::string listed(Names names) {
  std::string text;
  for (const auto name : names) text += cat(text.empty() ? "" : ", ", name);
  return text;
}

// The values of one section. What is wrong with one is a ConfigFailure at its place.
class Values {
 public:
  explicit Values(const Section& section) : section_(section) {}

  const Section& section() const { return section_; }

  const Entry* find(std::string_view key) const {
    const auto found = std::ranges::find(section_.entries, key, &Entry::key);
    return found == section_.entries.end() ? nullptr : &*found;
  }

  const Entry& require(std::string_view key) const {
    if (const auto* entry = find(key)) return *entry;
    throw ConfigFailure(section_.place, cat("[", title(), "] has no '", key, "'"));
  }

  // Runs `read` on a word, whose Failure becomes one with the entry's place.
  template <typename Read>
  static auto read(const Entry& entry, std::string_view word, Read read) {
    try {
      return read(word);
    } catch (const Failure& failure) {
      throw ConfigFailure(entry.place, cat(entry.key, ": ", failure.message));
    }
  }

  static const std::string& one(const Entry& entry) {
    if (entry.words.size() != 1) throw ConfigFailure(entry.place, cat(entry.key, ": more than one word; quote it"));
    return entry.words.front();
  }

  Duration duration(std::string_view key, Duration otherwise) const {
    const auto* entry = find(key);
    return entry == nullptr ? otherwise : read(*entry, one(*entry), duration_of);
  }

  std::size_t choice(std::string_view key, Names allowed) const {
    const auto* entry = find(key);
    if (entry == nullptr) return 0;
    const auto found = std::ranges::find(allowed, std::string_view(one(*entry)));
    if (found == allowed.end()) {
      throw ConfigFailure(entry->place, cat(key, ": '", one(*entry), "' is none of ", listed(allowed)));
    }
    return static_cast<std::size_t>(found - allowed.begin());
  }

  // Words in which variables are expanded later.
  std::vector<std::string> expandable(std::string_view key) const {
    const auto* entry = find(key);
    if (entry == nullptr) return {};
    for (const auto& word : entry->words) {
      if (word.empty() && key != "command") throw ConfigFailure(entry->place, cat(key, ": an empty word"));
      read(*entry, word, [](std::string_view text) { check_word(text); });
    }
    return entry->words;
  }

  // Such a path, absolute unless it begins with a variable; empty where there is none.
  std::string path(std::string_view key) const {
    const auto paths = this->paths(key);
    if (paths.size() > 1) throw ConfigFailure(find(key)->place, cat(key, ": more than one word; quote it"));
    return paths.empty() ? "" : paths.front();
  }

  std::vector<std::string> paths(std::string_view key) const {
    auto words = expandable(key);
    for (const auto& word : words) {
      if (word[0] != '/' && word[0] != '$')
        throw ConfigFailure(find(key)->place, cat(key, ": '", word, "' is not absolute"));
    }
    return words;
  }

  std::vector<std::string> variables(std::string_view key) const {
    const auto* entry = find(key);
    if (entry == nullptr) return {};
    for (const auto& word : entry->words) {
      if (!is_variable_name(word)) throw ConfigFailure(entry->place, cat(key, ": '", word, "' is no variable's name"));
    }
    return entry->words;
  }

  // A template's text.
  std::optional<std::string> text(std::string_view key) const {
    const auto* entry = find(key);
    if (entry == nullptr) return std::nullopt;
    read(*entry, one(*entry), [](std::string_view written) { check_template(written); });
    return one(*entry);
  }

  // At most one of them is there.
  void exclusive(Names keys) const {
    const Entry* first = nullptr;
    for (const auto key : keys) {
      const auto* entry = find(key);
      if (entry == nullptr) continue;
      if (first != nullptr) throw ConfigFailure(entry->place, cat("both '", first->key, "' and '", key, "'"));
      first = entry;
    }
  }

  std::string title() const { return section_.name.empty() ? section_.kind : section_.kind + ' ' + section_.name; }

 private:
  const Section& section_;
};

Condition condition_of(const Values& values) {
  return {values.paths("if-missing"), values.paths("if-exists"), values.variables("if-set"),
          values.variables("if-unset")};
}

// USER, USER:GROUP, or numbers.
std::string owner_of(const Values& values, std::string_view key) {
  const auto* entry = values.find(key);
  if (entry == nullptr) return {};
  const auto& owner = Values::one(*entry);
  const auto parts = split(owner, ':');
  if (parts.size() > 2 || std::ranges::count(parts, "") > 0) {
    throw ConfigFailure(entry->place, cat(key, ": '", owner, "' is neither USER nor USER:GROUP"));
  }
  return owner;
}

Capabilities capabilities_of(const Values& values) {
  Capabilities capabilities;
  const auto* entry = values.find("capabilities");
  if (entry == nullptr) {
    capabilities.keep = values.find("user") == nullptr;
    return capabilities;
  }
  for (const auto& word : entry->words) {
    if (entry->words.size() == 1 && (word == "keep" || word == "none")) {
      capabilities.keep = word == "keep";
      return capabilities;
    }
    const auto number = capability_of(word);
    if (!number) {
      throw ConfigFailure(entry->place,
                          cat("capabilities: '", word, "' is no capability, such as CAP_NET_BIND_SERVICE"));
    }
    capabilities.numbers.push_back(*number);
  }
  return capabilities;
}

Command command_of(const Values& values, bool required) {
  Command command;
  if (required) values.require("command");
  command.argv = values.expandable("command");
  if (!command.argv.empty() && command.argv.front().empty()) {
    throw ConfigFailure(values.find("command")->place, "command: an empty word for a program");
  }
  command.user = owner_of(values, "user");
  if (const auto* groups = values.find("groups")) {
    if (command.user.empty()) throw ConfigFailure(groups->place, "groups: there is no 'user'");
    command.groups = groups->words;
  }
  command.directory = values.path("directory");
  command.environment = values.expandable("environment");
  for (const auto& variable : command.environment) {
    if (!is_variable_name(variable.substr(0, variable.find('='))) || variable.find('=') == std::string::npos) {
      throw ConfigFailure(values.find("environment")->place, cat("environment: '", variable, "' is not NAME=VALUE"));
    }
  }
  command.capabilities = capabilities_of(values);
  command.no_new_privileges = values.choice("no-new-privileges", std::to_array<std::string_view>({"yes", "no"})) == 0;
  return command;
}

Wait wait_of(const Values& values) {
  const auto& targets = values.require("for");
  Wait wait{values.section().name, condition_of(values), values.expandable("for"),
            values.duration("timeout", Duration(60'000)), values.duration("interval", Duration(1000))};
  for (const auto& target : wait.targets) {
    if (target.find('$') == std::string::npos) Values::read(targets, target, target_of);
  }
  return wait;
}

// "0640", or as recipes write it: "0o640".
unsigned mode_of(std::string_view text) {
  std::string digits(text);
  if (text.starts_with("0o")) digits = (text.size() == 5 ? "0" : "") + digits.substr(2);
  unsigned mode = 0;
  const bool octal = std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '7'; });
  if (digits.size() != 4 || !octal) throw Failure{cat("'", text, "' is not four octal digits, such as 0640")};
  for (const char c : digits) mode = mode * 8 + static_cast<unsigned>(c - '0');
  return mode;
}

Template template_of(const Values& values) {
  constexpr std::string_view sources[] = {"from", "text"};
  values.exclusive(sources);
  if (values.find("text") == nullptr) values.require("from");
  values.require("to");
  Template made{values.section().name, condition_of(values), values.path("from"),
                values.text("text"),   values.path("to"),    owner_of(values, "owner")};
  if (const auto* mode = values.find("mode")) made.mode = Values::read(*mode, Values::one(*mode), mode_of);
  return made;
}

Step step_of(const Values& values) {
  constexpr std::string_view inputs[] = {"stdin", "stdin-template", "stdin-text"};
  values.exclusive(inputs);
  Step step{values.section().name,         condition_of(values),          command_of(values, true),
            values.paths("stdin"),         values.path("stdin-template"), values.text("stdin-text"),
            values.duration("timeout", {})};
  if (const auto* retries = values.find("retries")) {
    const auto number = number_of(Values::one(*retries), 1000);
    if (!number)
      throw ConfigFailure(retries->place, cat("retries: '", retries->words[0], "' is no number from 0 to 1000"));
    step.retries = *number;
  }
  step.retry_interval = values.duration("retry-interval", Duration(1000));
  return step;
}

Job job_of(const Values& values) {
  const auto& entry = values.require("cron");
  Job job;
  job.name = values.section().name;
  for (const auto& word : entry.words) job.schedule += (job.schedule.empty() ? "" : " ") + word;
  job.cron = Values::read(entry, job.schedule, cron_of);
  job.command = command_of(values, true);
  job.jitter = values.duration("jitter", {});
  job.timeout = values.duration("timeout", {});
  return job;
}

Run run_of(const Values& values) {
  constexpr std::string_view uses[] = {"replace", "append"};
  Run run{command_of(values, false), values.choice("arguments", uses) == 1, values.expandable("listen")};
  for (const auto& address : run.listen) {
    if (address.find('$') == std::string::npos) Values::read(*values.find("listen"), address, check_listen_address);
  }
  return run;
}

void read_init(const Values& values, Config& config) {
  constexpr std::string_view forms[] = {"text", "json"};
  config.log = values.choice("log", forms) == 1 ? LogForm::json : LogForm::text;
  if (const auto* entry = values.find("stop-signal")) {
    const auto signal = signal_of(Values::one(*entry));
    if (!signal)
      throw ConfigFailure(entry->place, cat("stop-signal: '", entry->words[0], "' is no signal, such as SIGQUIT"));
    config.stopping.signal = *signal;
  }
  config.stopping.drain = values.duration("drain", config.stopping.drain);
  config.stopping.timeout = values.duration("stop-timeout", config.stopping.timeout);
  if (const auto* entry = values.find("timezone")) {
    config.timezone = Values::one(*entry);
    const bool plain = std::ranges::all_of(config.timezone, [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
             std::string_view("_+-/").find(c) != std::string_view::npos;
    });
    if (!plain || config.timezone.empty() || config.timezone[0] == '/') {
      throw ConfigFailure(entry->place,
                          cat("timezone: '", config.timezone, "' is no time zone, such as Europe/Berlin"));
    }
  }
  config.secrets = values.variables("secrets");
  config.from_files = values.variables("from-files");
  for (const auto& name : config.from_files) {
    if (std::ranges::count(config.secrets, name) > 0)
      throw ConfigFailure(values.find("from-files")->place, cat("from-files: ", name, " is one of 'secrets'"));
  }
  config.required = values.variables("required");
}

void check_keys(const Section& section, Names keys) {
  const bool named = section.kind != "init" && section.kind != "run";
  if (named != !section.name.empty()) {
    throw ConfigFailure(section.place, named ? cat("[", section.kind, "] has no name: [", section.kind, " NAME]")
                                             : cat("[", section.kind, "] has no name of its own"));
  }
  for (const auto& entry : section.entries) {
    if (std::ranges::find(keys, entry.key) == keys.end()) {
      throw ConfigFailure(entry.place, cat("[", section.kind, "] knows no '", entry.key, "', but ", listed(keys)));
    }
  }
}

}  // namespace

std::span<const std::string_view> keys_of(std::string_view kind) {
  for (const auto& [name, keys] : kinds) {
    if (name == kind) return keys;
  }
  return {};
}

Config config_of(const std::vector<Section>& sections) {
  Config config;
  for (const auto& section : sections) {
    const auto keys = keys_of(section.kind);
    if (keys.empty()) {
      throw ConfigFailure(section.place, cat("'", section.kind, "' is none of init, wait, template, step, run, job"));
    }
    check_keys(section, keys);
    const Values values(section);
    if (section.kind == "init") {
      read_init(values, config);
    } else if (section.kind == "wait") {
      config.actions.emplace_back(wait_of(values));
    } else if (section.kind == "template") {
      config.actions.emplace_back(template_of(values));
    } else if (section.kind == "step") {
      config.actions.emplace_back(step_of(values));
    } else if (section.kind == "run") {
      config.run = run_of(values);
    } else {
      config.jobs.push_back(job_of(values));
    }
    if (config.run && !config.jobs.empty())
      throw ConfigFailure(section.place, "both [run] and [job]: it is one or the other");
  }
  return config;
}

}  // namespace debone::init
