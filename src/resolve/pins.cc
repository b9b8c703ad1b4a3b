// What follows a pin to a suite is pkgDepCache::SetCandidateRelease (apt-pkg/depcache.cc): depth first, clause by
// clause, only versioned relations can be met by another version, and the first clause without a way out ends it; the
// solve then says what is missing. Unlike apt's, a search that takes too many steps is given up, since a hostile index
// can make it try every combination.
#include "resolve/pins.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "resolve/universe.h"

namespace debone::resolve {
namespace {

constexpr int deepest = 1000;      // of packages that follow one another; real ones are tens
constexpr int most_steps = 10000;  // packages that are made to follow one pin; real ones are hundreds

bool is_of(const Available& source, const std::string& suite) {
  return std::ranges::find(source.suites, suite) != source.suites.end();
}

class Pinner {
 public:
  Pinner(const std::vector<Available>& available, const std::string& architecture)
      : available_(available), architecture_(architecture) {}

  Pins run(const std::vector<recipe::Request>& requests) {
    for (const auto& request : requests) {
      require_native(request);
      if (request.version.empty() && request.suite.empty()) continue;
      explicit_.insert(request.name);
      if (const auto pinned = find(request)) pins_[request.name] = *pinned;
    }
    for (const auto& request : requests) {
      const auto at = pins_.find(request.name);
      if (request.suite.empty() || at == pins_.end()) continue;
      switched_ = {request.name};
      asked_ = &request;
      steps_ = 0;
      switch_needs(*at->second.record, request.suite, 0);
    }
    return std::move(pins_);
  }

 private:
  void require_native(const recipe::Request& request) const {
    if (request.architecture.empty() || request.architecture == "native" || request.architecture == architecture_) {
      return;
    }
    throw base::Error(base::Exit::usage, fmt::format("'{}:{}' is not for {}, which the image is built for",
                                                     request.name, request.architecture, architecture_))
        .at(request.place.str())
        .hint(fmt::format("write '{}': 'archs' says what the image is built for", request.name));
  }

  std::optional<Pinned> find(const recipe::Request& request) const {
    const auto versions = versions_of(request.name, available_);
    if (versions.empty()) return std::nullopt;
    if (!request.suite.empty()) return find_in_suite(request, versions);
    const Pinned* best = nullptr;
    for (const auto& it : versions) {
      if (it.record->version.str() != request.version) continue;
      if (best == nullptr || available_[it.source].priority > available_[best->source].priority) best = &it;
    }
    if (best != nullptr) return *best;
    throw base::Error(base::Exit::usage,
                      fmt::format("no version '{}' of '{}' for {}", request.version, request.name, architecture_))
        .at(request.place.str())
        .hint(fmt::format("there is {}", told(versions, available_)));
  }

  Pinned find_in_suite(const recipe::Request& request, const std::vector<Pinned>& versions) const {
    for (const auto& it : versions) {
      if (is_of(available_[it.source], request.suite)) return {it.record, it.source, request.suite};
    }
    std::set<std::string> suites;
    for (const auto& source : available_) suites.insert(source.suites.begin(), source.suites.end());
    auto error = suites.contains(request.suite)
                     ? base::Error(base::Exit::usage, fmt::format("no package '{}' in the suite '{}' for {}",
                                                                  request.name, request.suite, architecture_))
                           .hint(fmt::format("there is {}", told(versions, available_)))
                     : base::Error(base::Exit::usage, fmt::format("no source has a suite '{}'", request.suite))
                           .hint(fmt::format("the suites are {}", base::join({suites.begin(), suites.end()}, ", ")));
    throw std::move(error).at(request.place.str());
  }

  // False where a need is left that the suite cannot help to meet.
  bool switch_needs(const debian::PackageRecord& record, const std::string& suite, int depth) {
    if (depth > deepest || ++steps_ > most_steps) return false;
    for (const auto* clauses : {&record.pre_depends, &record.depends}) {
      for (const auto& clause : *clauses) {
        if (!is_fine(clause) && !switch_one_of(clause, suite, depth)) return false;
      }
    }
    return true;
  }

