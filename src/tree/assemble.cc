#include "tree/assemble.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "tree/diversion.h"
#include "tree/merged_usr.h"

namespace debone::tree {
namespace {

using base::Error;
using base::Exit;
using base::RelPath;
using base::TarEntry;
using base::TarType;
using package::Deb;

constexpr std::string_view origin_prefix = "package:";
constexpr std::int64_t latest_time = 077777777777;  // what a tar header holds: the year 2242
constexpr std::size_t longest_target = 4095;        // PATH_MAX less its NUL
constexpr std::size_t longest_component = 255;      // NAME_MAX

std::string origin_of(const Deb& deb) { return std::string(origin_prefix) + deb.record.name; }

constexpr std::string_view base_origin = "base";
constexpr std::string_view base_prefix = "base:";

// Whether `a` declares Replaces on `b`.
bool replaces(const debian::PackageRecord& a, const debian::PackageRecord& b) {
  for (const auto& alternatives : a.replaces) {
    for (const auto& relation : alternatives) {
      const bool of_architecture =
          relation.qualifier.empty() || relation.qualifier == "any" || relation.qualifier == b.architecture;
      if (relation.name == b.name && of_architecture && relation.admits(b.version)) return true;
    }
  }
  return false;
}

class Assembler {
 public:
  explicit Assembler(const std::vector<Deb>& debs) : debs_(debs) { implicit_.insert(RelPath()); }
  Assembler(const std::vector<Deb>& debs, Tree base, const std::vector<debian::PackageRecord>& records)
      : debs_(debs), tree_(std::move(base)) {
    for (const auto& record : records) base_.emplace(std::string(base_prefix) + record.name, &record);
  }

  Tree assemble() {
    plan();
    merged_usr_.put_links(tree_);
    for (std::size_t i = 0; i < debs_.size(); ++i) {
      current_ = &debs_[i];
      origin_ = origin_of(*current_);
      for (std::size_t j = 0; j < current_->entries.size(); ++j) add(current_->entries[j], names_[i][j]);
    }
    merged_usr_.put_missing_directories(tree_);
    check_links();
    return std::move(tree_);
  }

 private:
  // What must be known of the whole set before the first file is put: names, merged /usr, diversions.
  void plan() {
    for (const auto& deb : debs_) {
      current_ = &deb;
      packages_.emplace(origin_of(deb), &deb);
      auto& names = names_.emplace_back();
      for (const auto& entry : deb.entries) {
        auto name = RelPath::parse(entry.name);
        if (!name) throw refused(fmt::format("'{}' is no path below the root", entry.name));
        merged_usr_.ships(*name, entry.type == TarType::directory || entry.type == TarType::symlink, entry.mtime,
                          origin_of(deb));
        names.push_back(std::move(*name));
      }
    }
    require_merged_base();
    for (const auto& deb : debs_) {
      const auto preinst = deb.control_files.find("preinst");
      if (preinst == deb.control_files.end()) continue;
      for (const auto& diversion : diversions_of(preinst->second, deb.record.name)) plan_diversion(deb, diversion);
    }
  }

  // What is to be a link into /usr must not be a directory of the base.
  void require_merged_base() const {
    for (const auto& [path, node] : tree_.nodes()) {
      if (node.type != NodeType::directory || !merged_usr_.is_link(path)) continue;
      throw Error(Exit::usage, fmt::format("'{}' of the base is a directory, not a link into /usr", path.absolute()))
          .hint("packages of Debian 12 and newer need a merged /usr");
    }
  }

  void plan_diversion(const Deb& deb, const Diversion& diversion) {
    const auto from = merged_usr_.relocate(diversion.from);
    if (const auto* standing = tree_.find(from);
        standing != nullptr && standing->origin != fmt::format("{}{}", base_prefix, diversion.owner)) {
      throw Error(Exit::usage, fmt::format("it diverts '{}', which is in the base", from.absolute()))
          .at(deb.record.id())
          .hint("an image that extends another cannot move its files: name the package in the base's recipe");
    }
    Diversion placed{diversion.owner, from, merged_usr_.relocate(diversion.to)};
    const auto [standing, added] = diversions_.try_emplace(from, std::move(placed));
    if (!added && standing->second.owner != diversion.owner) {
      throw Error(Exit::usage,
                  fmt::format("'{}' is diverted for '{}' already", from.absolute(), standing->second.owner))
          .at(deb.record.id());
    }
  }

  Error refused(std::string what) const { return Error(Exit::trust, std::move(what)).at(current_->record.id()); }

