// The rules of docs/lean-closure.md, one function each, run until nothing is added. The strongest come first, so that
// the reason on record is the plainest: what is NEEDED is said to be needed, though it is data of a dependency too.
#include "evidence/closure.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "evidence/cuts.h"
#include "evidence/file_kinds.h"
#include "evidence/graph.h"
#include "evidence/kinds.h"
#include "evidence/libraries.h"
#include "evidence/mentions.h"
#include "evidence/package_set.h"
#include "evidence/roots.h"
#include "evidence/why_not.h"

namespace debone::evidence {
namespace {

using base::TarType;
using package::File;

class Finder {
 public:
  Finder(const std::vector<Candidate>& candidates, const recipe::Recipe& recipe)
      : candidates_(candidates),
        recipe_(recipe),
        set_(facts_of(candidates)),
        libraries_(set_),
        decisions_(candidates.size()),
        roots_(set_, recipe),
        kinds_(set_, candidates),
        mentions_(set_, kinds_),
        elf_done_(candidates.size()),
        loads_done_(candidates.size()) {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      elf_done_[i].resize(facts(i).files.size());
      loads_done_[i].resize(facts(i).files.size());
    }
  }

  Closure find() {
    roots();
    while (needed() || dlopened() || linked() || stands_for() || same_source() || interpreters() || locale() ||
           modules() || data() || executed()) {
    }
    Closure closure;
    closure.evidence = all_evidence();
    const auto nearest = nearest_reasons(closure.evidence, decisions_.size());
    for (std::size_t i = 0; i < decisions_.size(); ++i) {
      if (nearest[i]) decisions_[i].reason = *nearest[i];
    }
    closure.unresolved = {unresolved_.begin(), unresolved_.end()};
    for (std::size_t i = 0; i < decisions_.size(); ++i) {
      if (decisions_[i].state != State::left_out) continue;
      const auto* item = roots_.excluded(i);
      decisions_[i].why_not =
          item != nullptr ? fmt::format("the recipe excludes it: {}", item->reason) : why_not(i, set_, kinds_);
    }
    closure.decisions = std::move(decisions_);
    return closure;
  }

 private:
  static std::vector<const package::Facts*> facts_of(const std::vector<Candidate>& candidates) {
    std::vector<const package::Facts*> facts;
    for (const auto& candidate : candidates) facts.push_back(candidate.facts);
    return facts;
  }

  const package::Facts& facts(std::size_t package) const { return *candidates_[package].facts; }
  const File& file(FileRef ref) const { return set_.file(ref); }
  Kind kind(FileRef ref) const { return kinds_.of(ref); }
  bool is_cut(FileRef ref) const { return kinds_.is_cut(ref); }
  bool is_in(std::size_t package) const { return decisions_[package].state >= State::data_only; }
  bool is_whole(std::size_t package) const { return decisions_[package].state == State::kept; }

  // Whether evidence for a package is of no more interest.
  bool is_settled(std::size_t package, State state) const { return !collecting_ && decisions_[package].state >= state; }

  // With nothing more to add, each rule shows all that it finds.
  std::vector<Evidence> all_evidence() {
    collecting_ = true;
    roots();
    needed();
    dlopened();
    linked();
    stands_for();
    same_source();
    interpreters();
    locale();
    modules();
    data();
    executed();
    const auto key = [](const Evidence& one) {
      return std::tie(one.package, one.reason.rule, one.reason.by, one.reason.file, one.reason.what);
    };
    std::ranges::sort(evidence_, {}, key);
    const auto repeated = std::ranges::unique(evidence_, {}, key);
    evidence_.erase(repeated.begin(), repeated.end());
    return std::move(evidence_);
  }

  // The files of a package, each with its position.
  template <typename Fn>
  void for_each_file(std::size_t package, Fn&& fn) const {
    for (std::size_t j = 0; j < facts(package).files.size(); ++j) fn(FileRef{package, j});
  }

