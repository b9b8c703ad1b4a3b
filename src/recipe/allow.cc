#include "recipe/allow.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "recipe/fields.h"
#include "recipe/finding_kinds.h"
#include "recipe/unique.h"
#include "recipe/values.h"

namespace debone::recipe {
namespace {

const std::string& finding_id(const Node& node) {
  const auto& id = text_of(node, "allow");
  if (std::ranges::count(finding_kinds, id, &FindingKind::id) == 0) {
    std::vector<std::string_view> ids;
    for (const auto& kind : finding_kinds) ids.push_back(kind.id);
    fail(node, fmt::format("no check finds '{}'", id), suggestion(id, ids, "docs/check.md lists what checks find"));
  }
  return id;
}

}  // namespace

std::vector<Allowance> read_allow(const Node& node) {
  std::vector<Allowance> allowances;
  for (const auto& member : members_of(node, "allow")) {
    const auto& id = finding_id(*member.key);
    if (member.value->kind == Node::Kind::scalar) {
      allowances.push_back({id, std::nullopt, text_of(*member.value, id), member.key->place()});
      continue;
    }
    const auto& paths = members_of(*member.value, id);
    if (paths.empty()) fail(*member.value, fmt::format("'{}' is empty", id), "name a path and the reason");
    Unique seen("path");
    for (const auto& path : paths) {
      const auto where = absolute_path(*path.key, id);
      seen.add(*path.key, where.absolute());
      allowances.push_back({id, where, text_of(*path.value, where.absolute()), path.key->place()});
    }
  }
  return allowances;
}

}  // namespace debone::recipe