  void add(const TarEntry& entry, const RelPath& name) {
    if (entry.mtime < 0 || entry.mtime > latest_time) {
      throw refused(fmt::format("'{}' has a time before 1970 or after 2242", name.absolute()));
    }
    switch (entry.type) {
      case TarType::directory: add_directory(entry, merged_usr_.relocate(name)); return;
      case TarType::symlink: add_symlink(entry, name); return;
      case TarType::file: add_file(entry, place_of(name)); return;
      case TarType::hard_link: add_hard_link(entry, place_of(name)); return;
      case TarType::character_device:
      case TarType::block_device: throw refused(fmt::format("'{}' is a device node", name.absolute()));
      case TarType::fifo: throw refused(fmt::format("'{}' is a fifo", name.absolute()));
    }
  }

  // Where this package's file of that name stands.
  RelPath place_of(const RelPath& name) const {
    auto path = merged_usr_.relocate(name);
    const auto diversion = diversions_.find(path);
    if (diversion != diversions_.end() && diversion->second.owner != current_->record.name) path = diversion->second.to;
    return resolve(path, false);
  }

  RelPath resolve(const RelPath& path, bool follow_last) const {
    try {
      return tree_.resolve(path, follow_last);
    } catch (Error& error) {
      error.place_if_none(current_->record.id());
      throw;
    }
  }

  void add_directory(const TarEntry& entry, const RelPath& path) {
    auto where = resolve(path, false);
    const auto* standing = tree_.find(where);
    if (standing != nullptr && standing->type == NodeType::symlink) {
      const auto* behind = tree_.find(resolve(where, true));
      if (behind != nullptr && behind->type == NodeType::directory) return;  // the link stays, as with dpkg
    }
    if (standing != nullptr && standing->type == NodeType::directory) {
      if (implicit_.erase(where) == 0) return;  // that of the package unpacked first
    } else if (standing != nullptr) {
      if (!wins_over(*standing, where)) return;
      tree_.remove(where);
    }
    put(where, node_of(entry, NodeType::directory));
  }

  void add_symlink(const TarEntry& entry, const RelPath& name) {
    if (entry.link_target.empty()) throw refused(fmt::format("the link '{}' has no target", name.absolute()));
    if (merged_usr_.is_link(name)) {
      if (base::link_destination(name, entry.link_target) == merged_usr_.relocate(name)) return;
      throw refused(fmt::format("the link '{}' leads to '{}', but merged /usr has it lead to '{}'", name.absolute(),
                                entry.link_target, merged_usr_.relocate(name).str()));
    }
    const auto where = place_of(name);
    check_target(where, entry.link_target);
    const auto* standing = tree_.find(where);
    if (standing != nullptr && standing->type == NodeType::directory) return;  // the directory stays, as with dpkg
    if (standing != nullptr && standing->type == NodeType::symlink && same_directory(where, entry.link_target)) return;
    if (standing != nullptr && !wins_over(*standing, where)) return;
    auto node = node_of(entry, NodeType::symlink);
    node.mode = 0777;
    node.link_target = entry.link_target;
    put(where, std::move(node));
  }

  void add_file(const TarEntry& entry, const RelPath& where) {
    if (!may_put_file(where)) return;
    auto node = node_of(entry, NodeType::file);
    node.content = Content(current_->data, entry.content);
    put(where, std::move(node));
  }

  void add_hard_link(const TarEntry& entry, const RelPath& where) {
    const auto named = RelPath::parse(entry.link_target);
    const auto target = named ? place_of(*named) : RelPath();
    const auto* other = named ? tree_.find(target) : nullptr;
    if (other == nullptr || other->type == NodeType::directory) {
      throw refused(
          fmt::format("the hard link '{}' leads to '{}', where no file is", where.absolute(), entry.link_target));
    }
    if (other->type == NodeType::symlink) check_target(where, other->link_target);
    if (!may_put_file(where)) return;
    // One inode: owner, mode and time are those of the file.
    if (other->type == NodeType::file && other->hard_link_group == 0) {
      tree_.at(target).hard_link_group = tree_.new_hard_link_group();
    }
    auto node = *other;
    node.origin = origin_;
    put(where, std::move(node));
  }

  bool may_put_file(const RelPath& where) const {
    const auto* standing = tree_.find(where);
    if (standing == nullptr) return true;
    if (standing->type == NodeType::directory) {
      throw of_two_kinds(where, *standing, "a file here and a directory");
    }
    return wins_over(*standing, where);
  }

  Error of_two_kinds(const RelPath& path, const Node& standing, std::string_view what) const {
    if (standing.origin == origin_)
      return refused(fmt::format("'{}' is a file and a directory in it", path.absolute()));
    return Error(Exit::usage, fmt::format("'{}' is {} in {}", path.absolute(), what, owner_of(standing)))
        .at(current_->record.id());
  }

