#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/parallel.h"
#include "base/text.h"
#include "cli/archive_options.h"
#include "cli/command.h"
#include "cli/cut_packages.h"
#include "cli/find_recipe.h"
#include "cli/lock_file.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/select_packages.h"
#include "cli/selected_debs.h"
#include "cli/stored_debs.h"
#include "evidence/cut_sets.h"
#include "recipe/cuts.h"

namespace debone::cli {
namespace {

struct Options {
  std::string recipe;
  ArchiveOptions archive;
  Format format = Format::text;
};

// Files, links too, and their bytes.
struct Amount {
  std::int64_t files = 0;
  std::int64_t bytes = 0;
  Amount operator-(const Amount& other) const { return {files - other.files, bytes - other.bytes}; }
};

// The packages of a recipe's image, of which it can be asked what other cuts would leave out.
class Packages {
 public:
  Packages(const Selection& selection, const BuildContext& context)
      : packages_(selection.architecture.taken()), facts_(packages_.size()) {
    base::parallel_for(packages_.size(), context.archive.jobs,
                       [&](std::size_t i) { facts_[i] = facts_of(stored_deb(*packages_[i], selection), context); });
    for (const auto& facts : facts_) pointers_.push_back(&facts);
  }

  // All that is cut, or what counts under one rule.
  Amount cut_by(const recipe::Recipe& recipe, std::string_view rule = {}) const {
    Amount all;
    for (const auto& total : cut_packages(evidence::Cuts(recipe), recipe, packages_, pointers_).totals) {
      if (!rule.empty() && total.rule != rule) continue;
      all.files += static_cast<std::int64_t>(total.files);
      all.bytes += static_cast<std::int64_t>(total.bytes);
    }
    return all;
  }

