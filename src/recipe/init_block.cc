#include "recipe/init_block.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>
#include <variant>

#include "base/error.h"
#include "init/config.h"
#include "recipe/command.h"
#include "recipe/fields.h"
#include "recipe/unique.h"

namespace debone::recipe {
namespace {

constexpr std::array<std::string_view, 3> step_kinds{"wait", "template", "step"};

// The configuration as it is written, and of each of its lines the node that it came from.
class Text {
 public:
  void head(const Node& node, std::string_view kind, std::string_view name = {}) {
    line(node, name.empty() ? fmt::format("[{}]", kind) : fmt::format("[{} {}]", kind, name));
  }

  void entry(const Node& node, std::string_view key, std::span<const std::string> words) {
    auto written = fmt::format("{} =", key);
    for (const auto& word : words) written += " " + init::written_word(word);
    line(node, written);
  }

  const std::string& text() const { return text_; }
  const Node& node_of_line(int number) const { return *nodes_.at(static_cast<std::size_t>(number) - 1); }

 private:
  void line(const Node& node, const std::string& written) {
    text_ += written + "\n";
    nodes_.push_back(&node);
  }

  std::string text_;
  std::vector<const Node*> nodes_;
};

// A list's items, a map's as NAME=VALUE, or one word; a command may be a text that is split.
std::vector<std::string> words_of(const Node& node, const std::string& key) {
  if (key == "command") return command_of(node, key);
  std::vector<std::string> words;
  if (key == "environment" && node.kind == Node::Kind::map) {
    for (const auto& member : node.members) {
      const auto& name = text_of(*member.key, key);
      words.push_back(fmt::format("{}={}", name, text_or_empty(*member.value, name)));
    }
  } else if (node.kind == Node::Kind::list) {
    for (const auto& item : node.items) words.push_back(text_or_empty(*item, key));
  } else {
    words.push_back(text_or_empty(node, key));
  }
  return words;
}

// The entries of a map whose keys are those of debone-init's section `kind`, and `others`, which are written elsewhere.
void write_entries(Text& text, const Node& map, std::string_view what, std::string_view kind,
                   std::span<const std::string_view> others) {
  std::vector<std::string_view> known(others.begin(), others.end());
  for (const auto key : init::keys_of(kind)) known.push_back(key);
  require_known_keys(map, what, known);
  for (const auto& [key, value] : map.members) {
    if (std::ranges::find(others, key->text) == others.end())
      text.entry(*value, key->text, words_of(*value, key->text));
  }
}

// An item whose key `kind` gives its name.
void write_named(Text& text, const Node& item, std::string_view kind, Unique& names) {
  const auto& node = *item.find(kind);
  const auto& name = text_of(node, kind);
  if (!init::is_name(name))
    fail(node, fmt::format("'{}' is no name: a-z, 0-9 and - are its letters, 64 at most", name));
  names.add(node, name);
  text.head(node, kind, name);
  write_entries(text, item, fmt::format("the {} '{}'", kind, name), kind, std::array{kind});
}

void write_steps(Text& text, const Node& steps) {
  std::array<Unique, step_kinds.size()> names{Unique("wait"), Unique("template"), Unique("step")};
  for (const auto& item : items_of(steps, "steps")) {
    members_of(*item, "steps");
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < step_kinds.size(); ++i) {
      if (item->find(step_kinds.at(i)) == nullptr) continue;
      if (found) {
        fail(*item,
             fmt::format("an item of 'steps' is both a '{}' and a '{}'", step_kinds.at(*found), step_kinds.at(i)));
      }
      found = i;
    }
    if (!found)
      fail(*item, fmt::format("an item of 'steps' has none of {}", listed(step_kinds)), "its value is the item's name");
    write_named(text, *item, step_kinds.at(*found), names.at(*found));
  }
}

void write_jobs(Text& text, const Node& jobs) {
  Unique names("job");
  for (const auto& item : items_of(jobs, "jobs")) {
    members_of(*item, "jobs");
    if (item->find("job") == nullptr) fail(*item, "an item of 'jobs' has no 'job'", "its value is the job's name");
    write_named(text, *item, "job", names);
  }
}

// What the entrypoint says is meant as it stands: debone-init expands variables in a command.
std::vector<std::string> without_variables(std::vector<std::string> words) {
  for (auto& word : words) {
    std::string literal;
    for (const char c : word) literal += c == '$' ? std::string("$$") : std::string(1, c);
    word = std::move(literal);
  }
  return words;
}

// [run], whose command is the recipe's entrypoint where it has none of its own. What a user of the image says is added
// to an entrypoint, as it ever is.
void write_run(Text& text, const Node* run, const Node* entrypoint, const std::vector<std::string>& command) {
  if (run == nullptr && entrypoint == nullptr) return;
  text.head(run != nullptr ? *run : *entrypoint, "run");
  const auto says = [run](std::string_view key) { return run != nullptr && run->find(key) != nullptr; };
  if (!says("command") && entrypoint != nullptr) {
    text.entry(*entrypoint, "command", without_variables(command));
    if (!says("arguments")) text.entry(*entrypoint, "arguments", std::array<std::string, 1>{"append"});
  }
  if (run != nullptr) write_entries(text, *run, "'run'", "run", {});
}

Text text_of_block(const Node& root, const Recipe& recipe) {
  const auto& block = *root.find("init");
  members_of(block, "init");
  Text text;
  text.head(block, "init");
  constexpr std::array<std::string_view, 3> sections{"steps", "run", "jobs"};
  write_entries(text, block, "'init'", "init", sections);
  if (const auto* signal = root.find("stop-signal"); signal != nullptr && block.find("stop-signal") == nullptr)
    text.entry(*signal, "stop-signal", std::array{recipe.stop_signal});
  if (const auto* steps = block.find("steps")) write_steps(text, *steps);
  const auto* jobs = block.find("jobs");
  // Beside a schedule an entrypoint, which may be an included one, starts nothing.
  write_run(text, block.find("run"), jobs == nullptr ? root.find("entrypoint") : nullptr, recipe.entrypoint);
  if (jobs != nullptr) write_jobs(text, *jobs);
  return text;
}

bool holds_variable(std::string_view word) { return word.find('$') != std::string_view::npos; }

// Collects the programs of commands.
class Programs {
 public:
  void add(const init::Command& command) {
    if (!command.argv.empty()) add(command, command.argv.front());
  }
  void add(const init::Command& command, const std::string& program) {
    const bool has_path =
        std::ranges::any_of(command.environment, [](const auto& v) { return v.starts_with("PATH="); });
    const bool is_below = !program.starts_with('/') && program.find('/') != std::string::npos;
    if (holds_variable(program) || (is_below && !command.directory.empty()) || (has_path && program[0] != '/')) return;
    if (std::ranges::find(programs, program) == programs.end()) programs.push_back(program);
  }

