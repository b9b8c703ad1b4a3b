#include "tree/merged_usr.h"

#include "package/merged_path.h"

namespace debone::tree {
namespace {

using base::RelPath;

std::string_view top_level(const RelPath& path) { return std::string_view(path.str()).substr(0, path.str().find('/')); }

RelPath in_usr(std::string_view name) { return *RelPath::parse("usr") / *RelPath::parse(name); }

}  // namespace

void MergedUsr::ships(const RelPath& path, bool directory_or_link, std::int64_t mtime, const std::string& origin) {
  const auto top = top_level(path);
  if (!package::is_merged(top)) return;
  const bool is_itself = top.size() == path.str().size();
  if (is_itself && !directory_or_link) return;
  // base-files owns the links on a real system; without it the choice must not hang on the packages' order.
  constexpr std::string_view owner = "package:base-files";
  const auto [found, added] = names_.try_emplace(std::string(top), Shipped{mtime, origin});
  auto& standing = found->second;
  if (!added && standing.origin != owner && (origin == owner || origin < standing.origin)) standing = {mtime, origin};
}

RelPath MergedUsr::relocate(const RelPath& path) const {
  static const RelPath usr = *RelPath::parse("usr");
  return names_.find(top_level(path)) != names_.end() ? usr / path : path;
}

bool MergedUsr::is_link(const RelPath& path) const { return names_.find(path.str()) != names_.end(); }

void MergedUsr::put_links(Tree& tree) const {
  for (const auto& [name, shipped] : names_) {
    tree.put_symlink(*RelPath::parse(name), "usr/" + name, shipped.mtime, shipped.origin);
  }
}

void MergedUsr::put_missing_directories(Tree& tree) const {
  for (const auto& [name, shipped] : names_) {
    const auto directory = in_usr(name);
    if (tree.find(directory) == nullptr) tree.put_directory(directory, 0755, shipped.mtime, shipped.origin);
  }
}

}  // namespace debone::tree
