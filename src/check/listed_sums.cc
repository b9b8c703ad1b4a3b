#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/error.h"
#include "base/text.h"
#include "check/checks.h"
#include "check/listed_sums.h"

namespace debone::check {
namespace {

using base::RelPath;

constexpr std::size_t sum_length = 32;
constexpr std::size_t most_shown = 3;

// Nothing where the links on the way lead in a circle or out of the image.
std::optional<RelPath> in_tree(const tree::Tree& tree, std::string_view listed) {
  while (listed.starts_with('/')) listed.remove_prefix(1);
  const auto path = RelPath::parse(listed);
  if (!path || path->is_root()) return std::nullopt;
  try {
    return tree.resolve(*path, false);
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

}  // namespace

void for_each_listed(const tree::Tree& tree, const RelPath& folder,
                     const std::function<void(const RelPath& list, std::string_view sum, const RelPath& path)>& fn) {
  const auto [begin, end] = tree.below(folder);
  for (auto i = begin; i != end; ++i) {
    const auto& [list, node] = *i;
    if (list.parent() != folder || node.type != tree::NodeType::file || !list.name().ends_with(".md5sums")) continue;
    for (const auto line : base::lines(node.content.bytes())) {
      if (line.size() < sum_length + 3 || line.substr(sum_length, 2) != "  ") continue;
      if (const auto path = in_tree(tree, line.substr(sum_length + 2))) fn(list, line.substr(0, sum_length), *path);
    }
  }
}

void md5sums(const Subject& subject, Findings& findings) {
  if (subject.sums_are_new) return;
  std::map<RelPath, std::vector<std::string>> absent;  // by list
  for_each_listed(
      subject.tree, *RelPath::parse(status_folder),
      [&](const RelPath& list, std::string_view sum, const RelPath& path) {
        const auto* node = subject.tree.find(path);
        if (node == nullptr) {
          absent[list].push_back(path.absolute());
        } else if (node->type != tree::NodeType::file || base::md5_hex(node->content.bytes()) != base::lower(sum)) {
          findings.push_back(
              {"md5sum-wrong", Severity::failure, path.absolute(),
               fmt::format("it is not the file of which {} has the sum; build the image from its packages "
                           "anew",
                           list.absolute())});
        }
      });
  for (auto& [list, paths] : absent) {
    const auto count = paths.size();
    paths.resize(std::min(count, most_shown));
    auto text = fmt::format("it lists what the image does not have: {}", base::join(paths, ", "));
    if (count > most_shown) text += fmt::format(" and {} more", count - most_shown);
    findings.push_back({"md5sum-wrong", Severity::report, list.absolute(), std::move(text)});
  }
}

}  // namespace debone::check
