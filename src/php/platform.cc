#include "php/platform.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/error.h"
#include "base/text.h"

namespace debone::php {
namespace {

using base::Error;
using base::Exit;

bool is_extension(const Requirement& requirement) { return requirement.name.starts_with("ext-"); }

// Of a name such as ext-intl.
std::string extension_of(const Requirement& requirement) { return requirement.name.substr(4); }

std::string asked_by(const Requirement& requirement) {
  return requirement.of.empty() ? "composer.json" : requirement.of;
}

struct PhpRequirement {
  Constraint constraint;
  const Requirement* requirement;
};

std::vector<PhpRequirement> read_constraints(const std::vector<const Requirement*>& requirements) {
  std::vector<PhpRequirement> read;
  for (const auto* requirement : requirements) {
    if (requirement->name != "php" && requirement->name != "php-64bit") continue;
    auto constraint = Constraint::parse(requirement->constraint);
    if (!constraint) {
      throw Error(Exit::usage, fmt::format("'{}' is no version of '{}' that is understood", requirement->constraint,
                                           requirement->name))
          .at(requirement->place)
          .hint(fmt::format("--ignore-platform-req {} does without it", requirement->name));
    }
    read.push_back({std::move(*constraint), requirement});
  }
  return read;
}

// The requirement that no version of `php` fits, or else the first that those before it leave none for.
const Requirement* against(const Php& php, const std::vector<PhpRequirement>& all) {
  for (const auto& each : all) {
    if (!Constraint::meet(php.range, {each.constraint})) return each.requirement;
  }
  std::vector<Constraint> so_far;
  for (const auto& each : all) {
    so_far.push_back(each.constraint);
    if (!Constraint::meet(php.range, so_far)) return each.requirement;
  }
  return nullptr;
}

Error none_fits(const std::vector<PhpRequirement>& all) {
  std::string what = "no PHP of Debian fits: ";
  std::string place;
  for (const auto& php : debian_phps()) {
    const auto& requirement = *against(php, all);
    if (place.empty()) {
      place = requirement.place;
    } else {
      what += "; ";
    }
    what += fmt::format("{} of {} is not '{}', which {} requires", php.version, php.debian, requirement.constraint,
                        asked_by(requirement));
  }
  return Error(Exit::usage, what)
      .at(place)
      .hint(
          "let composer.json allow one of them and run `composer update`; --ignore-platform-req php takes the newest");
}

// What neither Debian's builds of PHP nor an extension is: php-zts, php-debug.
void refuse_other_builds(const std::vector<const Requirement*>& requirements) {
  for (const auto* requirement : requirements) {
    if (requirement->name != "php-zts" && requirement->name != "php-debug") continue;
    throw Error(Exit::usage, fmt::format("Debian's PHP is not built as '{}'", requirement->name))
        .at(requirement->place)
        .hint(fmt::format("--ignore-platform-req {} does without it", requirement->name));
  }
}

using ByName = std::map<std::string, const Requirement*>;

ByName missing_in(const Php& php, const ByName& wanted, const Extensions& table, const Project& project) {
  ByName missing;
  for (const auto& [name, requirement] : wanted) {
    if (!table.find(name, php.version) && !project.provided.contains("ext-" + name)) missing.emplace(name, requirement);
  }
  return missing;
}

Error no_package(const Php& php, const ByName& missing, const Extensions& table) {
  const auto& [name, requirement] = *missing.begin();
  std::vector<std::string> names;
  for (const auto& each : missing) names.push_back("ext-" + each.first);
  for (const auto& other : debian_phps()) {
    if (!table.find(name, other.version)) continue;
    return Error(Exit::usage, fmt::format("{} has ext-{} for PHP {} alone, which does not fit here", other.debian, name,
                                          other.version))
        .at(requirement->place)
        .hint(fmt::format("let composer.json allow PHP {}, or leave the extension out by --ignore-platform-req ext-{}",
                          other.version, name));
  }
  return Error(Exit::usage, fmt::format("no package of {} is known for {}", php.debian, base::join(names, ", ")))
      .at(requirement->place)
      .hint(fmt::format("--ignore-platform-req {} writes the recipe without it; add a package that has it, from a "
                        "source of your own",
                        names.front()));
}

}  // namespace

const std::vector<Php>& debian_phps() {
  static const std::vector<Php> all{{"8.4", "trixie", "Debian 13 (trixie)", {{8, 4, 11}, {8, 5, 0}}},
                                    {"8.2", "bookworm", "Debian 12 (bookworm)", {{8, 2, 7}, {8, 3, 0}}}};
  return all;
}

Platform choose_platform(const Project& project, const Extensions& table, const std::set<std::string>& ignored) {
  std::vector<const Requirement*> requirements;
  ByName wanted;
  for (const auto& requirement : project.requirements) {
    if (ignored.contains(requirement.name)) continue;
    requirements.push_back(&requirement);
    if (is_extension(requirement)) wanted.emplace(extension_of(requirement), &requirement);
  }
  refuse_other_builds(requirements);
  const auto constraints = read_constraints(requirements);
  std::vector<Php> fitting;
  std::ranges::copy_if(debian_phps(), std::back_inserter(fitting),
                       [&](const Php& php) { return against(php, constraints) == nullptr; });
  if (fitting.empty()) throw none_fits(constraints);

  const auto is_target = [&](const Php& php) { return (project.target_php + ".").starts_with(php.version + "."); };
  std::ranges::stable_partition(fitting, is_target);
  const auto complete =
      std::ranges::find_if(fitting, [&](const Php& php) { return missing_in(php, wanted, table, project).empty(); });
  if (complete == fitting.end()) {
    throw no_package(fitting.front(), missing_in(fitting.front(), wanted, table, project), table);
  }

  Platform platform{*complete, {}, {}};
  const auto& php = platform.php;
  if (!project.target_php.empty() && !is_target(php)) {
    platform.notes.push_back(
        fmt::format("config.platform of composer.json says PHP {}; the image has {}", project.target_php, php.version));
  }
  for (const auto& [name, requirement] : wanted) {
    const auto extension = table.find(name, php.version);
    if (!extension) continue;  // a package of the application stands in for it
    platform.extensions.push_back({name, extension->package, asked_by(*requirement), extension->command_line});
    if (extension->command_line) {
      platform.notes.push_back(
          fmt::format("{} requires ext-{}, which Debian's PHP has on the command line alone, not "
                      "in php-fpm",
                      asked_by(*requirement), name));
    }
  }
  return platform;
}

}  // namespace debone::php
