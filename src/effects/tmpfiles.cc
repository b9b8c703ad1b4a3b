#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

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
  explicit Line(std::string_view text) : fields_(base::words(text)) {
    constexpr std::size_t before = 6;  // what is behind these fields is the argument, blanks and all
    if (fields_.size() <= before) return;
    const auto begin = static_cast<std::size_t>(fields_[before].data() - text.data());
    argument_ = base::trim(text.substr(begin));
    if (argument_ == "-") argument_ = {};
  }

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
  std::string_view argument() const { return argument_; }
  bool only_when_made(std::size_t i) const { return i < fields_.size() && fields_[i].starts_with(':'); }

 private:
  std::vector<std::string_view> fields_;
  std::string_view argument_;
};

// An argument with C's escapes and no specifier but "%%".
std::optional<std::string> unescaped(std::string_view text) {
  constexpr std::string_view letters = "abfnrtvs\\\"'";
  constexpr std::string_view meant = "\a\b\f\n\r\t\v \\\"'";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      ++i;
      if (i == text.size() || text[i] != '%') return std::nullopt;
      out += '%';
    } else if (text[i] == '\\') {
      const auto rest = text.substr(i + 1);
      if (rest.empty()) return std::nullopt;
      if (const auto known = letters.find(rest.front()); known != std::string_view::npos) {
        out += meant[known];
        ++i;
        continue;
      }
      const bool is_hexadecimal = rest.starts_with('x');
      const auto digits = is_hexadecimal ? rest.substr(1, 2) : rest.substr(0, 3);
      if (digits.size() < (is_hexadecimal ? 2U : 3U)) return std::nullopt;
      unsigned value = 0;
      const auto [end, error] = std::from_chars(digits.begin(), digits.end(), value, is_hexadecimal ? 16 : 8);
      // As systemd has it, none makes a NUL.
      if (error != std::errc{} || end != digits.end() || value == 0 || value > 0xFF) return std::nullopt;
      out += static_cast<char>(value);
      i += digits.size() + (is_hexadecimal ? 1 : 0);
    } else {
      out += text[i];
    }
  }
  return out;
}

class Performer {
 public:
  explicit Performer(Context& context) : context_(context), owners_(context.tree) {}

  void perform(const Line& line) {
    if (line.is_comment() || line.has('!') || line.has('^')) return;
    const auto path = line.path();
    if (!path || !is_below_directory(*path)) return;
    // Of two lines that make the same path, the first counts: /run/lock is debian.conf's, not legacy.conf's.
    if (line.type() != 'z' && !made_.insert(*path).second) return;
    switch (line.type()) {
      case 'd':
      case 'D':
      case 'v':
      case 'q':
      case 'Q': make_directory(*path, line); return;
      case 'z':
        if (context_.tree.find_following(*path) != nullptr) adjust(*path, line, false);
        return;
      case 'L': make_link(*path, line); return;
      case 'f': make_file(*path, line); return;
      case 'C': copy(*path, line); return;
      default: return;  // ACLs, attributes, pipes, devices, and what cleans up or changes what a running system has
    }
  }

 private:
  bool is_below_directory(const RelPath& path) const {
    auto parent = path.parent();
    while (!context_.has(parent)) parent = parent.parent();
    return context_.is_directory(parent);
  }

  // Owner and mode of what a line names, for a node new or old.
  void adjust(const RelPath& path, const Line& line, bool is_new) {
    const auto where = context_.tree.resolve(path, true);
    auto& node = context_.tree.at(where);
    const auto uid = owners_.uid(line.field(3));
    const auto gid = owners_.gid(line.field(4));
    if (uid && (is_new || !line.only_when_made(3))) node.uid = *uid;
    if (gid && (is_new || !line.only_when_made(4))) node.gid = *gid;
    if (const auto mode = line.mode(); mode && (is_new || !line.only_when_made(2))) node.mode = *mode;
    tree::follow_hard_links(context_.tree, {where});
  }

  void make_directory(const RelPath& path, const Line& line) {
    const bool is_new = !context_.has(path);
    if (is_new) context_.make_directory(path);
    if (context_.is_directory(path)) adjust(path, line, is_new);
  }

  void make_link(const RelPath& path, const Line& line) {
    const auto target = unescaped(line.argument());
    if (!target || target->empty() || (context_.has(path) && !line.has('+'))) return;
    const auto leads_to = base::link_destination(path, *target);
    if (!leads_to)
      throw base::Error(base::Exit::trust, fmt::format("the link '{}' to '{}' leads out of the image", path.absolute(),
                                                       base::printable(*target)));
    // What is not in /usr now never will be: its file was cut.
    if (leads_to->is_within(at("usr")) && context_.tree.find_following(*leads_to) == nullptr) return;
    if (!context_.is_directory(path)) context_.link(path, *target);
  }

