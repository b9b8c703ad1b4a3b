#include "evidence/why_not.h"

#include <fmt/format.h>

#include <vector>

#include "base/text.h"
#include "evidence/kinds.h"

namespace debone::evidence {

std::string why_not(std::size_t package, const PackageSet& set, const FileKinds& kinds) {
  if (set.is_empty(package)) return "it has no files but documentation";
  std::vector<std::string> parts;
  if (const auto program = kinds.first(package, Kind::program))
    parts.push_back(fmt::format("no kept file executes its programs (/{})", set.path(*program)));
  if (const auto library = kinds.first(package, Kind::library))
    parts.push_back(fmt::format("none needs its libraries (/{})", set.path(*library)));
  if (const auto module = kinds.first(package, Kind::module))
    parts.push_back(
        fmt::format("the interpreter of its modules ({}) is not in the image", *module_family(set.path(*module))));
  if (const auto data = kinds.first(package, Kind::data))
    parts.push_back(fmt::format("no kept package that depends on it names its data (/{})", set.path(*data)));
  if (parts.empty()) return "it serves the administration of a machine alone";
  return base::join(parts, "; ");
}

}  // namespace debone::evidence
