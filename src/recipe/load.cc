#include "recipe/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "recipe/accounts.h"
#include "recipe/allow.h"
#include "recipe/command.h"
#include "recipe/contents.h"
#include "recipe/cuts.h"
#include "recipe/fields.h"
#include "recipe/include.h"
#include "recipe/path_items.h"
#include "recipe/unique.h"
#include "recipe/values.h"
#include "recipe/variants.h"

namespace debone::recipe {
namespace {

std::map<std::string, std::string> environment(const Node& node) {
  std::map<std::string, std::string> variables;
  for (const auto& member : members_of(node, "environment")) {
    const auto name = environment_name(*member.key);
    variables.emplace(name, text_or_empty(*member.value, name));
  }
  return variables;
}

std::map<std::string, std::string> annotations(const Node& node) {
  std::map<std::string, std::string> annotations;
  for (const auto& member : members_of(node, "annotations")) {
    const auto key = annotation_key(*member.key);
    annotations.emplace(key, text_or_empty(*member.value, key));
  }
  return annotations;
}

std::vector<std::string> program_of(const Node& node, std::string_view key) {
  auto arguments = command_of(node, key);
  if (arguments.empty() || arguments.front().empty()) {
    fail(node, "the entrypoint names no program", "remove it, or write a command");
  }
  return arguments;
}

// A text or a list, or apko's form, {command: ...}.
std::vector<std::string> entrypoint(const Node& node) {
  if (node.kind == Node::Kind::map) {
    const Fields fields(node, "'entrypoint'", {"command"});
    return program_of(fields.require("command"), "command");
  }
  return program_of(node, "entrypoint");
}

// Each item of a list, read by `read`, none twice.
template <typename Read>
std::vector<std::string> distinct(const Node& node, std::string_view key, std::string kind, Read read) {
  std::vector<std::string> values;
  Unique seen(std::move(kind));
  for (const auto& item : items_of(node, key)) {
    values.push_back(read(*item));
    seen.add(*item, values.back());
  }
  return values;
}

std::string volume(const Node& node) {
  const auto path = absolute_path(node, "volumes");
  if (path.is_root()) fail(node, "'/' cannot be a volume");
  return path.absolute();
}

ClosureMode closure_mode(const Node& node) {
  constexpr std::array<std::string_view, 2> modes{"lean", "full"};
  return choice_of(node, "closure", modes) == "full" ? ClosureMode::full : ClosureMode::lean;
}

// {NAME: REASON}
std::vector<Overrule> overrules(const Node& node, std::string_view key) {
  std::vector<Overrule> overrules;
  for (const auto& member : members_of(node, key)) {
    const auto name = package_name(*member.key);
    overrules.push_back({name, text_of(*member.value, name), member.key->place()});
  }
  return overrules;
}

void read_closure(const Fields& fields, Recipe& recipe) {
  if (const auto* found = fields.find("closure")) recipe.closure = closure_mode(*found);
  const auto* keep = fields.find("keep");
  const auto* exclude = fields.find("exclude");
  for (const auto& [node, key] : {std::pair(keep, "keep"), std::pair(exclude, "exclude")}) {
    if (node != nullptr && recipe.closure == ClosureMode::full) {
      fail(*node, fmt::format("'{}' has no meaning under 'closure: full', which is apt's own", key));
    }
  }
  if (keep != nullptr) recipe.keep = overrules(*keep, "keep");
  if (exclude == nullptr) return;
  recipe.exclude = overrules(*exclude, "exclude");
  for (const auto& member : exclude->members) {
    const auto& name = member.key->text;
    if (std::ranges::count(recipe.keep, name, &Overrule::package) > 0) {
      fail(*member.key, fmt::format("'{}' is in 'keep' and in 'exclude'", name));
    }
    if (std::ranges::count(recipe.packages, name, &Request::name) > 0) {
      fail(*member.key, fmt::format("'{}' is in 'packages' and in 'exclude'", name));
    }
  }
}

StatedEffects stated_effects(const Member& member) {
  constexpr std::array<std::string_view, 1> accepted{"any-version"};
  StatedEffects stated;
  stated.package = package_name(*member.key);
  stated.place = member.key->place();
  const Fields fields(*member.value, fmt::format("the item '{}' of 'effects'", stated.package),
                      {"accept", "accounts", "paths"});
  choice_of(fields.require("accept"), "accept", accepted);
  if (const auto* found = fields.find("accounts")) {
    auto accounts = read_accounts(*found, false);
    stated.users = std::move(accounts.users);
    stated.groups = std::move(accounts.groups);
  }
  if (const auto* found = fields.find("paths")) stated.paths = read_path_items(*found);
  return stated;
}

// {PACKAGE/QUESTION: ANSWER}
std::vector<DebconfAnswer> debconf_answers(const Node& node) {
  std::vector<DebconfAnswer> answers;
  for (const auto& member : members_of(node, "debconf")) {
    const auto& question = text_of(*member.key, "debconf");
    const auto slash = question.find('/');
    if (slash == std::string::npos || slash == 0 || slash + 1 == question.size()) {
      fail(*member.key, fmt::format("'{}' is not a question's name, such as tzdata/Areas", question));
    }
    const auto value = text_or_empty(*member.value, question);
    if (value.find('\n') != std::string::npos) fail(*member.value, "an answer has one line");
    answers.push_back({question, value, member.key->place()});
  }
  return answers;
}

Recipe recipe_of(const Node& root, const std::string& file) {
  const Fields fields(
      root, "", {"name",        "include", "contents",   "closure", "keep",     "exclude",     "cuts",    "accounts",
                 "environment", "paths",   "entrypoint", "cmd",     "work-dir", "stop-signal", "volumes", "ports",
                 "annotations", "archs",   "effects",    "allow",   "variants", "debconf"});
  Recipe recipe;
  recipe.file = file;
  recipe.name = recipe_name(fields.require("name"));
  read_contents(fields.require("contents"), recipe);
  read_closure(fields, recipe);
  if (const auto* found = fields.find("cuts")) recipe.cuts = read_cuts(*found);
  if (const auto* found = fields.find("accounts")) {
    auto accounts = read_accounts(*found, true);
    recipe.users = std::move(accounts.users);
    recipe.groups = std::move(accounts.groups);
    recipe.run_as = std::move(accounts.run_as);
  }
  if (const auto* found = fields.find("environment")) recipe.environment = environment(*found);
  if (const auto* found = fields.find("paths")) recipe.paths = read_path_items(*found);
  if (const auto* found = fields.find("entrypoint")) recipe.entrypoint = entrypoint(*found);
  if (const auto* found = fields.find("cmd")) recipe.cmd = command_of(*found, "cmd");
  if (const auto* found = fields.find("work-dir")) recipe.work_dir = absolute_path(*found, "work-dir").absolute();
  if (const auto* found = fields.find("stop-signal")) recipe.stop_signal = stop_signal(*found);
  if (const auto* found = fields.find("volumes")) recipe.volumes = distinct(*found, "volumes", "volume", volume);
  if (const auto* found = fields.find("ports")) recipe.ports = distinct(*found, "ports", "port", port);
  if (const auto* found = fields.find("annotations")) recipe.annotations = annotations(*found);
  if (const auto* found = fields.find("archs")) recipe.archs = distinct(*found, "archs", "architecture", architecture);
  if (const auto* found = fields.find("effects")) {
    for (const auto& member : members_of(*found, "effects")) recipe.effects.push_back(stated_effects(member));
  }
  if (const auto* found = fields.find("debconf")) recipe.debconf = debconf_answers(*found);
  if (const auto* found = fields.find("allow")) recipe.allow = read_allow(*found);
  if (const auto* found = fields.find("variants")) {
    recipe.variants = read_variants(*found);
    recipe.variants_place = found->place();
    add_nonroot(recipe, *found);
  }
  return recipe;
}

}  // namespace

Recipe parse(std::string_view text, const std::string& file, const std::filesystem::path& folder,
             const FindByName& catalog) {
  const auto origin =
      std::make_shared<const Origin>(Origin{file, folder.empty() ? folder : std::filesystem::absolute(folder)});
  return recipe_of(*read_with_includes(text, origin, catalog), file);
}

Recipe load(const std::filesystem::path& file, const FindByName& catalog) {
  const auto text = base::read_file(file, largest_text);
  return parse(text, file.string(), std::filesystem::absolute(file).parent_path(), catalog);
}

}  // namespace debone::recipe
