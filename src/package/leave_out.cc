#include "package/leave_out.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/rel_path.h"

namespace debone::package {
namespace {

using base::TarType;

std::string plain(const std::string& name) {
  const auto path = base::RelPath::parse(name);
  return path ? path->str() : name;
}

// Of each hard link the entry that has its content; of anything else, and of a link that leads nowhere, itself.
std::vector<std::size_t> contents_of(const std::vector<base::TarEntry>& entries) {
  std::vector<std::size_t> contents(entries.size());
  std::unordered_map<std::string, std::size_t> by_name;
  const bool has_links = std::ranges::count(entries, TarType::hard_link, &base::TarEntry::type) > 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    contents[i] = i;
    if (!has_links) continue;
    if (entries[i].type == TarType::hard_link) {
      const auto target = by_name.find(plain(entries[i].link_target));
      if (target != by_name.end()) contents[i] = contents[target->second];
    }
    by_name.emplace(plain(entries[i].name), i);
  }
  return contents;
}

}  // namespace

void leave_out(Deb& deb, const std::vector<std::size_t>& which) {
  auto& entries = deb.entries;
  const auto contents = contents_of(entries);
  std::vector<bool> goes(entries.size());
  for (const auto i : which) goes[i] = true;
  std::unordered_map<std::size_t, std::size_t> heirs;  // of files that go: the link that becomes the file
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto content = contents[i];
    if (goes[i] || content == i) continue;
    if (!goes[content]) {
      entries[i].link_target = entries[content].name;
    } else if (const auto [heir, is_first] = heirs.try_emplace(content, i); is_first) {
      auto name = std::move(entries[i].name);
      entries[i] = entries[content];
      entries[i].name = std::move(name);
    } else {
      entries[i].link_target = entries[heir->second].name;
    }
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (goes[i]) continue;
    if (kept != i) entries[kept] = std::move(entries[i]);
    ++kept;
  }
  entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(kept), entries.end());
}

}  // namespace debone::package
