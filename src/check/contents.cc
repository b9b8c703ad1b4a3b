#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/text.h"
#include "check/checks.h"
#include "package/shells.h"
#include "tree/programs.h"

namespace debone::check {
namespace {

using base::RelPath;

constexpr std::size_t most_reported = 3;  // by path
constexpr std::size_t most_failing = 20;  // each of which is to be mended

constexpr std::array<std::string_view, 6> program_directories{"bin",      "sbin",          "usr/bin",
                                                              "usr/sbin", "usr/local/bin", "usr/local/sbin"};
// A running system mounts these.
constexpr std::array<std::string_view, 4> mounted{"dev", "proc", "run", "sys"};

struct Words {
  std::string_view one;
  std::string_view many;
  std::string_view way_out;  // of a failure
};

// "2 set-id files: /usr/bin/mount, /usr/bin/umount", with the rest counted.
void tell(std::string id, Severity severity, const Words& words, const std::vector<std::string>& paths,
          Findings& findings) {
  if (paths.empty()) return;
  const auto shown = std::min(paths.size(), severity == Severity::failure ? most_failing : most_reported);
  auto text = fmt::format("{} {}: {}", paths.size(), paths.size() == 1 ? words.one : words.many,
                          base::join({paths.begin(), paths.begin() + static_cast<std::ptrdiff_t>(shown)}, ", "));
  if (paths.size() > shown) text += fmt::format(" and {} more", paths.size() - shown);
  if (severity == Severity::failure) text += fmt::format("; {}", words.way_out);
  findings.push_back({std::move(id), severity, paths.front(), std::move(text)});
}

// A PEM block of a private key: its BEGIN line, and a line of the key (or of its headers) after it. Text that only
// names such a line, as programs that write keys do, is none.
bool holds_private_key(std::string_view text) {
  constexpr std::string_view begin = "-----BEGIN ";
  for (auto found = text.find(begin); found != std::string_view::npos; found = text.find(begin, found + 1)) {
    if (found != 0 && text[found - 1] != '\n') continue;
    const auto end = text.find('\n', found);
    if (end == std::string_view::npos) return false;
    const auto line = base::trim(text.substr(found, end - found));
    if (!line.ends_with("PRIVATE KEY-----") && !line.ends_with("PRIVATE KEY BLOCK-----")) continue;
    auto next = text.substr(end + 1);
    next = base::trim(next.substr(0, next.find('\n')));
    if (!next.starts_with('-') && next.find_first_of("\"'<>(){}$") == std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

void effect_links(const tree::Tree& tree, Findings& findings) {
  for (const auto& [path, node] : tree.nodes()) {
    if (node.type != tree::NodeType::symlink || !node.origin.starts_with("effect:")) continue;
    if (!node.link_target.starts_with('/')) continue;
    const auto target = RelPath::parse_absolute(node.link_target);
    if (target &&
        std::ranges::any_of(mounted, [&](std::string_view at) { return target->is_within(*RelPath::parse(at)); }))
      continue;
    if (!target || tree::follow(tree, *target) == nullptr)
      findings.push_back({"dangling-link", Severity::failure, path.absolute(),
                          fmt::format("it points at '{}', which the image does not have ({})",
                                      base::printable(node.link_target), node.origin)});
  }
}

void attack_surface(const tree::Tree& tree, const recipe::Recipe& recipe, Findings& findings) {
  const auto severity = recipe.closure == recipe::ClosureMode::full ? Severity::report : Severity::failure;
  std::vector<std::string> found_shells;
  std::vector<std::string> set_id;
  for (const auto& [path, node] : tree.nodes()) {
    if (node.type == tree::NodeType::file && (node.mode & 06000U) != 0) set_id.push_back(path.absolute());
    if (node.type == tree::NodeType::directory || !package::is_shell(path.name())) continue;
    if (std::ranges::find(program_directories, path.parent().str()) != program_directories.end())
      found_shells.push_back(path.absolute());
  }
  tell("set-id", severity,
       {"set-id file", "set-id files",
        "`paths: [{path: ..., type: permissions, permissions: 0o755}]` takes the bit away"},
       set_id, findings);
  tell("shell", severity,
       {"shell", "shells", "leave out the package that brings it, or take apt's full closure (`closure: full`)"},
       found_shells, findings);
}

void private_keys(const tree::Tree& tree, Findings& findings) {
  for (const auto& [path, node] : tree.nodes()) {
    if (node.type != tree::NodeType::file || node.origin.starts_with("package:")) continue;
    if (holds_private_key(node.content.bytes()))
      findings.push_back({"private-key", Severity::failure, path.absolute(),
                          "a private key would be in everybody's copy of the image; leave it out (.deboneignore) and "
                          "mount it where it runs"});
  }
}

}  // namespace debone::check