  // Makes a package part of the image; whether that is news.
  bool add(std::size_t package, State state, Reason reason) {
    auto& decision = decisions_[package];
    const bool is_own = reason.by == package && !reason.file.empty();  // a library of its own package
    if (decision.state >= state) {
      if (collecting_ && decision.state == state && !is_own) evidence_.push_back({package, std::move(reason)});
      return false;
    }
    if (roots_.excluded(package) != nullptr) {
      if (reason.rule == Rule::needed) roots_.refuse_exclude(package, reason);
      return false;
    }
    if (roots_.read(package) && reason.rule != Rule::keep) return false;
    const bool is_new = decision.state < State::data_only;
    decision.state = state;
    // Data that became a whole package keeps its first reason only where the second says less.
    if (is_new || reason.rule != Rule::data) decision.reason = std::move(reason);
    return true;
  }

  // What is in whatever files say.
  void roots() {
    for (std::size_t i = 0; i < set_.size(); ++i) {
      if (!roots_.read(i)) continue;
      if (decisions_[i].state == State::left_out) decisions_[i] = {State::read, *roots_.read(i), ""};
      if (collecting_ && decisions_[i].state == State::read) evidence_.push_back({i, *roots_.read(i)});
    }
    for (const auto& [package, reason] : roots_.kept()) add(package, State::kept, reason);
    for (std::size_t i = 0; i < set_.size(); ++i) {
      if (candidates_[i].is_base) add(i, State::kept, {Rule::base, i, "", ""});
    }
  }

  // Whether the file is in the image as far as is known, and can show that something else is needed.
  bool is_live(FileRef ref) const {
    if (!is_in(ref.package) || candidates_[ref.package].is_base || is_cut(ref)) return false;
    const auto what = kind(ref);
    if (what == Kind::directory || what == Kind::documentation || what == Kind::administration) return false;
    if (what == Kind::program && !is_whole(ref.package) && is_program_path(set_.path(ref))) return false;
    if (is_packaging(set_.path(ref))) return false;
    return file(ref).interpreter.empty() || has_interpreter(ref);
  }

  bool has_interpreter(FileRef ref) const {
    return std::ranges::any_of(set_.interpreter(ref), [&](FileRef program) { return is_whole(program.package); });
  }

  // 1: libraries and the loader.
  bool needed() {
    bool found = false;
    for (std::size_t i = 0; i < set_.size(); ++i) {
      for (std::size_t j = 0; j < facts(i).files.size(); ++j) {
        const FileRef ref{i, j};
        const auto& elf = file(ref).elf;
        if (!elf || (elf_done_[i][j] && !collecting_) || !is_live(ref)) continue;
        elf_done_[i][j] = true;
        for (const auto& soname : elf->needed) {
          const auto library = libraries_.find(ref, soname, [&](std::size_t package) { return is_in(package); });
          if (library)
            found |= add(library->package, State::kept, {Rule::needed, i, set_.path(ref), soname});
          else
            unresolved_.insert({set_.path(ref), soname});
        }
        if (!elf->interpreter.starts_with('/')) continue;
        for (const auto loader : set_.at(merged(std::string_view(elf->interpreter).substr(1))))
          found |= add(loader.package, State::kept, {Rule::needed, i, set_.path(ref), elf->interpreter});
      }
    }
    return found;
  }

  // 2: what is loaded at run time, if the package depends on it.
  bool dlopened() {
    bool found = false;
    for_each_live([&](FileRef ref) {
      const auto& shown = file(ref);
      if (loads_done_[ref.package][ref.file] && !collecting_) return;
      loads_done_[ref.package][ref.file] = true;
      const auto load = [&](const std::string& soname) {
        for (const auto library : libraries_.all(ref, soname)) {
          if (library.package == ref.package || !set_.reaches(ref.package, library.package)) continue;
          found |= add(library.package, State::kept, {Rule::dlopened, ref.package, set_.path(ref), soname});
        }
      };
      if (shown.elf) std::ranges::for_each(shown.elf->dlopen, load);
      std::ranges::for_each(shown.sonames, load);
    });
    return found;
  }