  // Whether one alternative has a candidate that could be installed as far as its own needs go.
  bool is_fine(const debian::Alternatives& clause) {
    if (!universe_) universe_.emplace(available_, architecture_, pins_);
    const auto is_installable = [&](Node node) {
      return std::ranges::all_of(universe_->needs(node), [](const Need& need) {
        return std::ranges::any_of(need.satisfying, [](const auto* nodes) { return !nodes->empty(); });
      });
    };
    return std::ranges::any_of(clause, [&](const debian::Relation& relation) {
      const auto& nodes = universe_->satisfying(relation);
      return std::ranges::any_of(nodes, [&](Node node) {
        // Of a versioned relation apt looks at the package of that name alone.
        const bool counts =
            relation.comparison == debian::Comparison::any || universe_->record(node).name == relation.name;
        return counts && is_installable(node);
      });
    });
  }

  bool switch_one_of(const debian::Alternatives& clause, const std::string& suite, int depth) {
    for (const auto& relation : clause) {
      if (relation.comparison == debian::Comparison::any) continue;
      const auto versions = versions_of(relation.name, available_);
      const auto at =
          std::ranges::find_if(versions, [&](const Pinned& it) { return is_of(available_[it.source], suite); });
      if (at == versions.end() || !relation.admits(at->record->version)) continue;
      if (explicit_.contains(relation.name)) continue;
      const auto before = pins_.find(relation.name);
      const auto old = before == pins_.end() ? std::nullopt : std::optional(before->second);
      if (old && old->record == at->record && switched_.contains(relation.name)) return true;
      set_pin(relation.name, Pinned{at->record, at->source, suite, asked_->name});
      switched_.insert(relation.name);
      if (switch_needs(*at->record, suite, depth + 1)) return true;
      if (&relation == &clause.back()) return false;
      set_pin(relation.name, old);
      switched_.erase(relation.name);
    }
    return false;
  }

  void set_pin(const std::string& name, const std::optional<Pinned>& pinned) {
    if (pinned) {
      pins_[name] = *pinned;
    } else {
      pins_.erase(name);
    }
    universe_.reset();
  }

  const std::vector<Available>& available_;
  const std::string& architecture_;
  Pins pins_;
  std::optional<Universe> universe_;        // as these pins make it
  std::set<std::string> explicit_;          // pinned by the recipe itself: unlike apt's, such a pin is never given up
  const recipe::Request* asked_ = nullptr;  // the pin to a suite being looked at
  std::set<std::string> switched_;          // what has followed it
  int steps_ = 0;                           // in looking for that
};

}  // namespace

Pins pins_of(const std::vector<recipe::Request>& requests, const std::vector<Available>& available,
             const std::string& architecture) {
  return Pinner(available, architecture).run(requests);
}

std::vector<Pinned> versions_of(std::string_view name, const std::vector<Available>& available) {
  std::vector<Pinned> versions;
  for (std::size_t i = 0; i < available.size(); ++i) {
    if (!available[i].may_supply(name)) continue;
    for (const auto id : available[i].index->named(name)) versions.push_back({&available[i].index->at(id), i});
  }
  std::ranges::stable_sort(versions,
                           [](const Pinned& a, const Pinned& b) { return a.record->version > b.record->version; });
  return versions;
}

std::string told(const std::vector<Pinned>& versions, const std::vector<Available>& available) {
  constexpr std::size_t most_told = 20;
  std::vector<std::pair<std::string, std::vector<std::string>>> labels_of;  // by version, as it is written
  for (const auto& it : versions) {
    const auto& version = it.record->version.str();
    if (labels_of.empty() || labels_of.back().first != version) labels_of.emplace_back(version, 0);
    auto& labels = labels_of.back().second;
    if (!std::ranges::count(labels, available[it.source].label)) labels.push_back(available[it.source].label);
  }
  std::vector<std::string> texts;
  for (const auto& [version, labels] : labels_of) {
    if (texts.size() == most_told) break;
    texts.push_back(fmt::format("{} ({})", version, base::join(labels, ", ")));
  }
  if (texts.size() < labels_of.size()) texts.push_back("and others");
  return base::join(texts, ", ");
}

}  // namespace debone::resolve
