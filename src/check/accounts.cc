#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "check/checks.h"
#include "tree/programs.h"

namespace debone::check {
namespace {

using base::RelPath;

// The third fields of passwd or group by the first.
std::map<std::string, std::uint64_t> ids(const tree::Tree& tree, std::string_view file) {
  std::map<std::string, std::uint64_t> found;
  const auto* node = tree::follow(tree, *RelPath::parse(file));
  if (node == nullptr || node->type != tree::NodeType::file) return found;
  for (const auto line : base::lines(node->content.bytes())) {
    const auto fields = base::split(line, ':');
    if (fields.size() < 3) continue;
    if (const auto id = base::parse_decimal(fields[2])) found.emplace(fields[0], *id);
  }
  return found;
}

bool has_id(const std::map<std::string, std::uint64_t>& accounts, std::string_view number) {
  const auto id = base::parse_decimal(number);
  if (!id) return false;
  for (const auto& [name, known] : accounts)
    if (known == *id) return true;
  return false;
}

void report_unnamed(const tree::Tree& tree, Severity severity, std::string_view kind, std::string_view file,
                    std::uint32_t tree::Node::* member, Findings& findings) {
  std::set<std::uint64_t> known;
  for (const auto& [name, id] : ids(tree, file)) known.insert(id);
  struct Unnamed {
    std::string first;
    std::size_t count = 0;
  };
  std::map<std::uint32_t, Unnamed> unnamed;
  for (const auto& [path, node] : tree.nodes()) {
    if (known.contains(node.*member)) continue;
    auto& entry = unnamed[node.*member];
    if (entry.count++ == 0) entry.first = path.absolute();
  }
  for (const auto& [id, entry] : unnamed)
    findings.push_back(
        {"owner-unknown", severity, entry.first,
         fmt::format(
             "{} {} of {} {} has no name in /{}; name base-passwd, which has Debian's own, or state it under accounts",
             kind, id, entry.count, entry.count == 1 ? "path" : "paths", file)});
}

}  // namespace

void process_settings(const Subject& subject, Findings& findings) {
  const auto& tree = subject.tree;
  const auto& run_as = subject.process.user;
  const auto& work_dir = subject.process.work_dir;
  if (!run_as.empty()) {
    const auto users = ids(tree, "etc/passwd");
    const auto colon = run_as.find(':');
    const auto user = run_as.substr(0, colon);
    const auto fail = [&](std::string_view what, std::string_view name, std::string_view file) {
      findings.push_back({"run-as-unknown", Severity::failure, "",
                          fmt::format("run-as names the {} '{}', which /{} does not have; state it under accounts",
                                      what, base::printable(name), file)});
    };
    if (!users.contains(user) && !has_id(users, user)) fail("user", user, "etc/passwd");
    if (colon != std::string::npos) {
      const auto groups = ids(tree, "etc/group");
      const auto group = run_as.substr(colon + 1);
      if (!groups.contains(group) && !has_id(groups, group)) fail("group", group, "etc/group");
    }
  }
  if (const auto& init = subject.process.init; init && !init->time_zone.empty()) {
    const auto path = RelPath::parse_absolute("/usr/share/zoneinfo/" + init->time_zone);
    const auto* node = path ? tree::follow(tree, *path) : nullptr;
    if (node == nullptr || node->type != tree::NodeType::file || !node->content.bytes().starts_with("TZif"))
      findings.push_back({"time-zone-missing", Severity::failure, path ? path->absolute() : "",
                          fmt::format("the schedule's time zone '{}' is not there; add tzdata (tzdata-legacy has "
                                      "former names)",
                                      base::printable(init->time_zone))});
  }
  if (!work_dir.empty()) {
    const auto path = RelPath::parse_absolute(work_dir);
    const auto* node = path ? tree::follow(tree, *path) : nullptr;
    if (node == nullptr || node->type != tree::NodeType::directory)
      findings.push_back({"work-dir-missing", Severity::failure, work_dir,
                          "work-dir is no directory of the image; make it under paths"});
  }
}

void owners(const Subject& subject, Findings& findings) {
  const auto severity = subject.is_apts_choice ? Severity::report : Severity::failure;
  report_unnamed(subject.tree, severity, "uid", "etc/passwd", &tree::Node::uid, findings);
  report_unnamed(subject.tree, severity, "gid", "etc/group", &tree::Node::gid, findings);
}

}  // namespace debone::check