  // 3: links, and the alternatives that a postinst makes.
  bool linked() {
    bool found = false;
    // Whose the target is, and each link on the way.
    const auto follow = [&](std::size_t package, const std::string& link, const std::string& target,
                            std::vector<std::string> way) {
      way.push_back(target);
      for (const auto& path : way) {
        for (const auto owner : set_.at(path)) {
          if (owner.package != package)
            found |= add(owner.package, State::kept, {Rule::linked, package, link, "/" + path});
        }
      }
      // What no package ships is made by the scripts of whose directory it is in: Java's key store.
      const auto owner =
          set_.sole_owner(set_.at(target).empty() && !set_.sole_owner(target) ? directory_of(target) : target);
      if (owner && *owner != package) found |= add(*owner, State::kept, {Rule::linked, package, link, "/" + target});
    };
    for_each_live([&](FileRef ref) {
      if (file(ref).type != TarType::symlink) return;
      std::vector<std::string> way;
      if (const auto target = set_.destination(ref, &way)) follow(ref.package, set_.path(ref), *target, std::move(way));
    });
    for (std::size_t i = 0; i < set_.size(); ++i) {
      if (!is_whole(i)) continue;
      for (const auto& alternative : set_.alternatives(i)) {
        std::vector<std::string> way;
        if (const auto target = set_.resolve(alternative.target, &way))
          follow(i, alternative.link, *target, std::move(way));
      }
    }
    found |= copyright_linked();
    return found;
  }

  // 3: other links among documentation are no evidence, but nothing ships without its copyright, which packages of one
  // source keep in one folder.
  bool copyright_linked() {
    bool found = false;
    for (std::size_t i = 0; i < set_.size(); ++i) {
      if (!is_in(i) || candidates_[i].is_base) continue;
      for_each_file(i, [&](FileRef ref) {
        const auto& link = file(ref);
        if (link.type != TarType::symlink || is_cut(ref)) return;
        const bool is_folder = is_doc_link(link);
        if (!is_folder && !is_copyright(link.path)) return;
        auto target = set_.destination(ref);
        if (target && is_folder) target = set_.resolve(*target + "/copyright");
        if (!target) return;
        for (const auto owner : set_.at(*target)) {
          if (owner.package != i)
            found |= add(owner.package, State::data_only, {Rule::linked, i, set_.path(ref), "/" + *target});
        }
      });
    }
    return found;
  }

  // 4: interpreters of scripts that are the package's program, or the recipe's.
  bool interpreters() {
    bool found = false;
    for (std::size_t i = 0; i < set_.size(); ++i) {
      if (!is_whole(i) || candidates_[i].is_base) continue;
      const bool are_its_programs =
          !kinds_.has_elf_programs(i) && std::ranges::none_of(set_.dependencies(i), [&](auto on) {
            return is_same_source(i, on) && kinds_.has_elf_programs(on);
          });
      for_each_file(i, [&](FileRef ref) {
        const auto& script = file(ref);
        if (script.interpreter.empty() || !is_program_path(set_.path(ref)) || is_cut(ref)) return;
        const bool starts = is_started(ref);
        if (!starts && (!are_its_programs || is_shell(script.interpreter))) return;
        const Reason reason{Rule::interpreter, i, set_.path(ref), script.interpreter};
        std::vector<std::string> way;
        for (const auto program : set_.interpreter(ref, &way)) {
          if (const auto leading = leads_to(i, program.package)) found |= add(*leading, State::kept, reason);
          found |= add(program.package, State::kept, reason);
          for (const auto& link : way) {
            for (const auto owner : set_.at(link)) found |= add(owner.package, State::kept, reason);
          }
        }
      });
    }
    return found;
  }

  // The dependency of `package` that brings `other`: perl for perl-base, not whatever else depends on it.
  std::optional<std::size_t> leads_to(std::size_t package, std::size_t other) const {
    std::optional<std::size_t> best;
    for (const auto on : set_.dependencies(package)) {
      if (on == other || is_same_source(on, other)) {
        if (set_.reaches(on, other) && (!best || on != other)) best = on;
      }
    }
    return best;
  }

