#include <fmt/format.h>

#include "evidence/closure.h"

namespace debone::evidence {

std::string Reason::str() const {
  switch (rule) {
    case Rule::recipe: return "the recipe names it";
    case Rule::started: return fmt::format("the recipe starts {}", what);
    case Rule::implied: return "every image has it";
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
  }
  return {};
}

}  // namespace debone::evidence
