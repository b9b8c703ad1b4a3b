#include "trace/container_path.h"

#include <ranges>
#include <string>
#include <vector>

#include "base/text.h"

namespace debone::trace {
namespace {

using base::RelPath;

constexpr int most_links = 40;  // Linux's own limit (MAXSYMLINKS)
constexpr std::size_t longest_path = 4096;

}  // namespace

std::optional<RelPath> walk(const tree::Tree& tree, const RelPath& root, const RelPath& from, std::string_view text,
                            bool follow_last) {
  if (text.size() > longest_path) return std::nullopt;
  std::vector<std::string> ahead;  // components, the next one last
  const auto go_ahead = [&](std::string_view path) {
    for (const auto part : base::split(path, '/') | std::views::reverse) ahead.emplace_back(part);
  };
  RelPath at = text.starts_with('/') ? root : from;
  go_ahead(text);
  int links = 0;
  while (!ahead.empty()) {
    const auto part = std::move(ahead.back());
    ahead.pop_back();
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (at != root) at = at.parent();
      continue;
    }
    const auto step = RelPath::parse(part);
    const auto next = step ? RelPath::parse((at / *step).str()) : std::nullopt;
    if (!next) return std::nullopt;
    const auto* node = tree.find(*next);
    // A slash behind the last component has it followed.
    if (node == nullptr || node->type != tree::NodeType::symlink || (ahead.empty() && !follow_last)) {
      at = *next;
      continue;
    }
    if (++links > most_links) return std::nullopt;
    if (node->link_target.starts_with('/')) at = root;
    go_ahead(node->link_target);
  }
  return at;
}

}  // namespace debone::trace