  bool is_started(FileRef ref) const {
    const auto started = recipe_.starts();
    if (started.empty()) return false;
    const auto programs = set_.program(started);
    return std::ranges::find(programs, ref) != programs.end();
  }

  bool is_same_source(std::size_t a, std::size_t b) const { return facts(a).record.source == facts(b).record.source; }

  // Data that programs of other packages can use: beside programs, files in /etc are these programs' configuration.
  std::optional<FileRef> first_data(std::size_t package) const {
    const bool has_programs = kinds_.first(package, Kind::program).has_value();
    for (std::size_t j = 0; j < facts(package).files.size(); ++j) {
      const FileRef ref{package, j};
      if (kind(ref) == Kind::data && !is_cut(ref) && !(has_programs && set_.path(ref).starts_with("etc/"))) return ref;
    }
    return std::nullopt;
  }

  std::optional<FileRef> first_modules(std::size_t package) const {
    for (std::size_t j = 0; j < facts(package).files.size(); ++j) {
      const FileRef ref{package, j};
      if (kind(ref) == Kind::module && !is_cut(ref) && runs(*module_family(set_.path(ref)))) return ref;
    }
    return std::nullopt;
  }

  // Whether an interpreter of the family is in the image.
  bool runs(std::string_view family) const {
    const auto& programs = kinds_.native_programs();
    return std::ranges::any_of(
        programs, [&](FileRef ref) { return is_whole(ref.package) && is_interpreter(set_.path(ref), family); });
  }

  // 5: a package without files stands for what it depends on.
  bool stands_for() {
    bool found = false;
    for (std::size_t i = 0; i < set_.size(); ++i) {
      if (!is_whole(i) || !set_.is_empty(i)) continue;
      for (const auto on : set_.dependencies(i)) {
        if (!serves_scripts(i, on)) found |= add(on, State::kept, {Rule::stands_for, i, "", ""});
      }
    }
    return found;
  }

  // Whether the maintainer scripts of `package` are what its dependency is for: they name it.
  bool serves_scripts(std::size_t package, std::size_t on) const {
    return std::ranges::any_of(facts(package).control_files, [&](const auto& script) {
      return script.second.find(set_.name(on)) != std::string::npos;
    });
  }

  // 5: parts of one program that the source package was split into.
  bool same_source() {
    bool found = false;
    for_each_dependency([&](std::size_t i, std::size_t on) {
      if (is_settled(on, State::kept) || !is_same_source(i, on) || !is_whole(i)) return;
      const auto keep = [&](FileRef part) {
        found |= add(on, State::kept, {Rule::same_source, i, "", "/" + set_.path(part)});
      };
      if (const auto data = first_data(on)) return keep(*data);
      if (const auto module = first_modules(on)) return keep(*module);
      // A library that embeds an interpreter needs its modules too: libpython3 those of libpython3-stdlib.
      if (const auto module = kinds_.first(on, Kind::module); module && kinds_.embeds_interpreter_of(i, *module))
        return keep(*module);
      if (const auto library = kinds_.first(on, Kind::library)) return keep(*library);
      const auto program = kinds_.first(on, Kind::program);
      if (!program) return;
      if (const auto named = naming(on, Kind::program))
        found |= add(on, State::kept, {Rule::executed, named->first.package, set_.path(named->first), named->second});
      else if (!kinds_.first(i, Kind::program))
        keep(*program);
    });
    return found;
  }

  // A live file that names a program of the package, or its data, with what it names.
  std::optional<std::pair<FileRef, std::string>> naming(std::size_t package, Kind wanted) {
    for (std::size_t i = 0; i < set_.size(); ++i) {
      if (!is_in(i) || i == package) continue;
      for (const auto& mention : mentions_.of(i)) {
        if (mention.target.package != package) continue;
        if (mention.is_directory ? wanted != Kind::data : kind(mention.target) != wanted) continue;
        const FileRef ref{i, mention.file};
        if (is_live(ref)) return std::pair(ref, mention.what);
      }
    }
    return std::nullopt;
  }