  // Whether this package's file takes the place of another's, or the other's stays.
  bool wins_over(const Node& standing, const RelPath& where) const {
    if (standing.origin == origin_) throw refused(fmt::format("'{}' stands in it twice", where.absolute()));
    if (standing.origin == base_origin) return false;
    if (standing.origin == fmt::format("{}{}", base_prefix, current_->record.name)) return true;
    const auto* other = record_of(standing);
    if (other != nullptr && replaces(current_->record, *other)) return true;
    if (other != nullptr && replaces(*other, current_->record)) return false;
    throw Error(Exit::usage, fmt::format("'{}' is also in {}", where.absolute(), owner_of(standing)))
        .at(current_->record.id())
        .hint("neither package Replaces the other and none diverts the path: one of them must go");
  }

  std::string owner_of(const Node& node) const {
    const auto* record = record_of(node);
    if (record == nullptr) return node.origin == base_origin ? "the base" : "several packages";
    return node.origin.starts_with(base_prefix) ? record->id() + " of the base" : record->id();
  }

  // Of the package whose it is, or null.
  const debian::PackageRecord* record_of(const Node& node) const {
    if (const auto found = packages_.find(node.origin); found != packages_.end()) return &found->second->record;
    const auto of_base = base_.find(node.origin);
    return of_base != base_.end() ? of_base->second : nullptr;
  }

  void check_target(const RelPath& link, std::string_view target) const {
    const auto components = base::split(target, '/');
    const auto too_long = [](std::string_view component) { return component.size() > longest_component; };
    if (target.size() > longest_target || std::ranges::any_of(components, too_long)) {
      throw refused(fmt::format("the target of the link '{}' is too long", link.absolute()));
    }
    if (!base::link_destination(link, target)) throw leaves_root(link, target);
  }

  Error leaves_root(const RelPath& link, std::string_view target) const {
    return refused(fmt::format("the link '{}' to '{}' leads out of the image", link.absolute(), target));
  }

  // Whether the link at `where` and one to `target` in its place lead to the same directory, which is there.
  bool same_directory(const RelPath& where, std::string_view target) const {
    const auto is = resolve(where, true);
    const auto* directory = tree_.find(is);
    return directory != nullptr && directory->type == NodeType::directory &&
           resolve(*base::link_destination(where, target), true) == is;
  }

  Node node_of(const TarEntry& entry, NodeType type) const {
    Node node;
    node.type = type;
    node.mode = entry.mode;
    node.uid = entry.uid;
    node.gid = entry.gid;
    node.mtime = entry.mtime;
    node.origin = origin_;
    node.xattrs = entry.xattrs;
    return node;
  }

  // Puts a node, remembering the directories made on its way: a package that ships one has the say over it.
  void put(const RelPath& where, Node node) {
    for (auto parent = where.parent(); !where.is_root(); parent = parent.parent()) {
      const auto* standing = tree_.find(parent);
      if (standing != nullptr && standing->type != NodeType::directory) {
        throw of_two_kinds(parent, *standing, "a directory here and a file");
      }
      if (standing != nullptr) break;
      implicit_.insert(parent);
    }
    tree_.put(where, std::move(node));
  }

  // A target's name alone says little where it leads through other links.
  void check_links() {
    for (const auto& [path, node] : tree_.nodes()) {
      const auto package = packages_.find(node.origin);
      if (node.type != NodeType::symlink || package == packages_.end() || !tree_.leaves_root(path)) continue;
      current_ = package->second;
      throw leaves_root(path, node.link_target);
    }
  }

  const std::vector<Deb>& debs_;
  std::vector<std::vector<RelPath>> names_;                   // of each package's entries
  std::map<std::string, const Deb*> packages_;                // by origin
  std::map<std::string, const debian::PackageRecord*> base_;  // likewise
  MergedUsr merged_usr_;
  std::map<RelPath, Diversion> diversions_;
  Tree tree_;
  std::set<RelPath> implicit_;  // directories that no package shipped so far

  const Deb* current_ = nullptr;
  std::string origin_;
};

}  // namespace

Tree assemble(const std::vector<Deb>& debs) { return Assembler(debs).assemble(); }

Tree assemble(const std::vector<Deb>& debs, Tree base, const std::vector<debian::PackageRecord>& records) {
  return Assembler(debs, std::move(base), records).assemble();
}

std::int64_t newest_mtime(const Tree& tree) {
  std::int64_t newest = 0;
  for (const auto& [path, node] : tree.nodes()) {
    if (node.type == NodeType::file && node.origin.starts_with(origin_prefix)) newest = std::max(newest, node.mtime);
  }
  return newest;
}

}  // namespace debone::tree
