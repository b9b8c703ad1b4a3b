#include "cli/differences.h"

namespace debone::cli {
namespace {

bool is_same(const SideFile& a, const SideFile& b) {
  return a.type == b.type && a.mode == b.mode && a.uid == b.uid && a.gid == b.gid && a.sha256 == b.sha256 &&
         a.link_target == b.link_target && a.xattrs == b.xattrs;
}

// Calls fn(key, before or null, after or null) for each key of either map, in order.
template <typename Map, typename Fn>
void walk(const Map& before, const Map& after, const Fn& fn) {
  auto a = before.begin();
  auto b = after.begin();
  while (a != before.end() || b != after.end()) {
    if (b == after.end() || (a != before.end() && a->first < b->first)) {
      fn(a->first, &a->second, nullptr);
      ++a;
    } else if (a == before.end() || b->first < a->first) {
      fn(b->first, nullptr, &b->second);
      ++b;
    } else {
      fn(a->first, &a->second, &b->second);
      ++a;
      ++b;
    }
  }
}

std::vector<SettingChange> changes(const std::optional<Settings>& before, const std::optional<Settings>& after) {
  std::vector<SettingChange> found;
  if (!before || !after) return found;
  walk(*before, *after, [&](const auto& key, const nlohmann::ordered_json* was, const nlohmann::ordered_json* is) {
    if (was == nullptr || is == nullptr || *was != *is) found.push_back({key.first, key.second, was, is});
  });
  return found;
}

}  // namespace

Differences differences(const Side& before, const Side& after) {
  Differences found;
  found.packages = resolve::lock_changes(before.packages, after.packages);
  found.accounts = changes(before.accounts, after.accounts);
  found.config = changes(before.config, after.config);
  if (before.image && after.image) {
    walk(before.image->files, after.image->files, [&](const auto& path, const SideFile* was, const SideFile* is) {
      if (was == nullptr || is == nullptr || !is_same(*was, *is)) found.files.push_back({path, was, is});
    });
  }
  return found;
}

}  // namespace debone::cli
