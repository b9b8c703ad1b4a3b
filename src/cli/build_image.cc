#include "cli/build_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "cli/build_tree.h"
#include "cli/image_config.h"
#include "layer/layer.h"
#include "recipe/variants.h"

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

std::shared_ptr<const layer::Layer> packed(const tree::Tree& tree, const BuildContext& context) {
  return context.progress.stage(
      "pack", [&] { return std::make_shared<const layer::Layer>(layer::pack(tree, context.archive.jobs)); },
      [](const auto& layer) {
        return fmt::format("{} to {}", base::human_size(layer->uncompressed_size), base::human_size(layer->size));
      });
}

// A tree over another, as a layer over a layer.
void lay_over(tree::Tree& tree, const tree::Tree& upper) {
  for (const auto& [path, node] : upper.nodes()) tree.put(path, node);
}

}  // namespace

BuiltImage build_image(const recipe::Recipe& recipe, const Selection& selection,
                       const std::vector<recipe::Variant>& variants, const BuildContext& context) {
  auto& progress = context.progress;
  auto [tree, created, cut, debug] = build_tree(recipe, selection, context);

  BuiltImage built;
  built.cut = std::move(cut);
  built.accounts = accounts_of(tree);
  if (selection.lock != nullptr) require_locked(built.accounts, *selection.lock);

  built.verdict = progress.stage(
      "check", [&] { return judge(tree, recipe, selection, progress); },
      [](const check::Verdict& verdict) { return fmt::format("{} to report", verdict.findings.size()); });

  if (!context.wants_layers) {
    if (recipe::is_debug(variants.at(0))) lay_over(tree, *debug);
    built.tree = std::move(tree);
    return built;
  }
  const auto layer = packed(tree, context);
  built.tar_size = layer->uncompressed_size;
  built.compressed_size = layer->size;
  std::shared_ptr<const layer::Layer> debug_layer;
  if (std::ranges::any_of(variants, recipe::is_debug)) debug_layer = packed(*debug, context);
  for (const auto variant : variants) {
    auto& image = built.variants.emplace_back();
    image.config = config_of(recipe, variant, selection.architecture.name, created);
    image.annotations = recipe.annotations;
    image.layers.push_back(layer);
    if (recipe::is_debug(variant)) image.layers.push_back(debug_layer);
  }
  return built;
}

}  // namespace debone::cli
