#include <fmt/format.h>

#include "evidence/closure.h"

namespace debone::evidence {

std::string Reason::str() const {
  switch (rule) {
    case Rule::recipe: return "the recipe names it";
    case Rule::started: return fmt::format("the recipe starts {}", what);
    case Rule::implied: return "every image has it";
    case Rule::base: return "the base has it";
    case Rule::keep: return fmt::format("the recipe keeps it: {}", what);
    case Rule::needed: return fmt::format("needs {}", what);
    case Rule::dlopened: return fmt::format("may load {}", what);
    case Rule::linked: return fmt::format("is a link to {}", what);
    case Rule::interpreter: return fmt::format("is run by {}", what);
    case Rule::same_source: return fmt::format("is of one source with it, and uses its {}", what);
    case Rule::stands_for: return "has no files of its own and stands for it";
    case Rule::data: return fmt::format("uses its data: {}", what);
    case Rule::modules: return fmt::format("uses its modules: {}", what);
    case Rule::executed: return fmt::format("executes {}", what);
    case Rule::locale: return fmt::format("has its locale: {}", what);
    case Rule::effects: return fmt::format("read for {}", what);
    case Rule::locked: return fmt::format("the lock has it: {}", what);
    case Rule::depends: return fmt::format("depends on {}", what);
  }
  return {};
}

bool is_root(Rule rule) {
  switch (rule) {
    case Rule::recipe:
    case Rule::started:
    case Rule::implied:
    case Rule::base:
    case Rule::keep:
    case Rule::effects:
    case Rule::locked: return true;
    case Rule::needed:
    case Rule::linked:
    case Rule::interpreter:
    case Rule::stands_for:
    case Rule::executed:
    case Rule::depends:
    case Rule::dlopened:
    case Rule::same_source:
    case Rule::data:
    case Rule::modules:
    case Rule::locale: return false;
  }
  return false;
}

std::string_view name_of(State state) {
  switch (state) {
    case State::left_out: return "left-out";
    case State::read: return "read";
    case State::data_only: return "data-only";
    case State::kept: return "kept";
  }
  return {};
}

std::string_view name_of(Rule rule) {
  switch (rule) {
    case Rule::recipe: return "recipe";
    case Rule::started: return "started";
    case Rule::implied: return "implied";
    case Rule::base: return "base";
    case Rule::keep: return "keep";
    case Rule::needed: return "needed";
    case Rule::dlopened: return "dlopened";
    case Rule::linked: return "linked";
    case Rule::interpreter: return "interpreter";
    case Rule::same_source: return "same-source";
    case Rule::stands_for: return "stands-for";
    case Rule::data: return "data";
    case Rule::modules: return "modules";
    case Rule::executed: return "executed";
    case Rule::locale: return "locale";
    case Rule::effects: return "effects";
    case Rule::locked: return "locked";
    case Rule::depends: return "depends";
  }
  return {};
}

}  // namespace debone::evidence
