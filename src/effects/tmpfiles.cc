#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "effects/finishers.h"
#include "effects/owners.h"
#include "tree/hard_links.h"

namespace debone::effects {
namespace {

using base::RelPath;

// One line of tmpfiles.d(5): type, path, mode, user, group, age, argument.
class Line {
 public:
  explicit Line(std::string_view text) : fields_(base::words(text)) {}

  bool is_comment() const { return fields_.empty() || fields_[0].starts_with('#'); }
  char type() const { return fields_[0].front(); }
  // '!' is for boot alone; '^' takes its content from a credential.
  bool has(char modifier) const { return fields_[0].find(modifier, 1) != std::string_view::npos; }
  std::optional<RelPath> path() const {
    // Specifiers stand for what only a running machine knows, wildcards for what is there then.
    if (fields_.size() < 2 || fields_[1].find_first_of("%*?[\"'\\") != std::string_view::npos) return std::nullopt;
    auto path = RelPath::parse_absolute(fields_[1]);
    if (path && path->is_root()) return std::nullopt;
    return path;
  }
  std::string_view field(std::size_t i) const {
    if (i >= fields_.size() || fields_[i] == "-") return {};
    // ':' before a value is "only where it is made", '~' "within what the file has".
    return fields_[i].substr(std::min(fields_[i].find_first_not_of(":~"), fields_[i].size()));
  }
  std::optional<std::uint32_t> mode() const {
    const auto mode = base::parse_octal(field(2));
    if (!mode || *mode > 07777) return std::nullopt;
    return static_cast<std::uint32_t>(*mode);
  }
  bool only_when_made(std::size_t i) const { return i < fields_.size() && fields_[i].starts_with(':'); }

 private:
  std::vector<std::string_view> fields_;
};

// Owner and mode of what a line names, for a node new or old.
void adjust(Context& context, const RelPath& path, const Line& line, const Owners& owners, bool is_new) {
  const auto where = context.tree.resolve(path, true);
  auto& node = context.tree.at(where);
  const auto uid = owners.uid(line.field(3));
  const auto gid = owners.gid(line.field(4));
  if (uid && (is_new || !line.only_when_made(3))) node.uid = *uid;
  if (gid && (is_new || !line.only_when_made(4))) node.gid = *gid;
  if (const auto mode = line.mode(); mode && (is_new || !line.only_when_made(2))) node.mode = *mode;
  tree::follow_hard_links(context.tree, {where});
}

void apply_line(Context& context, const Line& line, const Owners& owners, std::set<RelPath>& made) {
  if (line.is_comment() || line.has('!') || line.has('^')) return;
  const auto path = line.path();
  if (!path) return;
  if (line.type() != 'z' && !made.insert(*path).second) return;
  const bool is_there = context.tree.find_following(*path) != nullptr;
  switch (line.type()) {
    case 'd':
    case 'D':
    case 'v':
    case 'q':
    case 'Q':
      if (!is_there && !context.has(*path))
        context.make_directory(*path, line.mode().value_or(0755));
      else if (!context.is_directory(*path))
        return;
      adjust(context, *path, line, owners, !is_there);
      return;
    case 'z':
      if (is_there) adjust(context, *path, line, owners, false);
      return;
    case 'L': {
      const auto target = line.field(6);
      if (target.empty() || (context.has(*path) && !line.has('+'))) return;
      // What is not in /usr now never will be: its file was cut.
      const auto leads_to = base::link_destination(*path, target);
      if (!leads_to)
        throw base::Error(base::Exit::trust, fmt::format("the link '{}' to '{}' leads out of the image",
                                                         path->absolute(), base::printable(target)));
      if (leads_to && leads_to->is_within(at("usr")) && context.tree.find_following(*leads_to) == nullptr) return;
      if (!context.is_directory(*path)) context.link(*path, std::string(target));
      return;
    }
    default: return;  // files, copies, ACLs and what cleans up: no package of the catalog needs them
  }
}

}  // namespace

void tmpfiles(Context& context) {
  const Owners owners(context.tree);
  // Of two lines that make the same path, the first counts: /run/lock is debian.conf's, not legacy.conf's.
  std::set<RelPath> made;
  for (const auto& file : context.list(at("usr/lib/tmpfiles.d"), tree::NodeType::file)) {
    // What the base's own say was done when it was built.
    if (!file.name().ends_with(".conf") || context.is_of_base(file)) continue;
    const auto content = context.tree.find(file)->content;  // kept: the tree changes below
    base::while_doing(fmt::format("doing what {} says", file.absolute()), [&] {
      for (const auto line : base::lines(content.bytes())) apply_line(context, Line(line), owners, made);
    });
  }
}

}  // namespace debone::effects
