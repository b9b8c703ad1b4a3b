// The configuration by its meaning: every key known, every value of its kind, defaults filled in. Values in which
// variables are expanded at run time are held as written, and their references are well-formed. docs/init.md is the
// page.
#pragma once

#include <csignal>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "init/cron.h"
#include "init/duration.h"
#include "init/environment.h"
#include "init/sections.h"

namespace debone::init {

// All of it must hold, or what it belongs to is passed over.
struct Condition {
  std::vector<std::string> missing;  // paths
  std::vector<std::string> exists;   // likewise
  std::vector<std::string> set;      // variables that are not empty
  std::vector<std::string> unset;
};

struct Capabilities {
  bool keep = false;              // as they are
  std::vector<unsigned> numbers;  // else those that stay, by capability.h
};

struct Command {
  std::vector<std::string> argv;
  std::string user;  // "USER", "USER:GROUP", numbers; empty: as it is
  std::optional<std::vector<std::string>> groups;
  std::string directory;
  std::vector<std::string> environment;  // "NAME=VALUE"
  Capabilities capabilities;
  bool no_new_privileges = true;
};

struct Wait {
  std::string name;
  Condition condition;
  std::vector<std::string> targets;
  Duration timeout{};
  Duration interval{};
};

struct Template {
  std::string name;
  Condition condition;
  std::string from;                 // a path, or
  std::optional<std::string> text;  // the template itself
  std::string to;
  std::string owner;  // empty: as it is
  unsigned mode = 0600;
};

struct Step {
  std::string name;
  Condition condition;
  Command command;
  std::vector<std::string> stdin_files;
  std::string stdin_template;  // a path
  std::optional<std::string> stdin_text;
  Duration timeout{};  // zero: none
  std::uint64_t retries = 0;
  Duration retry_interval{};
};

struct Job {
  std::string name;
  std::string schedule;  // as written
  Cron cron;
  Command command;
  Duration jitter{};
  Duration timeout{};  // zero: none
};

struct Run {
  Command command;
  bool append = false;              // the command line's arguments are added, instead of taking the command's place
  std::vector<std::string> listen;  // addresses of sockets that it gets
};

enum class LogForm { text, json };

// How processes are stopped.
struct Stopping {
  int signal = SIGTERM;  // what they get for a SIGTERM
  Duration drain{};
  Duration timeout{8000};
};

struct Config {
  LogForm log = LogForm::text;
  Stopping stopping;
  std::string timezone = "UTC";
  std::vector<std::string> secrets;     // variables that may come from a file, and are not logged
  std::vector<std::string> from_files;  // those that may, and are
  std::vector<std::string> required;
  std::vector<std::variant<Wait, Template, Step>> actions;  // in the file's order
  std::optional<Run> run;
  std::vector<Job> jobs;
};

// The keys that a section of this kind may have; empty where there is no such kind.
std::span<const std::string_view> keys_of(std::string_view kind);

// Throws ConfigFailure. It may have neither a [run] nor a [job]: whoever runs it decides.
Config config_of(const std::vector<Section>& sections);

// What DEBONE_INIT_... of the environment say is put over the sections. `sections` gets an [init] where it has none.
void apply_overrides(std::vector<Section>& sections, const Environment& environment);

// The variable that names the file.
inline constexpr std::string_view config_variable = "DEBONE_INIT_CONFIG";
inline constexpr std::string_view override_prefix = "DEBONE_INIT_";

}  // namespace debone::init
