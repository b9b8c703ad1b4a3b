#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/text.h"
#include "cli/archive_options.h"
#include "cli/build_context.h"
#include "cli/command.h"
#include "cli/effects_table.h"
#include "cli/find_recipe.h"
#include "cli/host.h"
#include "cli/lock_file.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/select_packages.h"
#include "cli/selected_debs.h"
#include "effects/accounting.h"
#include "package/deb.h"

namespace debone::cli {
namespace {

using State = effects::Account::State;

struct Options {
  std::string what;
  bool open_only = false;
  ArchiveOptions archive;
  Format format = Format::text;
};

struct PackageScripts {
  std::string name;
  std::string version;
  std::vector<effects::Account> accounts;
};

constexpr std::uint64_t largest_deb = 4ULL << 30U;

PackageScripts scripts_of(const package::Deb& deb, const effects::Table& table, bool is_stated,
                          const std::vector<recipe::DebconfAnswer>& answers) {
  return {deb.record.name, deb.record.version.str(), effects::account_for(deb, table, is_stated, answers)};
}

std::vector<PackageScripts> of_file(const std::string& path) {
  const auto deb = package::read_control_data(base::read_file(path, largest_deb), host_architecture(), path);
  return {scripts_of(deb, effects::Table(effects_table()), false, {})};
}

std::vector<PackageScripts> of_recipe(const Options& options) {
  Progress progress;
  const auto recipe = find_recipe(options.what);
  const auto lock = find_lock(options.what, recipe, options.archive.offline);
  store::Store store(store::Store::default_root());
  const BuildContext context{store, archive_options(options.archive, recipe), std::nullopt, false, progress};
  std::vector<PackageScripts> all;
  const auto architecture = architectures(options.archive, recipe).front();
  const auto selection = lock ? select_from_lock(lock->lock, recipe, architecture, options.what, context)
                              : select_by_resolving(recipe, architecture, context);
  fetch_debs(selection, context);
  const effects::Table table(effects_table());
  for (const auto* locked : selection.architecture.taken()) {
    const auto stored = stored_deb(*locked, selection);
    const bool is_stated =
        std::ranges::any_of(recipe.effects, [&](const auto& stated) { return stated.package == locked->name; });
    all.push_back(scripts_of(read_control_data(stored, context), table, is_stated, recipe.debconf));
  }
  return all;
}

std::string_view name_of(State state) {
  switch (state) {
    case State::known: return "known";
    case State::stated: return "stated";
    case State::not_run: return "not run";
    case State::changed: return "CHANGED";
    case State::unknown: return "UNKNOWN";
  }
  return {};
}

std::string why_of(const effects::Account& account) {
  if (account.state == State::stated) return "the recipe's `effects:` speak for the package";
  if (account.state == State::not_run) return "not by a first installation";
  if (account.state == State::unknown) return fmt::format("{} lines", account.lines.size());
  if (account.state == State::changed)
    return fmt::format("{} lines are new since {}, {} gone", account.lines.size(), account.entry, account.gone);
  auto why = base::join(account.why, " ");
  if (account.steps.empty()) return fmt::format("does nothing: {}", why);
  std::size_t done = 0;
  std::vector<std::string> omitted;
  for (const auto& step : account.steps) {
    if (const auto* omit = std::get_if<effects::Omit>(&step.what))
      omitted.push_back(omit->what);
    else
      ++done;
  }
  auto text = fmt::format("{} step{}", done, done == 1 ? "" : "s");
  if (!why.empty()) text += ": " + why;
  if (!omitted.empty())
    text += fmt::format("{} image goes without: {}", why.empty() ? "; the" : " The", base::join(omitted, "; "));
  if (!account.questions.empty())
    text += fmt::format("; `debconf:` may answer {}",
                        base::join({account.questions.begin(), account.questions.end()}, ", "));
  return text;
}

// Where its entry stands, and the key by which that knows it.
std::string entry_of(const effects::Account& account) {
  return account.entry + (account.form.key.empty() ? "" : ", " + account.form.key);
}

// What an entry for it would look like.
std::string skeleton(const effects::Account& account) {
  std::string text = fmt::format("- package: {}\n", account.package);
  if (account.script.starts_with("trigger "))
    text += fmt::format("  trigger: {}\n", account.script.substr(8));
  else
    text += fmt::format("  script: {}\n  known: [{}{}{}]\n", account.script, account.form.key,
                        account.form.fingerprints.empty() ? "" : " ", account.form.fingerprints);
  return text + "  does: nothing\n  why:\n";
}

std::string text_of(const std::vector<PackageScripts>& packages, bool open_only) {
  std::string text;
  std::size_t scripts = 0;
  std::size_t open = 0;
  for (const auto& package : packages) {
    std::string rows;
    for (const auto& account : package.accounts) {
      ++scripts;
      if (account.is_open()) ++open;
      if (open_only && !account.is_open()) continue;
      rows +=
          fmt::format("  {:<9} {:<8} {}\n", account.script, name_of(account.state), base::printable(why_of(account)));
      if (account.state == State::known) rows += fmt::format("      {}\n", base::printable(entry_of(account)));
      if (!account.is_open()) continue;
      for (const auto& line : account.lines) rows += fmt::format("      {}\n", base::printable(line));
      rows += "    an entry for the table of effects:\n";
      const auto entry = skeleton(account);
      for (const auto line : base::lines(entry)) rows += fmt::format("      {}\n", line);
    }
    if (!rows.empty()) text += fmt::format("{} {}\n{}", package.name, package.version, rows);
  }
  const auto counted = [](std::size_t count, std::string_view thing) {
    return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
  };
  return text + fmt::format("{} of {}, {} not accounted for\n", counted(scripts, "script"),
                            counted(packages.size(), "package"), open);
}

nlohmann::ordered_json json_of(const std::vector<PackageScripts>& packages, bool open_only) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& package : packages) {
    auto scripts = nlohmann::ordered_json::array();
    for (const auto& account : package.accounts) {
      if (open_only && !account.is_open()) continue;
      nlohmann::ordered_json script{{"script", account.script},      {"state", base::lower(name_of(account.state))},
                                    {"steps", account.steps.size()}, {"why", account.why},
                                    {"entry", account.entry},        {"sections", account.sections}};
      if (!account.form.key.empty()) script["key"] = account.form.key;
      if (!account.form.fingerprints.empty()) script["fingerprints"] = account.form.fingerprints;
      if (account.is_open()) {
        auto lines = nlohmann::ordered_json::array();
        for (const auto& line : account.lines) lines.push_back(base::printable(line));
        script["lines"] = std::move(lines);
        script["gone"] = account.gone;
      }
      scripts.push_back(std::move(script));
    }
    list.push_back({{"name", package.name}, {"version", package.version}, {"scripts", scripts}});
  }
  return {{"packages", list}};
}

