#include "evidence/cut_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/rel_path.h"
#include "base/text.h"
#include "evidence/kinds.h"
#include "evidence/shipped.h"
#include "package/merged_path.h"

namespace debone::evidence {
namespace {

using base::TarType;
using package::Facts;
using package::File;

class Cutter {
 public:
  Cutter(const Cuts& cuts, const std::vector<const Facts*>& packages)
      : cuts_(cuts), packages_(packages), shipped_(packages) {
    for (const auto* facts : packages_) {
      fates_.emplace_back(facts == nullptr ? 0 : facts->files.size());
    }
  }

  CutFiles cut(const std::vector<UnusedProgram>& unused) {
    for (const auto& place : shipped_.places()) {
      for (const auto& entry : place.entries) decide(entry);
    }
    leave_out(unused);
    keep_copyrights();
    do {
      find_empty_places();
    } while (cut_links());
    return told();
  }

 private:
  struct Fate {
    const CutRule* rule = nullptr;  // that decided
    bool cut = false;
    std::string counts_under;  // where it is cut
    std::string why;
  };
  // Of a place, after what is below it.
  struct State {
    bool is_gone = false;
    std::string counts_under;  // where it is gone: that of the first thing in a directory
  };

  const File& file(const FileRef& entry) const { return packages_[entry.package]->files[entry.file]; }
  Fate& fate(const FileRef& entry) { return fates_[entry.package][entry.file]; }
  const Fate& fate(const FileRef& entry) const { return fates_[entry.package][entry.file]; }
  static bool is_directory(const File& file) { return file.type == TarType::directory; }

  const std::vector<FileRef>& entries_at(std::string_view path) const {
    static const std::vector<FileRef> nothing;
    const auto place = shipped_.find(path);
    return place == Shipped::none ? nothing : shipped_.places()[place].entries;
  }

  // What a hard link is a name of, else the entry itself.
  FileRef content_of(FileRef entry) const {
    // A package's hard links point at what stands before them; one that does not is refused when the tree is built.
    while (file(entry).type == TarType::hard_link) {
      const auto& targets = entries_at(merged(file(entry).link));
      const auto target = std::ranges::find_if(
          targets, [&](const FileRef& other) { return other.package == entry.package && other.file < entry.file; });
      if (target == targets.end()) return entry;
      entry = *target;
    }
    return entry;
  }

  void set(Fate& fate, const CutRule* rule) {
    fate = {};
    if (rule == nullptr) return;
    fate.rule = rule;
    fate.cut = !rule->restores;
    if (fate.cut) fate.counts_under = rule->name;
    if (fate.cut) fate.why = rule->str();
  }

  // A directory's rule is noted: whether it leaves is what is left in it to say.
  void decide(const FileRef& entry) { set(fate(entry), cuts_.decide(file(entry), file(content_of(entry)))); }

  void leave_out(const std::vector<UnusedProgram>& unused) {
    std::set<std::string_view> paths;
    for (const auto& program : unused) paths.insert(program.path);
    for (const auto& program : unused) {
      const FileRef ref{program.package, program.file};
      auto& its = fate(ref);
      if (its.cut || (its.rule != nullptr && its.rule->restores)) continue;
      if (file(ref).type == TarType::symlink) {
        const auto way = shipped_.way_of_link(program.path, file(ref).link);
        if (!way.empty() && paths.contains(way.back())) continue;  // it goes with that one, if that one goes
      }
      its.cut = true;
      its.counts_under = unused_rule;
      its.why = program.why;
    }
  }

  void keep_copyrights() {
    for (const auto& place : shipped_.places()) {
      for (const auto& entry : place.entries) {
        const auto& shipped = file(entry);
        if (shipped.type != TarType::symlink || fate(entry).cut) continue;
        if (is_copyright(shipped.path)) keep_as_copyright(place.path);
        if (is_doc_link(shipped)) keep_as_copyright(place.path + "/copyright");
      }
    }
  }

  void keep_as_copyright(std::string_view path) {
    for (const auto& met : shipped_.way(path)) {
      for (const auto& entry : entries_at(met)) {
        if (!is_directory(file(entry))) set(fate(entry), cuts_.decide_protected(file(entry), file(content_of(entry))));
      }
    }
  }

  // Finds the places where nothing is left, from the deepest up.
  void find_empty_places() {
    const auto& places = shipped_.places();
    states_.assign(places.size(), {});
    std::vector<bool> has_something(places.size());
    for (auto i = places.size(); i-- > 0;) {
      const auto& place = places[i];
      const bool stays =
          has_something[i] || package::is_merged(place.path) ||
          std::ranges::any_of(place.entries, [&](const FileRef& entry) { return is_wanted(entry, place); });
      states_[i].is_gone = !stays;
      for (const auto& entry : place.entries) {
        if (fate(entry).cut) states_[i].counts_under = fate(entry).counts_under;
      }
      if (place.above == Shipped::none) continue;
      if (stays) has_something[place.above] = true;
      if (!stays) states_[place.above].counts_under = states_[i].counts_under;
    }
  }

  // Whether an entry alone keeps its place: a file that is not cut, or a directory that is more than what was cut in
  // it.
  bool is_wanted(const FileRef& entry, const Shipped::Place& place) const {
    const auto& its = fate(entry);
    if (!is_directory(file(entry))) return !its.cut;
    if (its.rule != nullptr) return its.rule->restores;
    return !std::ranges::binary_search(place.filled_by, entry.package);
  }

  // The state of a path at which nothing is left, else null.
  const State* gone(const std::string& path) const {
    const auto place = shipped_.find(path);
    if (place == Shipped::none || !states_[place].is_gone) return nullptr;
    const auto parsed = base::RelPath::parse(path);
    return parsed && cuts_.is_placed(*parsed) ? nullptr : &states_[place];
  }

