// libsolv's order of versions is not dpkg's (to it 1.0-0 is later than 1.0), so it is never asked to compare any:
// each version is handed over as its rank among all that occur, and equal ones share a rank.
//
// Its search has no limit and asks nobody whether to go on, and a hostile index can make it last for ever. But it tells
// a callback of each dead end, and is C, so that the callback can leave by longjmp.
#include "resolve/solv.h"

#include <fmt/format.h>
// Its field `requires` is a keyword of C++20; with this it is called dep_requires.
#define LIBSOLV_SOLVABLE_PREPEND_DEP
#include <solv/pool.h>
#include <solv/problems.h>
#include <solv/queue.h>
#include <solv/repo.h>
#include <solv/rules.h>
#include <solv/solver.h>

#include <algorithm>
#include <csetjmp>
#include <set>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/error.h"

namespace debone::resolve {
namespace {

using debian::Alternatives;
using debian::Comparison;
using debian::PackageRecord;
using debian::Relation;
using debian::Version;

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* it) const {
    Free(it);
  }
};
using PoolPtr = std::unique_ptr<Pool, Freer<pool_free>>;
using SolverPtr = std::unique_ptr<Solver, Freer<solver_free>>;

class IdQueue {
 public:
  IdQueue() { queue_init(&queue_); }
  IdQueue(const IdQueue&) = delete;
  IdQueue& operator=(const IdQueue&) = delete;
  ~IdQueue() { queue_free(&queue_); }
  Queue* get() { return &queue_; }
  std::span<const Id> ids() const { return {queue_.elements, static_cast<std::size_t>(queue_.count)}; }

 private:
  Queue queue_{};
};

// Every version that occurs, by rank. Most occur many times, and are looked up by their text.
class Ranks {
 public:
  void add(const Version& version) { versions_.try_emplace(version.str(), &version); }
  void finish() {
    std::vector<const Version*> sorted;
    for (const auto& [text, version] : versions_) sorted.push_back(version);
    std::ranges::sort(sorted, [](const Version* a, const Version* b) { return *a < *b; });
    std::size_t rank = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      if (i == 0 || *sorted[i - 1] < *sorted[i]) ++rank;
      ranks_.emplace(sorted[i]->str(), std::to_string(rank));
    }
  }
  const std::string& operator()(const Version& version) const { return ranks_.at(version.str()); }

 private:
  std::unordered_map<std::string_view, const Version*> versions_;
  std::unordered_map<std::string_view, std::string> ranks_;
};

int solv_flags(Comparison comparison) {
  switch (comparison) {
    case Comparison::any: return 0;
    case Comparison::earlier: return REL_LT;
    case Comparison::earlier_or_equal: return REL_LT | REL_EQ;
    case Comparison::equal: return REL_EQ;
    case Comparison::later_or_equal: return REL_GT | REL_EQ;
    case Comparison::later: return REL_GT;
  }
  return 0;
}

constexpr int most_told = 10'000'000;  // messages of dead ends, many for each; no real request comes to one

struct Escape {
  std::jmp_buf to;
  int left = most_told;
};

void count_message(Pool* /*pool*/, void* data, int /*type*/, const char* /*text*/) {
  auto* const escape = static_cast<Escape*>(data);
  if (--escape->left == 0) std::longjmp(escape->to, 1);
}

[[noreturn, gnu::noinline]] void give_up() {
  throw base::Error(base::Exit::usage, "no answer is found: what the packages need and exclude is too entangled")
      .hint("name the packages that are to be chosen where there are alternatives, or leave some out");
}

// As solver_solve, but in bounds. Not inlined and without variables that have destructors: these and setjmp do not mix.
[[gnu::noinline]] int solve_in_bounds(Solver* solver, Queue* jobs) {
  Escape escape;
  pool_setdebugmask(solver->pool, SOLV_DEBUG_ANALYZE);
  pool_setdebugcallback(solver->pool, count_message, &escape);
  if (setjmp(escape.to) != 0) give_up();
  return solver_solve(solver, jobs);
}

struct Clause {
  std::string_view field;
  Id where;
  const std::vector<Alternatives>* relations;
};

class Court {
 public:
  Court(const std::vector<JudgedPackage>& packages, const std::string& architecture)
      : packages_(packages), architecture_(architecture), pool_(pool_create()) {
    pool_setdisttype(pool_.get(), DISTTYPE_DEB);
    rank();
    Repo* const repo = repo_create(pool_.get(), "debone");
    for (const auto& package : packages_) add(repo, package);
    pool_createwhatprovides(pool_.get());
  }

  Verdict judge(const std::vector<std::size_t>& wanted, const std::vector<std::size_t>& favoured) {
    IdQueue jobs;
    for (const auto position : wanted) queue_push2(jobs.get(), SOLVER_SOLVABLE | SOLVER_INSTALL, id_of(position));
    for (const auto position : favoured) queue_push2(jobs.get(), SOLVER_SOLVABLE | SOLVER_FAVOR, id_of(position));
    const SolverPtr solver(solver_create(pool_.get()));
    solver_set_flag(solver.get(), SOLVER_FLAG_IGNORE_RECOMMENDED, 1);
    Verdict verdict;
    if (solve_in_bounds(solver.get(), jobs.get()) > 0) {
      verdict.problems = problems_of(*solver);
      return verdict;
    }
    IdQueue decisions;
    solver_get_decisionqueue(solver.get(), decisions.get());
    for (const Id id : decisions.ids()) {
      if (id >= first_) verdict.installed.push_back(static_cast<std::size_t>(id - first_));
    }
    std::ranges::sort(verdict.installed);
    return verdict;
  }

