#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/tar_reader.h"
#include "image/read.h"

namespace debone::image {
namespace {

using base::Error;
using base::Exit;
using base::RelPath;

constexpr std::string_view whiteout = ".wh.";
constexpr std::string_view opaque = ".wh..wh..opq";

class LayerOnTree {
 public:
  LayerOnTree(tree::Tree& tree, std::shared_ptr<const std::string> tar, std::string origin,
              const OnReplaced& on_replaced)
      : tree_(tree),
        tar_(std::move(tar)),
        origin_(std::move(origin)),
        on_replaced_(on_replaced),
        entries_(base::read_tar(*tar_)) {}

  void apply() {
    // What a layer removes is of the layers below, wherever in it the whiteout stands.
    for (const auto& entry : entries_) {
      const auto path = path_of(entry.name);
      const auto name = path.name();
      if (name == opaque) {
        empty(path.parent());
      } else if (name.starts_with(whiteout) && name.size() > whiteout.size()) {
        const auto removed = RelPath::parse(name.substr(whiteout.size()));
        if (removed && !removed->is_root()) tree_.remove(path.parent() / *removed);
      }
    }
    for (const auto& entry : entries_) {
      const auto path = path_of(entry.name);
      if (!path.name().starts_with(whiteout)) add(path, entry);
    }
  }

 private:
  // Some tools write absolute names, which mean the image's root.
  static RelPath path_of(std::string_view name) {
    while (name.starts_with('/')) name.remove_prefix(1);
    auto path = RelPath::parse(name);
    if (!path) throw Error(Exit::trust, fmt::format("the entry '{}' leads out of the image", name));
    return std::move(*path);
  }

  void empty(const RelPath& folder) {
    const auto where = tree_.resolve(folder, true);
    std::vector<RelPath> children;
    const auto [begin, end] = tree_.below(where);
    for (auto i = begin; i != end; ++i) {
      if (i->first.parent() == where) children.push_back(i->first);
    }
    for (const auto& child : children) tree_.remove(child);
  }

  void add(const RelPath& path, const base::TarEntry& entry) {
    tree::Node node;
    node.mode = entry.mode;
    node.uid = entry.uid;
    node.gid = entry.gid;
    node.mtime = entry.mtime;
    node.xattrs = entry.xattrs;
    node.origin = origin_;
    switch (entry.type) {
      case base::TarType::directory: break;
      case base::TarType::symlink:
        node.type = tree::NodeType::symlink;
        node.link_target = entry.link_target;
        break;
      case base::TarType::file:
        node.type = tree::NodeType::file;
        node.content = tree::Content(tar_, entry.content);
        break;
      case base::TarType::hard_link:
        node = linked(entry);
        node.origin = origin_;
        break;
      case base::TarType::character_device:
      case base::TarType::block_device:
      case base::TarType::fifo: return;
    }
    const auto where = tree_.resolve(path, false);
    if (where.is_root() && node.type != tree::NodeType::directory) {
      throw Error(Exit::trust, fmt::format("the entry '{}' would replace the root directory", entry.name));
    }
    const auto* standing = tree_.find(where);
    const bool both_directories =
        standing != nullptr && standing->type == tree::NodeType::directory && node.type == tree::NodeType::directory;
    if (standing != nullptr && !both_directories) {
      if (on_replaced_) on_replaced_(where, standing->origin, origin_);
      tree_.remove(where);
    }
    clear_the_way(where);
    tree_.put(where, std::move(node));
  }

  // A file where a new path needs a directory gives way to it.
  void clear_the_way(const RelPath& where) {
    for (auto parent = where.parent(); !parent.is_root(); parent = parent.parent()) {
      const auto* node = tree_.find(parent);
      if (node != nullptr && node->type == tree::NodeType::file) tree_.remove(parent);
    }
  }

  // A second name of what stands at the link's target.
  tree::Node linked(const base::TarEntry& entry) {
    const auto target = tree_.resolve(path_of(entry.link_target), false);
    const auto* found = tree_.find(target);
    if (found == nullptr || found->type == tree::NodeType::directory) {
      throw Error(Exit::trust,
                  fmt::format("the hard link '{}' points at '{}', which is no file", entry.name, entry.link_target));
    }
    if (found->type == tree::NodeType::file && found->hard_link_group == 0) {
      tree_.at(target).hard_link_group = tree_.new_hard_link_group();
    }
    return *found;
  }

  tree::Tree& tree_;
  std::shared_ptr<const std::string> tar_;  // shared with the contents of the tree's files
  std::string origin_;
  const OnReplaced& on_replaced_;
  std::vector<base::TarEntry> entries_;  // contents point into tar_
};

}  // namespace

void add_layer(tree::Tree& tree, const std::shared_ptr<const std::string>& tar, const std::string& origin,
               const OnReplaced& on_replaced) {
  LayerOnTree(tree, tar, origin, on_replaced).apply();
}

tree::Tree file_system(const StoredImage& image, const std::function<void(std::uint64_t tar_size)>& on_layer,
                       const OnReplaced& on_replaced) {
  tree::Tree tree;
  for (std::size_t i = 0; i < image.layers().size(); ++i) {
    const auto origin = fmt::format("layer:{}", i + 1);
    try {
      const auto tar = std::make_shared<const std::string>(image.layer_tar(i));
      if (on_layer) on_layer(tar->size());
      add_layer(tree, tar, origin, on_replaced);
    } catch (Error& error) {
      error.add_frame(fmt::format("reading layer {} of {}", i + 1, image.layers().size()));
      throw;
    }
  }
  return tree;
}

}  // namespace debone::image
