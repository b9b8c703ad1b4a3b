#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "check/checks.h"
#include "package/elf.h"
#include "tree/programs.h"

namespace debone::check {
namespace {

// Files by their last component: what the loader could find, wherever it looks.
using ByName = std::multimap<std::string_view, const base::RelPath*>;

ByName names_of(const tree::Tree& tree) {
  ByName names;
  for (const auto& [path, node] : tree.nodes()) {
    if (node.type != tree::NodeType::directory) names.emplace(path.name(), &path);
  }
  return names;
}

// What is malformed is data: nothing loads it.
std::optional<package::Elf> read(const tree::Node& node) {
  if (node.type != tree::NodeType::file || !package::is_elf(node.content.bytes())) return std::nullopt;
  try {
    return package::read_elf(node.content.bytes());
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

class Loader {
 public:
  explicit Loader(const tree::Tree& tree) : tree_(tree), names_(names_of(tree)) {}

  bool finds(std::string_view soname, const package::Elf& by) {
    const auto [begin, end] = names_.equal_range(soname.substr(soname.rfind('/') + 1));
    return std::any_of(begin, end, [&](const auto& named) {
      const auto* node = tree::follow(tree_, *named.second);
      return node != nullptr && fits(*node, by);
    });
  }

 private:
  bool fits(const tree::Node& node, const package::Elf& by) {
    auto [known, added] = elfs_.try_emplace(&node);
    if (added) known->second = read(node);
    const auto& elf = known->second;
    return elf && elf->is_64 == by.is_64 && elf->machine == by.machine && elf->big_endian == by.big_endian;
  }

  const tree::Tree& tree_;
  ByName names_;
  std::map<const tree::Node*, std::optional<package::Elf>> elfs_;
};

}  // namespace

void libraries(const Subject& subject, Findings& findings) {
  const auto& tree = subject.tree;
  Loader loader(tree);
  for (const auto& [path, node] : tree.nodes()) {
    const auto elf = read(node);
    if (!elf) continue;
    for (const auto& soname : elf->needed) {
      if (loader.finds(soname, *elf)) continue;
      const bool is_debians =
          subject.is_apts_choice || std::ranges::count(subject.debians_own, Lack{path.str(), soname}) > 0;
      findings.push_back(
          {"library-missing", !is_debians ? Severity::failure : Severity::report, path.absolute(),
           !is_debians
               ? fmt::format(
                     "it needs {}, which nothing in the image is; add the package that has it to `packages`, or "
                     "cut the file",
                     base::printable(soname))
               : fmt::format("{} needs {}, which none of its packages' dependencies has", path.absolute(),
                             base::printable(soname))});
    }
  }
}

}  // namespace debone::check
