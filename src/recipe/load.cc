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
#include "recipe/extends.h"
#include "recipe/fields.h"
#include "recipe/include.h"
#include "recipe/init_block.h"
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

// "nginx", "/srv/app"
std::vector<OwnLayer> own_layers(const Node& node) {
  std::vector<OwnLayer> layers;
  Unique seen("layer");
  for (const auto& item : items_of(node, "layers")) {
    auto& layer = layers.emplace_back();
    layer.place = item->place();
    if (text_of(*item, "layers").starts_with('/')) {
      layer.path = absolute_path(*item, "layers");
      if (layer.path.is_root()) fail(*item, "'/' is the image as a whole");
      seen.add(*item, layer.path.absolute());
    } else {
      layer.package = package_name(*item);
      seen.add(*item, layer.package);
    }
  }
  return layers;
}

Recipe recipe_of(const Node& root, const std::string& file) {
  const Fields fields(
      root, "",
      {"name",        "extends", "include",    "contents", "closure",  "keep",        "exclude", "cuts",  "accounts",
       "environment", "paths",   "entrypoint", "cmd",      "work-dir", "stop-signal", "volumes", "ports", "annotations",
       "archs",       "effects", "allow",      "variants", "debconf",  "layers",      "init"});
  Recipe recipe;
  recipe.file = file;
  recipe.name = recipe_name(fields.require("name"));
  if (const auto* found = fields.find("extends")) recipe.extends = extends_of(*found);
  if (const auto* found = recipe.extends ? fields.find("contents") : &fields.require("contents")) {
    read_contents(*found, recipe);
  }
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
  if (const auto* found = fields.find("layers")) recipe.layers = own_layers(*found);
  if (const auto* found = fields.find("allow")) recipe.allow = read_allow(*found);
  if (const auto* found = fields.find("variants")) {
    recipe.variants = read_variants(*found);
    recipe.variants_place = found->place();
    add_nonroot(recipe, *found);
  }
  if (fields.find("init") != nullptr) add_init(recipe, root);
  return recipe;
}

}  // namespace

namespace {

constexpr std::size_t longest_chain = 8;  // of bases

Recipe parse_chain(std::string_view text, const std::string& file, const std::filesystem::path& folder,
                   const FindByName& catalog, std::size_t depth);

Recipe base_of(const Extends& extends, const std::string& file, const FindByName& catalog, std::size_t depth) {
  const auto wrong = [&](std::string what, std::string hint = {}) {
    auto error = base::Error(base::Exit::usage, std::move(what)).at(extends.place.str());
    return hint.empty() ? error : std::move(error).hint(std::move(hint));
  };
  if (depth == longest_chain) throw wrong(fmt::format("a chain of more than {} bases, or a circle", longest_chain));
  if (!extends.path.empty()) {
    std::error_code ignored;
    if (!std::filesystem::exists(extends.path, ignored)) {
      throw wrong(fmt::format("no file '{}' to extend", extends.written),
                  fmt::format("it is looked for beside {}; the catalog's recipes are named without .yaml", file));
    }
    const auto shown = (std::filesystem::path(file).parent_path() / extends.written).lexically_normal().string();
    return parse_chain(base::read_file(extends.path, largest_text), shown, extends.path.parent_path(), catalog,
                       depth + 1);
  }
  const auto text = catalog ? catalog(extends.written) : std::nullopt;
  if (!text) {
    throw wrong(fmt::format("the catalog has no '{}' to extend", extends.written),
                "`debone catalog` lists its recipes; a file is named with its .yaml, an image as ./NAME");
  }
  return parse_chain(*text, fmt::format("catalog/{}.yaml", extends.written), {}, catalog, depth + 1);
}

// With the sources of what it extends.
Recipe parse_chain(std::string_view text, const std::string& file, const std::filesystem::path& folder,
                   const FindByName& catalog, std::size_t depth) {
  const auto origin =
      std::make_shared<const Origin>(Origin{file, folder.empty() ? folder : std::filesystem::absolute(folder)});
  auto recipe = recipe_of(*read_with_includes(text, origin, catalog), file);
  if (recipe.extends && !recipe.extends->is_image) {
    const auto base = base::while_doing(fmt::format("reading what {} extends", recipe.extends->place.str()),
                                        [&] { return base_of(*recipe.extends, file, catalog, depth); });
    recipe.sources = joined_sources(base.sources, recipe.sources);
    if (recipe.archs.empty()) recipe.archs = base.archs;
  }
  if (recipe.sources.empty() && !(recipe.packages.empty() && recipe.files.empty())) {
    throw base::Error(base::Exit::usage, "packages, and no sources that they could come from")
        .at(recipe.file)
        .hint("name them under 'contents': an image that is extended does not say where its packages are from");
  }
  return recipe;
}

}  // namespace

Recipe parse(std::string_view text, const std::string& file, const std::filesystem::path& folder,
             const FindByName& catalog) {
  return parse_chain(text, file, folder, catalog, 0);
}

Recipe load(const std::filesystem::path& file, const FindByName& catalog) {
  const auto text = base::read_file(file, largest_text);
  return parse(text, file.string(), std::filesystem::absolute(file).parent_path(), catalog);
}

}  // namespace debone::recipe
