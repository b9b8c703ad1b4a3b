// The steps that the effects table (or a debhelper template) gives for the scripts of the image's packages, in the
// packages' order; accounts are in `accounts`, and whole-tree work is that of other finishers.
#include <fmt/format.h>

#include <set>
#include <utility>
#include <vector>

#include "base/error.h"
#include "effects/accounting.h"
#include "effects/finishers.h"
#include "effects/module_list.h"
#include "effects/owners.h"
#include "tree/hard_links.h"

namespace debone::effects {
namespace {

using base::RelPath;
using tree::NodeType;

// A lean image gets no set-user-id or set-group-id file from a script: it could not be built with one.
class Performer {
 public:
  explicit Performer(Context& context) : context_(context), owners_(context.tree) {}

  void operator()(const MakeDirectory& step) {
    const auto where = context_.tree.resolve(step.path, true);
    if (context_.tree.find(where) == nullptr) context_.make_directory(where);
    if (context_.is_directory(where)) set(where, step.rights);
  }

  void operator()(const WriteFile& step) {
    if (context_.has(step.path)) return;
    context_.write(step.path, step.content);
    set(context_.tree.resolve(step.path, false), step.rights);
  }

  void operator()(const CopyFile& step) {
    if (context_.has(step.to)) return;
    context_.copy(step.from, step.to);
    if (context_.has(step.to)) set(context_.tree.resolve(step.to, false), step.rights);
  }

  void operator()(const MakeLink& step) { context_.link_if_absent(step.path, step.target); }

  void operator()(const SetRights& step) {
    const auto where = context_.tree.resolve(step.path, true);
    if (context_.tree.find(where) == nullptr) return;
    set(where, step.rights);
    std::vector<RelPath> changed{where};
    if (step.recursive) {
      const auto [begin, end] = std::as_const(context_.tree).below(where);
      for (auto node = begin; node != end; ++node) {
        set(node->first, step.rights);
        changed.push_back(node->first);
      }
    }
    tree::follow_hard_links(context_.tree, changed);
  }

  void operator()(const Move& step) {
    const auto from = context_.tree.resolve(step.from, false);
    const auto* node = context_.tree.find(from);
    if (node == nullptr || node->type == NodeType::directory || context_.has(step.to)) return;
    context_.tree.put(step.to, *node);
    context_.tree.remove(from);
  }

  void operator()(const ListModules& step) { list_modules(context_, step); }
  void operator()(const Remove& step) { context_.tree.remove(step.path); }

  // Not of the file system, or another finisher's.
  void operator()(const AddUser&) {}
  void operator()(const AddGroup&) {}
  void operator()(const AddMember&) {}
  void operator()(const AddAlternative&) {}
  void operator()(const Answer&) {}
  void operator()(const Finish&) {}
  void operator()(const Omit&) {}

 private:
  void set(const RelPath& path, const Rights& rights) {
    auto& node = context_.tree.at(path);
    if (rights.owner) node.uid = number(owners_.uid(*rights.owner), "user", *rights.owner, path).value_or(node.uid);
    if (rights.group) node.gid = number(owners_.gid(*rights.group), "group", *rights.group, path).value_or(node.gid);
    if (!rights.mode || node.type == NodeType::symlink) return;
    node.mode = *rights.mode;
    if (node.type == NodeType::file && context_.input.recipe->closure == recipe::ClosureMode::lean)
      node.mode &= ~06000U;
  }

  std::optional<std::uint32_t> number(std::optional<std::uint32_t> id, std::string_view kind, const std::string& name,
                                      const RelPath& path) {
    if (!id && warned_.insert(name).second) {
      context_.events.warning(
          fmt::format("there is no {} '{}' in the image, whose {} should be; base-passwd has those "
                      "that every Debian system has",
                      kind, name, path.absolute()));
    }
    return id;
  }

  Context& context_;
  Owners owners_;
  std::set<std::string> warned_;
};

}  // namespace

void scripted(Context& context) {
  Performer performer(context);
  for (const auto& account : context.scripts) {
    context.origin = fmt::format("effect:{}", account.package);
    base::while_doing(fmt::format("doing what {} {} does", account.package, account.script), [&] {
      for (const auto& step : account.steps) {
        if (!context.applies(step)) continue;
        std::visit(performer, step.what);
      }
    });
  }
}

}  // namespace debone::effects