  // The first thing on a way that is gone, and what it counts under.
  std::pair<std::string, std::string> first_gone(const std::vector<std::string>& way) const {
    for (const auto& met : way) {
      if (const auto* state = gone(met)) return {met, state->counts_under};
    }
    return {};
  }

  // Whether a link was cut.
  bool cut_links() {
    bool any = false;
    for (const auto& place : shipped_.places()) {
      for (const auto& entry : place.entries) {
        const auto& link = file(entry);
        if (link.type != TarType::symlink || fate(entry).cut) continue;
        const auto [target, under] = first_gone(shipped_.way_of_link(place.path, link.link));
        if (target.empty()) continue;
        auto& its = fate(entry);
        its.cut = true;
        its.counts_under = under;
        its.why = fmt::format("a link to /{}, which is cut ({})", target, under);
        any = true;
      }
    }
    return any;
  }

  CutFiles told() const {
    CutFiles told;
    std::map<std::string, CutTotal> totals;
    for (std::size_t package = 0; package < packages_.size(); ++package) {
      const auto has_other_name = kept_by_hard_links(package);
      for (std::size_t i = 0; i < fates_[package].size(); ++i) {
        auto cut = cut_of({package, i}, has_other_name);
        if (!cut) continue;
        if (!is_directory(file({package, i}))) {
          auto& total = totals.try_emplace(cut->rule, CutTotal{cut->rule, 0, 0}).first->second;
          ++total.files;
          total.bytes += cut->bytes;
        }
        told.cuts.push_back(*std::move(cut));
      }
    }
    for (auto& [name, total] : totals) told.totals.push_back(std::move(total));
    std::ranges::sort(told.totals, [](const CutTotal& a, const CutTotal& b) {
      return std::tie(b.bytes, a.rule) < std::tie(a.bytes, b.rule);
    });
    for (std::size_t package = 0; package < packages_.size(); ++package) warn(package, told.warnings);
    return told;
  }

  std::optional<Cut> cut_of(const FileRef& entry, const std::set<std::size_t>& has_other_name) const {
    const auto& shipped = file(entry);
    Cut cut{entry.package, entry.file, {}, {}, 0};
    if (is_directory(shipped)) {
      if (shipped.path.empty()) return std::nullopt;
      const auto& state = states_[shipped_.find(merged(shipped.path))];
      if (!state.is_gone) return std::nullopt;
      cut.rule = state.counts_under;
      cut.why = fate(entry).cut ? fate(entry).why : "nothing is left in it";
      return cut;
    }
    if (!fate(entry).cut) return std::nullopt;
    cut.rule = fate(entry).counts_under;
    cut.why = fate(entry).why;
    if (shipped.type == TarType::file && !has_other_name.contains(entry.file)) cut.bytes = shipped.size;
    return cut;
  }

  // The files of a package whose content a hard link that stays keeps.
  std::set<std::size_t> kept_by_hard_links(std::size_t package) const {
    std::set<std::size_t> kept;
    for (std::size_t i = 0; i < fates_[package].size(); ++i) {
      const FileRef entry{package, i};
      if (file(entry).type == TarType::hard_link && !fate(entry).cut) kept.insert(content_of(entry).file);
    }
    return kept;
  }

  void warn(std::size_t package, std::vector<std::string>& warnings) const {
    if (packages_[package] == nullptr) return;
    const auto& control_files = packages_[package]->control_files;
    const auto list = control_files.find("conffiles");
    const auto conffiles = base::lines(list == control_files.end() ? std::string_view() : list->second);
    for (std::size_t i = 0; i < fates_[package].size(); ++i) {
      const auto& configuration = file({package, i});
      if (configuration.type != TarType::file || fate({package, i}).cut || configuration.paths_named.empty()) continue;
      const bool is_in_etc = configuration.path.starts_with("etc/");
      if (!is_in_etc && std::ranges::count(conffiles, "/" + configuration.path) == 0) continue;
      if (cuts_.is_placed(*base::RelPath::parse(configuration.path)) || is_administration(merged(configuration.path)))
        continue;
      std::string first;
      std::size_t more = 0;
      for (const auto& named : configuration.paths_named) {
        const auto [target, under] = first_gone(shipped_.way(std::string_view(named).substr(1)));
        if (target.empty() || is_documentation(target) || is_administration(target)) continue;
        if (first.empty()) {
          first = fmt::format("{}, which is cut ({})", named, under);
        } else {
          ++more;
        }
      }
      if (first.empty()) continue;
      warnings.push_back(fmt::format("/{} of {} names {}{}", configuration.path, packages_[package]->record.name, first,
                                     more == 0 ? "" : fmt::format("; and {} more", more)));
    }
  }

  const Cuts& cuts_;
  const std::vector<const Facts*>& packages_;
  Shipped shipped_;
  std::vector<std::vector<Fate>> fates_;  // by package and file
  std::vector<State> states_;             // by place
};

}  // namespace

const Cut* CutFiles::find(std::size_t package, std::size_t file) const {
  const auto key = std::pair(package, file);
  const auto found =
      std::ranges::lower_bound(cuts, key, {}, [](const Cut& cut) { return std::pair(cut.package, cut.file); });
  return found != cuts.end() && found->package == package && found->file == file ? &*found : nullptr;
}

CutFiles cut_files(const Cuts& cuts, const std::vector<const Facts*>& packages,
                   const std::vector<UnusedProgram>& unused) {
  return Cutter(cuts, packages).cut(unused);
}

}  // namespace debone::evidence
