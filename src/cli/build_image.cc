#include "cli/build_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/parallel.h"
#include "base/text.h"
#include "cli/local_debs.h"
#include "effects/effects.h"
#include "layer/layer.h"
#include "package/deb.h"
#include "resolve/solve.h"
#include "tree/assemble.h"

namespace debone::cli {
namespace {

constexpr std::uint64_t largest_data = 8ULL << 30U;  // what one data.tar may decompress to

// Where a chosen package came from: an index of a suite, or a local file.
struct Origin {
  const archive::Suite* suite = nullptr;  // null: a local .deb, in the store already
  std::string label;
};

// Everything that may be chosen from, with what the resolver's answers refer to.
struct Choice {
  std::vector<archive::Suite> suites;
  std::vector<LocalDebs> locals;
  std::vector<resolve::Available> available;
  std::vector<Origin> origins;
};

// apt_preferences(5): a suite marked NotAutomatic is at 1, with ButAutomaticUpgrades at 100, all else at 500.
int priority_of(const archive::Suite& suite, const recipe::Source& source) {
  if (source.priority) return *source.priority;
  if (!suite.release || !suite.release->fields().not_automatic) return 500;
  return suite.release->fields().but_automatic_upgrades ? 100 : 1;
}

// What `name/suite` may call it.
std::vector<std::string> names_of(const archive::Suite& suite) {
  std::vector<std::string> names;
  if (!suite.release) return names;
  for (const auto& name : {suite.release->fields().suite, suite.release->fields().codename}) {
    if (!name.empty()) names.push_back(name);
  }
  return names;
}

Choice open_sources(const recipe::Recipe& recipe, const std::string& architecture, const BuildContext& context) {
  Choice choice;
  choice.suites = archive::open(recipe.sources, architecture, context.store, context.archive, context.progress);
  choice.locals = add_local_debs(recipe.sources, architecture, context.store);
  for (const auto& suite : choice.suites) {
    for (const auto& index : suite.indexes) {
      choice.available.push_back({&index, suite.label, priority_of(suite, recipe.sources[suite.source]), &suite.only,
                                  choice.origins.size(), names_of(suite)});
    }
    choice.origins.push_back({&suite, suite.label});
  }
  for (const auto& local : choice.locals) {
    const auto& source = recipe.sources[local.source];
    choice.available.push_back(
        {&local.index, local.label, source.priority.value_or(500), &source.packages, choice.origins.size()});
    choice.origins.push_back({nullptr, local.label});
  }
  return choice;
}

std::string told(const Choice& choice) {
  std::vector<std::string> labels;
  for (const auto& origin : choice.origins) labels.push_back(origin.label);
  return base::join(labels, ", ");
}

// base-files holds the directories of every system and on trixie the merged-/usr links.
const std::vector<std::string> implied{"base-files"};

// What apt would install for the same request on a system that holds the Essential packages.
resolve::Solution solve_as_system(const recipe::Recipe& recipe, const Choice& choice, const std::string& architecture) {
  auto names = implied;
  for (const auto& available : choice.available) {
    for (const auto id : available.index->essential()) {
      const auto& name = available.index->at(id).name;
      if (!available.may_supply(name)) continue;
      if (!std::ranges::count(names, name)) names.push_back(name);
    }
  }
  return resolve::solve(recipe.packages, names, choice.available, architecture);
}

std::vector<archive::Wanted> to_fetch(const resolve::Solution& solution, const Choice& choice) {
  std::vector<archive::Wanted> wanted;
  for (const auto& chosen : solution.packages) {
    const auto* suite = choice.origins[chosen.origin].suite;
    if (suite != nullptr) wanted.push_back(archive::wanted(*chosen.package, *suite));
  }
  return wanted;
}

// The package's bytes, verified. A copy that was damaged in the store is gone by then, and fetched once more.
std::string bytes_of(const resolve::Chosen& chosen, const Choice& choice, const BuildContext& context) {
  const auto& wanted = *chosen.package;
  auto bytes = context.store.read(*wanted.sha256, wanted.size);
  const auto* suite = choice.origins[chosen.origin].suite;
  if (!bytes && suite != nullptr) {
    archive::fetch({archive::wanted(wanted, *suite)}, context.store, context.archive, context.progress);
    bytes = context.store.read(*wanted.sha256, wanted.size);
  }
  if (!bytes) {
    throw base::Error(base::Exit::trust, "the copy in the store is damaged as soon as it is written")
        .at(fmt::format("{}.deb", wanted.id()))
        .hint("the disk may be failing; DEBONE_STORE names another place");
  }
  return *std::move(bytes);
}

package::Deb read_deb(const resolve::Chosen& chosen, const std::string& architecture, const Choice& choice,
                      const BuildContext& context) {
  const auto& wanted = *chosen.package;
  const auto place = fmt::format("{}.deb", wanted.id());
  auto deb = package::read_deb(bytes_of(chosen, choice, context), architecture, place, largest_data);
  // The index is signed, the .deb's own control data is merely covered by its hash: they must speak of one package.
  if (deb.record.name != wanted.name || deb.record.version.str() != wanted.version.str() ||
      deb.record.architecture != wanted.architecture) {
    throw base::Error(base::Exit::trust, fmt::format("the package inside calls itself {}", deb.record.id())).at(place);
  }
  return deb;
}

std::vector<package::Deb> inspect(const std::vector<resolve::Chosen>& chosen, const std::string& architecture,
                                  const Choice& choice, const BuildContext& context) {
  std::vector<package::Deb> debs(chosen.size());
  // The largest first, so that no thread is left with a big one at the end.
  std::vector<std::size_t> order(chosen.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, [&](auto a, auto b) { return chosen[a].package->size > chosen[b].package->size; });
  base::parallel_for(order.size(), context.archive.jobs, [&](std::size_t i) {
    debs[order[i]] = read_deb(chosen[order[i]], architecture, choice, context);
  });
  return debs;
}

std::string told(const std::vector<package::Deb>& debs) {
  std::uint64_t bytes = 0;
  for (const auto& deb : debs) bytes += deb.data->size();
  return fmt::format("{} of files", base::human_size(bytes));
}

// https://reproducible-builds.org/specs/source-date-epoch/: nothing in the image is newer than it.
void clamp_times(tree::Tree& tree, std::int64_t newest) {
  std::vector<base::RelPath> newer;
  for (const auto& [path, node] : tree.nodes()) {
    if (node.mtime > newest) newer.push_back(path);
  }
  for (const auto& path : newer) tree.at(path).mtime = newest;
}

std::vector<check::Finding> judge(const tree::Tree& tree, const recipe::Recipe& recipe, Progress& progress) {
  auto findings = check::image(tree, recipe);
  const check::Finding* failure = nullptr;
  for (const auto& finding : findings) {
    if (finding.severity == check::Severity::report) continue;
    if (failure == nullptr) {
      failure = &finding;
    } else {
      progress.warning(fmt::format("{}: {} [{}]", finding.path, finding.text, finding.id));
    }
  }
  if (failure != nullptr) {
    throw base::Error(base::Exit::does_not_hold, fmt::format("{} [{}]", failure->text, failure->id)).at(failure->path);
  }
  return findings;
}

image::Config config_of(const recipe::Recipe& recipe, const std::string& architecture, std::int64_t created) {
  const auto platform = image::platform_of(architecture);
  image::Config config;
  config.architecture = platform.architecture;
  config.variant = platform.variant;
  config.created = created;
  config.user = recipe.run_as;
  config.environment = recipe.environment;
  config.environment.try_emplace("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  config.entrypoint = recipe.entrypoint;
  config.cmd = recipe.cmd;
  config.work_dir = recipe.work_dir;
  config.stop_signal = recipe.stop_signal;
  config.ports = recipe.ports;
  config.volumes = recipe.volumes;
  config.labels = recipe.annotations;
  return config;
}

std::vector<BuiltPackage> list(const resolve::Solution& solution, const Choice& choice) {
  std::vector<BuiltPackage> packages;
  for (const auto& chosen : solution.packages) {
    packages.push_back(
        {chosen.package->name, chosen.package->version.str(), chosen.package->architecture,
         choice.origins[chosen.origin].label,
         chosen.reason.by.empty() ? "the recipe" : fmt::format("{} of {}", chosen.reason.relation, chosen.reason.by)});
  }
  return packages;
}

}  // namespace

BuiltImage build_image(const recipe::Recipe& recipe, const std::string& architecture, const BuildContext& context) {
  auto& progress = context.progress;
  BuiltImage built;
  built.architecture = architecture;

  const auto choice = progress.stage(
      "archive", [&] { return open_sources(recipe, architecture, context); },
      [](const auto& opened) { return told(opened); });

  const auto solution = progress.stage(
      "resolve",
      [&] {
        auto solved = resolve::solve(recipe.packages, implied, choice.available, architecture);
        for (const auto& chosen : solve_as_system(recipe, choice, architecture).packages) {
          built.apt_size += chosen.package->installed_size;
          ++built.apt_packages;
        }
        return solved;
      },
      [](const auto& solved) { return fmt::format("{} packages", solved.packages.size()); });
  built.packages = list(solution, choice);

  progress.stage(
      "fetch",
      [&] {
        const auto wanted = to_fetch(solution, choice);
        archive::fetch(wanted, context.store, context.archive, progress);
        std::uint64_t bytes = 0;
        for (const auto& chosen : solution.packages) bytes += chosen.package->size;
        return bytes;
      },
      [](std::uint64_t bytes) { return fmt::format("{} of .debs in the store", base::human_size(bytes)); });

  auto debs = progress.stage(
      "inspect", [&] { return inspect(resolve::unpack_order(solution), architecture, choice, context); },
      [](const auto& inspected) { return told(inspected); });

  auto tree = progress.stage(
      "assemble", [&] { return tree::assemble(debs); },
      [](const auto& assembled) { return fmt::format("{} paths", assembled.nodes().size()); });
  const auto created = context.source_date_epoch.value_or(tree::newest_mtime(tree));

  progress.stage(
      "effects",
      [&] {
        effects::apply(tree, {&debs, &recipe, architecture, created}, progress);
        if (context.source_date_epoch) clamp_times(tree, created);
        return tree.nodes().size();
      },
      [](std::size_t paths) { return fmt::format("{} paths", paths); });
  debs.clear();  // the tree holds what is still needed of them

  built.findings = progress.stage(
      "check", [&] { return judge(tree, recipe, progress); },
      [](const auto& findings) { return fmt::format("{} to report", findings.size()); });

  built.image.config = config_of(recipe, architecture, created);
  built.image.annotations = recipe.annotations;
  if (context.wants_layers) {
    built.image.layers.push_back(progress.stage(
        "pack", [&] { return layer::pack(tree, context.archive.jobs); },
        [](const auto& layer) {
          return fmt::format("{} to {}", base::human_size(layer.uncompressed_size), base::human_size(layer.size));
        }));
  }
  for (const auto& layer : built.image.layers) {
    built.tar_size += layer.uncompressed_size;
    built.compressed_size += layer.size;
  }
  for (const auto& suite : choice.suites)
    built.waived.insert(built.waived.end(), suite.waived.begin(), suite.waived.end());
  if (!context.wants_layers) built.tree = std::move(tree);
  return built;
}

}  // namespace debone::cli
