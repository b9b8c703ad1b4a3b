#include "cli/build_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "cli/build_tree.h"
#include "cli/image_config.h"
#include "layer/layer.h"
#include "layer/split.h"
#include "recipe/variants.h"

namespace debone::cli {
namespace {

std::string told(const recipe::Allowance& unused) {
  return fmt::format("{}: 'allow' names {}{}, which is not found; remove it", unused.place.str(), unused.id,
                     unused.path ? " at " + base::printable(unused.path->absolute()) : "");
}

check::Verdict judge(const tree::Tree& tree, const recipe::Recipe& recipe, const BaseImage* base,
                     const std::set<std::string>& cut_names, const Selection& selection, Progress& progress) {
  check::Subject subject{.tree = tree,
                         .process = check::process_of(recipe),
                         .is_apts_choice = recipe.closure == recipe::ClosureMode::full,
                         .sums_are_new = true};
  subject.cut_names = cut_names;  // an exclude that a library is missed for was refused before
  for (const auto& need : selection.architecture.unresolved) subject.debians_own.push_back({need.path, need.soname});
  auto findings = check::findings_of(subject);
  if (base != nullptr && !findings.empty()) {
    // What the base has was judged when it was built.
    const auto of_base = check::findings_of({.tree = base->tree, .process = {}, .sums_are_new = true});
    std::erase_if(findings, [&](const check::Finding& finding) {
      return std::ranges::any_of(of_base, [&](const check::Finding& other) {
        return finding.id == other.id && finding.path == other.path && finding.text == other.text;
      });
    });
  }
  auto verdict = check::judge(findings, recipe.allow);
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

// The image's layers: what the recipe's `layers:` names each in one of its own, before them one of all the rest.
std::vector<std::shared_ptr<const layer::Layer>> packed(const tree::Tree& tree, const recipe::Recipe& recipe,
                                                        const BuildContext& context) {
  if (recipe.layers.empty())
    return tree.nodes().size() > 1 ? std::vector{packed(tree, context)}
                                   : std::vector<std::shared_ptr<const layer::Layer>>();
  std::vector<layer::Part> parts;
  for (const auto& own : recipe.layers) {
    parts.push_back({own.package.empty() ? "" : "package:" + own.package, own.path});
  }
  const auto trees = layer::split(tree, parts, context.source_date_epoch.value_or(layer::part_time));
  std::vector<std::shared_ptr<const layer::Layer>> layers;
  for (std::size_t i = 0; i < trees.size(); ++i) {
    if (i > 0 && trees[i].nodes().size() == 1) {
      const auto& own = recipe.layers[i - 1];
      throw base::Error(base::Exit::usage,
                        own.package.empty()
                            ? fmt::format("nothing is left at '{}' for a layer of its own", own.path.absolute())
                            : fmt::format("the image has no file of '{}' for a layer of its own", own.package))
          .at(own.place.str());
    }
    if (trees[i].nodes().size() > 1) layers.push_back(packed(trees[i], context));
  }
  return layers;
}

// A tree over another, as a layer over a layer.
void lay_over(tree::Tree& tree, const tree::Tree& upper) {
  for (const auto& [path, node] : upper.nodes()) tree.put(path, node);
}

}  // namespace

BuiltImage build_image(const recipe::Recipe& own, const Selection& selection,
                       const std::vector<recipe::Variant>& variants, const BuildContext& context) {
  auto& progress = context.progress;
  auto [tree, created, cut, cut_names, debug, finishers, base, recipe] = build_tree(own, selection, context);

  BuiltImage built;
  built.cut = std::move(cut);
  built.accounts = accounts_of(tree);
  if (selection.lock != nullptr) require_locked(built.accounts, *selection.lock);

  built.verdict = progress.stage(
      "check", [&] { return judge(tree, recipe, base.get(), cut_names, selection, progress); },
      [](const check::Verdict& verdict) { return fmt::format("{} to report", verdict.findings.size()); });

  if (!context.wants_layers) {
    if (recipe::is_debug(variants.at(0))) lay_over(tree, *debug);
    built.tree = std::move(tree);
    return built;
  }
  auto layers = base != nullptr ? base->layers : std::vector<std::shared_ptr<const layer::Layer>>();
  for (auto& layer :
       base != nullptr ? packed(layer::above(tree, base->tree), recipe, context) : packed(tree, recipe, context)) {
    layers.push_back(std::move(layer));
  }
  for (const auto& layer : layers) {
    built.tar_size += layer->uncompressed_size;
    built.compressed_size += layer->size;
  }
  std::shared_ptr<const layer::Layer> debug_layer;
  if (std::ranges::any_of(variants, recipe::is_debug)) debug_layer = packed(*debug, context);
  for (const auto variant : variants) {
    auto& image = built.variants.emplace_back();
    image.config = config_of(recipe, variant, selection.architecture.name, created);
    image.annotations = recipe.annotations;
    image.layers = layers;
    if (recipe::is_debug(variant)) image.layers.push_back(debug_layer);
    if (!finishers.empty()) image.config.labels[image::finishers_label] = base::join(finishers, " ");
  }
  built.tree = std::move(tree);
  return built;
}

}  // namespace debone::cli
