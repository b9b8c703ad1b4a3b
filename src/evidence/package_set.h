// The packages of a closure seen as one file system, before anything is unpacked: what stands at a path, where links
// and alternatives lead, which package has a file of some name, and who depends on whom. Paths are as the image has
// them, relative and with the merged /usr looked through.
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "package/facts.h"

namespace debone::evidence {

// A file of a package: positions in the set and in its Facts.
struct FileRef {
  std::size_t package = 0;
  std::size_t file = 0;
  friend auto operator<=>(const FileRef&, const FileRef&) = default;
};

// Alternatives of a package: a link in a program or library directory that its postinst makes.
struct AlternativeLink {
  std::string link;    // "usr/bin/awk"
  std::string target;  // "usr/bin/mawk"
};

class PackageSet {
 public:
  // The facts must outlive the set.
  explicit PackageSet(std::vector<const package::Facts*> packages);

  std::size_t size() const { return packages_.size(); }
  const package::Facts& facts(std::size_t package) const { return *packages_[package]; }
  const std::string& name(std::size_t package) const { return facts(package).record.name; }
  const package::File& file(FileRef ref) const { return facts(ref.package).files[ref.file]; }
  const std::string& path(FileRef ref) const { return paths_[ref.package][ref.file]; }
  const std::vector<AlternativeLink>& alternatives(std::size_t package) const { return alternatives_[package]; }

  // Files and links, not directories, that stand at that very path.
  const std::vector<FileRef>& at(std::string_view path) const;
  // Where `path` leads when the links of all packages, their alternatives and hard links are followed; what lies
  // outside of every package is followed no further. Nothing for more than 40 links.
  std::optional<std::string> resolve(std::string_view path) const;
  // Likewise, with the links that were followed on the way.
  std::optional<std::string> resolve(std::string_view path, std::vector<std::string>* followed) const;
  // Where a link of a package leads, likewise.
  std::optional<std::string> destination(FileRef link, std::vector<std::string>* followed = nullptr) const;
  // The program of an absolute path, at the end of its links, or of a name, looked for in PATH; with the links that
  // were followed to it.
  std::vector<FileRef> program(std::string_view name, std::vector<std::string>* followed = nullptr) const;
  // The program that a script's first line names, likewise.
  std::vector<FileRef> interpreter(FileRef script, std::vector<std::string>* followed = nullptr) const {
    return program(file(script).interpreter, followed);
  }
  // The package that alone ships the directory.
  std::optional<std::size_t> sole_owner(std::string_view directory) const;
  // Files, links and alternatives of that name, and libraries of that SONAME, in any directory; sorted.
  const std::vector<FileRef>& named(std::string_view file_name) const;
  // Packages whose alternatives make a link of that name, with the file it stands for; sorted.
  std::vector<FileRef> alternatives_named(std::string_view file_name) const;

  // The packages that satisfy a relation, by their name or by what they provide; sorted.
  std::vector<std::size_t> satisfying(const debian::Relation& relation) const;
  // The packages that satisfy a Depends or Pre-Depends of it; through those that have no files but documentation, what
  // they depend on counts too. Sorted.
  const std::vector<std::size_t>& dependencies(std::size_t package) const { return dependencies_[package]; }
  bool depends(std::size_t package, std::size_t on) const;
  // Whether a chain of dependencies leads from one to the other; from a package to itself it does.
  bool reaches(std::size_t package, std::size_t other) const { return reaches_[package][other]; }
  // It has no files but directories and documentation.
  bool is_empty(std::size_t package) const { return empty_[package]; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  template <typename T>
  using Map = std::unordered_map<std::string, T, Hash, std::equal_to<>>;

  void index_files(std::size_t package);
  void index_alternatives(std::size_t package);
  void find_dependencies();

  std::vector<const package::Facts*> packages_;
  std::vector<std::vector<std::string>> paths_;  // of each package's files
  std::vector<std::vector<AlternativeLink>> alternatives_;
  Map<std::vector<FileRef>> at_;
  Map<std::vector<FileRef>> named_;
  struct Link {
    std::string target;  // absolute, or relative to the link
    int priority = 0;    // of an alternative
  };
  Map<Link> links_;
  static constexpr std::size_t shared = static_cast<std::size_t>(-1);
  Map<std::size_t> directories_;  // who ships it; `shared` for several
  std::vector<std::vector<std::size_t>> dependencies_;
  std::vector<std::vector<bool>> reaches_;
  std::vector<bool> empty_;
};

}  // namespace debone::evidence