  // 6: modules of an interpreter that is in the image.
  bool modules() {
    bool found = false;
    for_each_dependency([&](std::size_t i, std::size_t on) {
      if (is_settled(on, State::kept)) return;
      if (const auto module = first_modules(on); module && !serves_maintainer_scripts(set_.path(*module)))
        found |= add(on, State::kept, {Rule::modules, i, "", "/" + set_.path(*module)});
    });
    return found;
  }

  // 6: data and plugins of a dependency: of one that has no programs all, else what a file names.
  bool data() {
    bool found = false;
    for_each_dependency([&](std::size_t i, std::size_t on) {
      if (is_settled(on, State::data_only)) return;
      const auto data = kinds_.first(on, Kind::data);
      if (!data) return;
      if (!kinds_.first(on, Kind::program)) {
        found |= add(on, State::kept, {Rule::data, i, "", "/" + set_.path(*data)});
      } else if (const auto named = naming(on, Kind::data)) {
        found |= add(on, State::data_only, {Rule::data, named->first.package, set_.path(named->first), named->second});
      }
    });
    return found;
  }

  // 7: programs that a program, or its configuration, names.
  bool executed() {
    bool found = false;
    for (std::size_t i = 0; i < set_.size(); ++i) {
      if (!is_in(i)) continue;
      for (const auto& name : mentions_.of(i)) {
        const auto on = name.target.package;
        if (name.is_directory || is_settled(on, State::kept) || kind(name.target) != Kind::program) continue;
        const FileRef by{i, name.file};
        if (!set_.depends(i, on) || !is_live(by) || !kinds_.may_execute(by) || !may_be_executed(name.target)) continue;
        found |= add(on, State::kept, {Rule::executed, i, set_.path(by), name.what});
      }
    }
    return found;
  }

  // A program that an image without a shell and a package manager could run.
  bool may_be_executed(FileRef program) const {
    if (is_shell(set_.path(program)) || is_package_manager(set_.path(program))) return false;
    return file(program).interpreter.empty() || has_interpreter(program);
  }

  // 8: a C library without a UTF-8 locale makes setlocale() fail for LANG=C.UTF-8.
  bool locale() {
    constexpr std::string_view directory = "usr/lib/locale/C.utf8";
    for (std::size_t i = 0; i < set_.size(); ++i) {
      if (!is_in(i) || set_.name(i) != "libc6") continue;
      for (const auto ref : set_.at(fmt::format("{}/LC_CTYPE", directory))) {
        if (!is_settled(ref.package, State::data_only) &&
            add(ref.package, State::data_only, {Rule::locale, i, "", fmt::format("/{}", directory)}))
          return true;
      }
    }
    return false;
  }

  template <typename Fn>
  void for_each_live(Fn&& fn) {
    for (std::size_t i = 0; i < set_.size(); ++i) {
      if (!is_in(i)) continue;
      for_each_file(i, [&](FileRef ref) {
        if (is_live(ref)) fn(ref);
      });
    }
  }

  template <typename Fn>
  void for_each_dependency(Fn&& fn) {
    for (std::size_t i = 0; i < set_.size(); ++i) {
      if (!is_in(i)) continue;
      for (const auto on : set_.dependencies(i)) fn(i, on);
    }
  }

  const std::vector<Candidate>& candidates_;
  const recipe::Recipe& recipe_;
  PackageSet set_;
  Libraries libraries_;
  std::vector<Decision> decisions_;
  Roots roots_;
  FileKinds kinds_;
  Mentions mentions_;
  std::vector<std::vector<bool>> elf_done_;
  std::vector<std::vector<bool>> loads_done_;
  bool collecting_ = false;  // of all evidence, with nothing more to add
  std::vector<Evidence> evidence_;
  std::set<Unresolved> unresolved_;
};

}  // namespace

Closure closure(const std::vector<Candidate>& candidates, const recipe::Recipe& recipe) {
  return Finder(candidates, recipe).find();
}

}  // namespace debone::evidence
