// /etc/shells, as debianutils' update-shells(8) and the packages' add-shell(8) calls make it on a first installation:
// the shells of the template and of Essential packages, which are configured first; those of add-shell; then, when the
// trigger is answered, those of other packages' files in /usr/share/debianutils/shells.d.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "base/text.h"
#include "effects/accounting.h"
#include "effects/finishers.h"

namespace debone::effects {
namespace {

using base::RelPath;

class Shells {
 public:
  explicit Shells(const Context& context) : context_(context) {}

  // The lines of the list that the image begins with.
  void begin_with(std::string_view text) {
    for (const auto line : base::lines(text)) {
      const std::string shell(line.substr(0, line.find('#')));
      if (shell.empty() || listed_.insert(shell).second) text_.append(line).append("\n");
    }
  }

  // A shell, and the same by the path without links to its directory.
  void add(std::string_view shell, const std::string& place) {
    add_one(shell);
    const auto path = absolute_path(shell, place);
    if (path.is_root()) return;
    const auto directory = context_.tree.resolve(path.parent(), true);
    add_one(fmt::format("{}/{}", directory.is_root() ? "" : directory.absolute(), path.name()));
  }

  void add_file(const RelPath& path) {
    const auto text = context_.tree.read(path);
    if (!text) return;
    for (const auto line : base::lines(*text))
      if (const auto shell = line.substr(0, line.find('#')); !shell.empty()) add(shell, path.absolute());
  }

  std::string text() const { return text_; }

 private:
  void add_one(std::string_view shell) {
    if (listed_.emplace(shell).second) text_.append(shell).append("\n");
  }

  const Context& context_;
  std::set<std::string, std::less<>> listed_;
  std::string text_;
};

// The shells of an `add-shell` call of a script that stands alone in a line; without what a shell would expand.
std::vector<std::string_view> added_by(std::string_view script) {
  std::vector<std::string_view> found;
  for (const auto line : base::lines(script)) {
    const auto words = base::words(line);
    if (words.size() < 2 || (words[0] != "add-shell" && words[0] != "/usr/sbin/add-shell")) continue;
    for (std::size_t i = 1; i < words.size() && words[i].starts_with('/'); ++i)
      if (words[i].find_first_of("$`\"'\\;&|<>()*?") == std::string_view::npos) found.push_back(words[i]);
  }
  return found;
}

}  // namespace

void shells(Context& context) {
  const RelPath target = at("etc/shells");
  const RelPath list = at("usr/share/debianutils/shells");
  const RelPath start = context.has(target) ? target : list;
  const auto* first = context.tree.find_following(start);
  if (first == nullptr || first->type != tree::NodeType::file) return;

  Shells found(context);
  found.begin_with(first->content.bytes());
  found.add_file(list);
  std::vector<RelPath> essential;
  std::vector<RelPath> others;
  for (const auto& path : context.list(at("usr/share/debianutils/shells.d"), tree::NodeType::file)) {
    if (path.name().starts_with('.')) continue;
    const bool is_essential = std::ranges::any_of(context.debs(), [&](const package::Deb& deb) {
      return deb.record.essential && context.tree.find(path)->origin == fmt::format("package:{}", deb.record.name);
    });
    (is_essential ? essential : others).push_back(path);
  }
  for (const auto& path : essential) found.add_file(path);
  for (const auto& account : context.scripts) {
    if (account.script != "postinst" || !context.names(account, "shells")) continue;
    for (const auto shell : added_by(context.package(account.package)->control_files.at("postinst")))
      found.add(shell, fmt::format("{} postinst", account.package));
  }
  for (const auto& path : others) found.add_file(path);
  const Owner owner{first->uid, first->gid};
  context.write(target, found.text(), first->mode, owner);
}

}  // namespace debone::effects
