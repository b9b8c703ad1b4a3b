// Where the lean closure begins, and what the recipe overrules: the packages that it names, whose program it starts,
// that it keeps or excludes, and those that are in every image or only read, as positions in the set.
#pragma once

#include <optional>
#include <vector>

#include "evidence/closure.h"
#include "evidence/package_set.h"
#include "recipe/recipe.h"

namespace debone::evidence {

class Roots {
 public:
  // Both must outlive it. Throws Error (usage) at the recipe's place where `keep:` or `exclude:` names no package of
  // the set.
  Roots(const PackageSet& set, const recipe::Recipe& recipe);

  // What is kept whatever files say, strongest first; a package may stand in it several times.
  const std::vector<Evidence>& kept() const { return kept_; }
  // Why a package is only read, if it is.
  const std::optional<Reason>& read(std::size_t package) const { return read_[package]; }
  // The recipe's item that excludes the package, or null.
  const recipe::Overrule* excluded(std::size_t package) const { return excluded_[package]; }
  // The Error of an exclude that breaks what `reason` shows.
  [[noreturn]] void refuse_exclude(std::size_t package, const Reason& reason) const;

 private:
  std::size_t overruled(const recipe::Overrule& overrule, std::string_view key) const;
  std::optional<std::size_t> position(std::string_view name) const;
  std::vector<std::size_t> requested(std::string_view name) const;

  const PackageSet& set_;
  std::vector<Evidence> kept_;
  std::vector<std::optional<Reason>> read_;
  std::vector<const recipe::Overrule*> excluded_;
};

}  // namespace debone::evidence
