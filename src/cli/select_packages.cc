#include "cli/select_packages.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/locked_debs.h"
#include "cli/resolve_packages.h"

namespace debone::cli {
namespace {

std::string labels_of(const std::vector<archive::Suite>& suites) {
  std::vector<std::string> labels;
  for (const auto& suite : suites) labels.push_back(suite.label);
  return base::join(labels, ", ");
}

}  // namespace

Selection select_from_lock(const resolve::Lock& lock, const recipe::Recipe& recipe, const std::string& architecture,
                           const std::string& what, const BuildContext& context) {
  return context.progress.stage(
      "lock",
      [&] {
        Selection selection;
        selection.architecture = locked_architecture(lock, architecture, what);
        selection.suites = lock.suites;
        selection.waived = lock.waived;
        selection.debs = locked_debs(lock, selection.architecture, recipe, context.archive);
        selection.lock = &lock;
        add_locked_files(selection.architecture, recipe, context.store);
        return selection;
      },
      [&](const auto& selection) {
        return fmt::format("{} packages of {}", selection.architecture.taken().size(), lock.inputs.file);
      });
}

Selection select_by_resolving(const recipe::Recipe& recipe, const std::string& architecture,
                              const BuildContext& context) {
  const auto base = recipe.extends ? open_base(recipe, architecture, context) : nullptr;
  auto suites = context.progress.stage(
      "archive",
      [&] { return archive::open(recipe.sources, architecture, context.store, context.archive, context.progress); },
      labels_of);
  return resolve_packages(std::move(suites), recipe, architecture, base, context);
}

}  // namespace debone::cli