int scripts(const Options& options) {
  const bool is_deb = options.what.ends_with(".deb");
  const auto packages = is_deb ? of_file(options.what) : of_recipe(options);
  print(options.format == Format::json ? json_of(packages, options.open_only).dump(2) + "\n"
                                       : text_of(packages, options.open_only));
  return std::ranges::any_of(packages, [](const auto& package) {
    return std::ranges::any_of(package.accounts, [](const auto& account) { return account.is_open(); });
  });
}

}  // namespace

Command scripts_command() {
  return {
      .name = "scripts",
      .summary = "Show the maintainer scripts of packages, and what is known of each",
      .description =
          "Shows each maintainer script of the packages of WHAT (a recipe's file, the name of a recipe of the catalog, "
          "or a .deb), with what the table of effects says of it: that it does nothing, or how many steps it takes, "
          "with the place and the key of the entry; or that it is not known, or has changed since. Of those its lines "
          "are shown, without comments and what debhelper wrote, and what an entry in the table would look like; "
          "filled in, it may stand in a file NAME.yaml of a folder that DEBONE_EFFECTS names. Exit status 1: some are "
          "not accounted for.",
      .examples = {{"debone scripts php-fpm", "shows those of the catalog's php-fpm"},
                   {"debone scripts --open app.yaml", "shows those that nothing accounts for"},
                   {"debone scripts ./vendor.deb", "shows those of a package"}},
      .prepare =
          [](CLI::App& app) {
            const auto options = std::make_shared<Options>();
            app.add_option("WHAT", options->what, "A recipe's file, a name in the catalog, or a .deb")
                ->required()
                ->type_name("");
            app.add_flag("--open", options->open_only, "Only those that nothing accounts for");
            add_archive_options(app, options->archive, "For which of several Debian architectures");
            add_format(app, options->format);
            return [options] { return scripts(*options); };
          },
  };
}

}  // namespace debone::cli