  void make_file(const RelPath& path, const Line& line) {
    auto content = unescaped(line.argument());
    if (!content || line.has('~')) return;
    const bool is_new = !context_.has(path);
    if (is_new) context_.write(path, {});
    const auto where = context_.tree.resolve(path, true);
    const auto* node = context_.tree.find(where);
    if (node == nullptr || node->type != tree::NodeType::file) return;
    if (is_new || line.has('+')) {
      auto& file = context_.tree.at(where);
      file.content = tree::Content(*std::move(content));
      file.mtime = context_.input.created;
      file.origin = context_.origin;
      file.hard_link_group = 0;
    }
    adjust(path, line, is_new);
  }

  // A directory as a whole, where there is none or an empty one. Modes are those of the source but for the topmost;
  // the line's owner holds all the way down.
  void copy(const RelPath& path, const Line& line) {
    const auto argument = unescaped(line.argument());
    if (!argument) return;
    const auto from = argument->empty() ? at("usr/share/factory") / path : RelPath::parse_absolute(*argument);
    if (!from) return;
    const auto source = context_.tree.resolve(*from, true);
    const auto target = context_.tree.resolve(path, true);
    const auto* top = context_.tree.find(source);
    const auto* there = context_.tree.find(target);
    // Copied into itself it would have no end.
    if (top == nullptr || target.is_within(source)) return;
    const bool is_new = !context_.has(path);
    if (!is_new && (there == nullptr || there->type != top->type)) return;
    if (is_new || (top->type == tree::NodeType::directory && (line.has('+') || is_empty(target))))
      copy_tree(source, target, line);
    if (context_.tree.find(target) != nullptr) adjust(path, line, is_new);
  }

  bool is_empty(const RelPath& directory) const {
    const auto [begin, end] = context_.tree.below(directory);
    return begin == end;
  }

  void copy_tree(const RelPath& source, const RelPath& target, const Line& line) {
    std::vector<std::pair<RelPath, tree::Node>> copies{{target, context_.tree.at(source)}};
    const auto [begin, end] = std::as_const(context_.tree).below(source);
    for (auto node = begin; node != end; ++node) {
      const auto tail = source.is_root() ? node->first.str() : node->first.str().substr(source.str().size() + 1);
      copies.emplace_back(target / at(tail), node->second);
      copied_bytes_ += node->second.content.bytes().size();
    }
    copied_ += copies.size();
    if (copied_ > most_copied || copied_bytes_ > most_copied_bytes) {
      context_.events.warning(fmt::format("{} is not copied to {}: the copies that tmpfiles.d asks for are too large",
                                          source.absolute(), target.absolute()));
      return;
    }
    for (auto& [to, node] : copies) {
      const auto* parent = to == target ? nullptr : context_.tree.find(to.parent());
      if ((to != target && (parent == nullptr || parent->type != tree::NodeType::directory)) ||
          context_.tree.find(to) != nullptr)
        continue;
      node.uid = owners_.uid(line.field(3)).value_or(node.uid);
      node.gid = owners_.gid(line.field(4)).value_or(node.gid);
      node.mtime = context_.input.created;
      node.origin = context_.origin;
      node.hard_link_group = 0;
      context_.tree.put(to, std::move(node));
    }
  }

  Context& context_;
  Owners owners_;
  std::set<RelPath> made_;
  // Lines that copy what others copied could double it each time.
  static constexpr std::size_t most_copied = 10'000;
  static constexpr std::size_t most_copied_bytes = std::size_t{64} << 20U;
  std::size_t copied_ = 0;
  std::size_t copied_bytes_ = 0;
};

}  // namespace

void tmpfiles(Context& context) {
  Performer performer(context);
  for (const auto& file : context.list(at("usr/lib/tmpfiles.d"), tree::NodeType::file)) {
    // What the base's own say was done when it was built.
    if (!file.name().ends_with(".conf") || context.is_of_base(file)) continue;
    const auto content = context.tree.find(file)->content;  // kept: the tree changes below
    base::while_doing(fmt::format("doing what {} says", file.absolute()), [&] {
      for (const auto line : base::lines(content.bytes())) performer.perform(Line(line));
    });
  }
}

}  // namespace debone::effects
