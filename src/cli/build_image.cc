#include "cli/build_image.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "cli/build_tree.h"
#include "cli/image_config.h"
#include "layer/layer.h"

namespace debone::cli {
namespace {

std::string told(const recipe::Allowance& unused) {
  return fmt::format("{}: 'allow' names {}{}, which is not found; remove it", unused.place.str(), unused.id,
                     unused.path ? " at " + base::printable(unused.path->absolute()) : "");
}

check::Verdict judge(const tree::Tree& tree, const recipe::Recipe& recipe, const Selection& selection,
                     Progress& progress) {
  check::Subject subject{.tree = tree,
                         .process = check::process_of(recipe),
                         .is_apts_choice = recipe.closure == recipe::ClosureMode::full,
                         .sums_are_new = true};
  for (const auto& need : selection.architecture.unresolved) subject.debians_own.push_back({need.path, need.soname});
  auto verdict = check::judge(check::findings_of(subject), recipe.allow);
  verdict.findings = check::grouped(verdict.findings);
  for (const auto& unused : verdict.unused) progress.warning(told(unused));
  const check::Finding* failure = nullptr;
  for (const auto& finding : verdict.findings) {
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
  return verdict;
}

}  // namespace

BuiltImage build_image(const recipe::Recipe& recipe, const Selection& selection, const BuildContext& context) {
  auto& progress = context.progress;
  auto [tree, created, cut] = build_tree(recipe, selection, context);

  BuiltImage built;
  built.cut = std::move(cut);
  built.accounts = accounts_of(tree);
  if (selection.lock != nullptr) require_locked(built.accounts, *selection.lock);

  built.verdict = progress.stage(
      "check", [&] { return judge(tree, recipe, selection, progress); },
      [](const check::Verdict& verdict) { return fmt::format("{} to report", verdict.findings.size()); });

  built.image.config = config_of(recipe, selection.architecture.name, created);
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
  if (!context.wants_layers) built.tree = std::move(tree);
  return built;
}

}  // namespace debone::cli