 private:
  static std::vector<Clause> clauses(const PackageRecord& package) {
    return {{"Pre-Depends", SOLVABLE_REQUIRES, &package.pre_depends},
            {"Depends", SOLVABLE_REQUIRES, &package.depends},
            {"Conflicts", SOLVABLE_CONFLICTS, &package.conflicts},
            {"Breaks", SOLVABLE_CONFLICTS, &package.breaks}};
  }

  void rank() {
    for (const auto& package : packages_) {
      ranks_.add(package.record->version);
      for (const auto* provided : package.provides) ranks_.add(provided->version);
      for (const auto& clause : clauses(*package.record)) {
        for (const auto& alternatives : *clause.relations) {
          for (const auto& relation : alternatives) ranks_.add(relation.version);
        }
      }
    }
    ranks_.finish();
  }

  Id id_of(std::size_t position) const { return first_ + static_cast<Id>(position); }
  Id string_id(std::string_view text) {
    return pool_strn2id(pool_.get(), text.data(), static_cast<unsigned>(text.size()), 1);
  }
  Id versioned(Id name, int flags, const Version& version) {
    return pool_rel2id(pool_.get(), name, string_id(ranks_(version)), flags, 1);
  }

  // "name", "name:any", or "name:ARCH" for another architecture (which nothing here provides).
  std::string target(const Relation& relation) const {
    const auto& qualifier = relation.qualifier;
    if (qualifier.empty() || qualifier == "native" || qualifier == architecture_) return relation.name;
    return relation.name + ":" + qualifier;
  }

  Id relation_id(const Relation& relation) {
    const Id name = string_id(target(relation));
    return relation.comparison == Comparison::any ? name
                                                  : versioned(name, solv_flags(relation.comparison), relation.version);
  }

  Id alternatives_id(const Alternatives& alternatives) {
    Id id = relation_id(alternatives.back());
    for (auto at = alternatives.rbegin() + 1; at != alternatives.rend(); ++at) {
      id = pool_rel2id(pool_.get(), relation_id(*at), id, REL_OR, 1);
    }
    return id;
  }

  void add(Repo* repo, const JudgedPackage& judged) {
    const auto& package = *judged.record;
    const Id id = repo_add_solvable(repo);
    if (first_ == 0) first_ = id;
    Solvable* const solvable = pool_id2solvable(pool_.get(), id);
    solvable->name = string_id(package.name);
    solvable->arch = string_id(package.architecture);
    solvable->evr = string_id(ranks_(package.version));
    const auto append = [&](Id where, Id what) { solvable_add_deparray(solvable, where, what, 0); };

    const bool any = package.multi_arch == debian::MultiArch::allowed;
    append(SOLVABLE_PROVIDES, versioned(solvable->name, REL_EQ, package.version));
    if (any) append(SOLVABLE_PROVIDES, versioned(string_id(package.name + ":any"), REL_EQ, package.version));
    for (const auto* provided : judged.provides) {
      append(SOLVABLE_PROVIDES, relation_id(*provided));
      if (any && provided->qualifier.empty()) {
        auto qualified = *provided;
        qualified.qualifier = "any";
        append(SOLVABLE_PROVIDES, relation_id(qualified));
      }
    }
    for (const auto& clause : clauses(package)) {
      for (const auto& alternatives : *clause.relations) {
        append(clause.where, alternatives_id(alternatives));
      }
    }
  }

  // "Depends: c (>= 2)": the relation of a package that libsolv knows as `what`.
  std::string text_of(std::size_t position, Id what) {
    for (const auto& clause : clauses(*packages_[position].record)) {
      for (const auto& alternatives : *clause.relations) {
        if (alternatives_id(alternatives) == what) return fmt::format("{}: {}", clause.field, str(alternatives));
      }
    }
    return "";
  }

  // The rules behind the first problem that say something by themselves; where none does, a problem without words.
  std::vector<Problem> problems_of(Solver& solver) {
    IdQueue rules;
    solver_findallproblemrules(&solver, 1, rules.get());
    std::vector<std::pair<Problem, Id>> found;  // and the relation
    std::set<std::pair<std::size_t, std::size_t>> seen;
    for (const Id rule : rules.ids()) {
      Id source = 0;
      Id aim = 0;
      Id what = 0;
      const auto type = solver_ruleinfo(&solver, rule, &source, &aim, &what);
      const bool is_unmet = type == SOLVER_RULE_PKG_NOTHING_PROVIDES_DEP;
      if (!is_unmet && type != SOLVER_RULE_PKG_CONFLICTS && type != SOLVER_RULE_PKG_SAME_NAME) continue;
      Problem problem;
      problem.kind = is_unmet ? Problem::Kind::unmet : Problem::Kind::conflict;
      problem.package = problem.other = static_cast<std::size_t>(source - first_);
      if (!is_unmet) problem.other = static_cast<std::size_t>(aim - first_);
      if (seen.insert(std::minmax({problem.package, problem.other})).second) found.emplace_back(problem, what);
    }
    std::ranges::stable_sort(found, {}, [](const auto& it) { return it.first.kind; });
    if (found.size() > most_problems) found.resize(most_problems);
    std::vector<Problem> problems;
    for (auto& [problem, what] : found) {
      problem.relation = text_of(problem.package, what);
      problems.push_back(std::move(problem));
    }
    if (problems.empty()) problems.emplace_back();
    return problems;
  }

  const std::vector<JudgedPackage>& packages_;
  const std::string& architecture_;
  PoolPtr pool_;
  Ranks ranks_;
  Id first_ = 0;
};

}  // namespace

Verdict solve_sat(const std::vector<JudgedPackage>& packages, const std::vector<std::size_t>& wanted,
                  const std::vector<std::size_t>& favoured, const std::string& architecture) {
  return Court(packages, architecture).judge(wanted, favoured);
}

}  // namespace debone::resolve