 private:
  std::vector<const resolve::LockedPackage*> packages_;
  std::vector<package::Facts> facts_;
  std::vector<const package::Facts*> pointers_;
};

bool names(const recipe::CutItem& item, const evidence::CutSet& set) {
  return item.what == set.name || (set.by_default && item.what == recipe::default_cuts);
}

// Whether a set cuts in a recipe's image: the last item that names it decides.
bool is_on(const recipe::Recipe& recipe, const evidence::CutSet& set) {
  bool on = set.by_default;
  for (const auto& item : recipe.cuts) {
    if (names(item, set)) on = !item.restore;
  }
  return on;
}

// The recipe with one item more, which is its last word.
recipe::Recipe with(recipe::Recipe recipe, std::string what, bool restore) {
  recipe.cuts.push_back({std::move(what), restore, {}});
  return recipe;
}

recipe::Recipe without(recipe::Recipe recipe, std::size_t item) {
  recipe.cuts.erase(recipe.cuts.begin() + static_cast<std::ptrdiff_t>(item));
  return recipe;
}

// A set or a glob, and what is less for it in the image; of a set that is off, what would be.
struct Saving {
  std::string what;
  std::string summary;
  std::string place;
  bool by_default = false;
  bool on = true;
  Amount amount;
};

struct Savings {
  std::string architecture;
  Amount all;
  Amount unused;  // programs that nothing in a lean image could run
  std::vector<Saving> sets;
  std::vector<Saving> globs;
};

Savings savings_of(const recipe::Recipe& recipe, const std::string& architecture, const Packages& packages) {
  Savings savings{architecture, packages.cut_by(recipe), packages.cut_by(recipe, evidence::unused_rule), {}, {}};
  for (const auto& set : evidence::cut_sets()) {
    const bool on = is_on(recipe, set);
    const auto otherwise = packages.cut_by(with(recipe, std::string(set.name), on));
    savings.sets.push_back({std::string(set.name),
                            std::string(set.summary),
                            {},
                            set.by_default,
                            on,
                            on ? savings.all - otherwise : otherwise - savings.all});
  }
  for (std::size_t i = 0; i < recipe.cuts.size(); ++i) {
    const auto& item = recipe.cuts[i];
    if (item.what.find('/') == std::string::npos) continue;
    savings.globs.push_back({(item.restore ? "!" : "") + item.what,
                             {},
                             item.place.str(),
                             false,
                             true,
                             savings.all - packages.cut_by(without(recipe, i))});
  }
  return savings;
}

std::string size_of(const Amount& amount) {
  return (amount.bytes < 0 ? "-" : "") + base::human_size(static_cast<std::uint64_t>(std::abs(amount.bytes)));
}

std::string text_of(const Savings& savings, const std::string& name) {
  auto width = evidence::unused_rule.size();
  for (const auto* all : {&savings.sets, &savings.globs}) {
    for (const auto& one : *all) width = std::max(width, base::printable(one.what).size());
  }
  auto text = fmt::format("{} for {}: {} cut, {}\n\n", name, savings.architecture,
                          savings.all.files == 1 ? "1 file is" : fmt::format("{} files are", savings.all.files),
                          size_of(savings.all));
  const auto row = [&](const Saving& one, const std::string& told) {
    text += fmt::format("  {:<{}}  {:<3}  {:>6}  {:>8}  {}\n", base::printable(one.what), width, one.on ? "on" : "",
                        one.amount.files, size_of(one.amount), told);
  };
  for (const auto& set : savings.sets) row(set, set.summary);
  row({.what = std::string(evidence::unused_rule), .summary = {}, .place = {}, .amount = savings.unused},
      "Programs that nothing in a lean image could run");
  for (const auto& glob : savings.globs) row(glob, glob.place);
  return text;
}

nlohmann::ordered_json json_of(const Savings& savings, const std::string& name) {
  auto sets = nlohmann::ordered_json::array();
  for (const auto& set : savings.sets) {
    sets.push_back({{"name", set.what},
                    {"summary", set.summary},
                    {"default", set.by_default},
                    {"on", set.on},
                    {"files", set.amount.files},
                    {"size", set.amount.bytes}});
  }
  auto globs = nlohmann::ordered_json::array();
  for (const auto& glob : savings.globs) {
    globs.push_back(
        {{"glob", glob.what}, {"place", glob.place}, {"files", glob.amount.files}, {"size", glob.amount.bytes}});
  }
  return {{"name", name},
          {"architecture", savings.architecture},
          {"files", savings.all.files},
          {"size", savings.all.bytes},
          {"sets", sets},
          {"unused_programs", {{"files", savings.unused.files}, {"size", savings.unused.bytes}}},
          {"globs", globs}};
}

int list(Format format) {
  if (format == Format::json) {
    auto sets = nlohmann::ordered_json::array();
    for (const auto& set : evidence::cut_sets()) {
      sets.push_back({{"name", set.name}, {"summary", set.summary}, {"default", set.by_default}});
    }
    print(nlohmann::ordered_json{{"sets", sets}}.dump(2) + "\n");
    return 0;
  }
  for (const auto& set : evidence::cut_sets()) {
    print(fmt::format("{:<16}  {:<7}  {}\n", set.name, set.by_default ? "default" : "", set.summary));
  }
  return 0;
}

int show(const Options& options) {
  Progress progress;
  const auto recipe = find_recipe(options.recipe);
  const auto architecture = architectures(options.archive, recipe).front();
  const auto lock = find_lock(options.recipe, recipe, options.archive.offline);
  store::Store store(store::Store::default_root());
  const BuildContext context{store, archive_options(options.archive, recipe), std::nullopt, false, progress};
  const auto selection = lock ? select_from_lock(lock->lock, recipe, architecture, options.recipe, context)
                              : select_by_resolving(recipe, architecture, context);
  fetch_debs(selection, context);
  const auto savings = savings_of(recipe, architecture, Packages(selection, context));
  print(options.format == Format::json ? json_of(savings, recipe.name).dump(2) + "\n" : text_of(savings, recipe.name));
  return 0;
}

}  // namespace

Command cuts_command() {
  return {
      .name = "cuts",
      .summary = "List the named sets of files that an image goes without, with what each saves",
      .description =
          "Lists the sets that a recipe's `cuts:` can name, and which of them are on without being named. With RECIPE "
          "(a file, or the name of a recipe of the catalog) it tells of that image, with its lock or resolved anew, "
          "which are on; what each of these saves, which is what `!NAME` would bring back; what each of the others "
          "would save; and what is less in the image for each of the recipe's own globs.",
      .examples = {{"debone cuts", "lists the sets"},
                   {"debone cuts php-fpm", "tells what each saves in the catalog's php-fpm"}},
      .prepare =
          [](CLI::App& app) {
            const auto options = std::make_shared<Options>();
            app.add_option("RECIPE", options->recipe, "A recipe's file, or a name in the catalog")->type_name("");
            add_archive_options(app, options->archive, "For which of several Debian architectures");
            add_format(app, options->format);
            return [options] { return options->recipe.empty() ? list(options->format) : show(*options); };
          },
  };
}

}  // namespace debone::cli