  std::vector<std::string> programs;
};

std::vector<std::string> programs_of(const init::Config& config, const std::vector<std::string>& cmd) {
  Programs all;
  if (config.run) {
    const bool replaced = !config.run->append && !cmd.empty();
    if (replaced || (config.run->command.argv.empty() && !cmd.empty())) {
      all.add(config.run->command, cmd.front());
    } else {
      all.add(config.run->command);
    }
  } else if (config.jobs.empty() && !cmd.empty()) {
    all.add({}, cmd.front());
  }
  for (const auto& job : config.jobs) all.add(job.command);
  for (const auto& action : config.actions) {
    if (const auto* step = std::get_if<init::Step>(&action)) all.add(step->command);
  }
  return all.programs;
}

Init init_of(const init::Config& config, const std::vector<std::string>& cmd, Place place = {}) {
  // UTC is debone-init's own; every other zone it reads where it keeps a schedule.
  const bool reads_zone = !config.jobs.empty() && config.timezone != "UTC";
  return {programs_of(config, cmd), reads_zone ? config.timezone : "", std::move(place)};
}

init::Config judged(const Text& text, const Node& block) {
  try {
    return init::config_of(init::sections_of(text.text(), std::string(init_config)));
  } catch (const init::ConfigFailure& failure) {
    fail(failure.place.line > 0 ? text.node_of_line(failure.place.line) : block, failure.what);
  }
}

// Beside `init` nobody else makes its two files.
void refuse_own_files(const Recipe& recipe, const Node& block) {
  for (const auto& item : recipe.paths) {
    const auto path = item.path.absolute();
    if (item.type == PathType::permissions || (path != init_config && path != init_program)) continue;
    throw base::Error(base::Exit::usage, fmt::format("'{}' comes by 'init', {}", path, block.place().str()))
        .at(item.place.str())
        .hint("remove it, or the 'init'");
  }
}

}  // namespace

std::vector<std::string> init_entrypoint() { return {std::string(init_program), "run", "--"}; }

void add_init(Recipe& recipe, const Node& root) {
  const auto& block = *root.find("init");
  const auto text = text_of_block(root, recipe);
  const auto config = judged(text, block);
  const bool runs = config.run && !config.run->command.argv.empty();
  if (!runs && config.jobs.empty() && recipe.cmd.empty()) {
    fail(block, "'init' has nothing to start", "write an 'entrypoint', a 'command' in its 'run', or 'jobs'");
  }
  if (!config.jobs.empty() && !recipe.cmd.empty()) {
    fail(*root.find("cmd"), "'cmd' holds arguments, and a schedule takes none",
         "remove it; `cmd: []` takes an included one away");
  }
  refuse_own_files(recipe, block);
  // The first of the paths, so that the recipe's own may change its owner.
  PathItem file;
  file.path = base::RelPath::parse_absolute(init_config).value();
  file.type = PathType::file;
  file.permissions = 0644;
  file.content = text.text();
  file.place = block.place();
  recipe.paths.insert(recipe.paths.begin(), std::move(file));
  recipe.init = init_of(config, recipe.cmd, block.place());
  recipe.entrypoint = init_entrypoint();
  recipe.stop_signal.clear();
}

Init init_of(std::string_view text, const std::vector<std::string>& cmd) {
  try {
    return init_of(init::config_of(init::sections_of(text, std::string(init_config))), cmd);
  } catch (const init::ConfigFailure& failure) {
    throw base::Error(base::Exit::does_not_hold, failure.what)
        .at(fmt::format("{}:{}", init_config, failure.place.line));
  }
}

}  // namespace debone::recipe
