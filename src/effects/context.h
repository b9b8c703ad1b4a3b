// What every finisher works with: the tree, the packages, and the owner, mode and time that the files it makes get.
// A finisher only adds to the tree what a first installation would have added; what stands there already (a
// package's own file, the recipe's) it leaves alone unless its header says otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/events.h"
#include "base/rel_path.h"
#include "effects/effects.h"
#include "package/deb.h"
#include "tree/tree.h"

namespace debone::effects {

struct Account;

struct Step;

struct Owner {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};

struct Context {
  tree::Tree& tree;
  const Input& input;
  base::Events& events;
  std::string origin;  // of the nodes made: "effect:accounts"
  std::span<const Account> scripts = {};
  const Table* table = nullptr;

  const std::vector<package::Deb>& debs() const { return *input.debs; }
  const package::Deb* package(std::string_view name) const;  // one that is read too

  // Whether something is at `path`, links followed but the last.
  bool has(const base::RelPath& path) const;
  // Whether the image that is extended has something at that very path.
  bool is_of_base(const base::RelPath& path) const {
    return input.base != nullptr && input.base->find(path) != nullptr;
  }
  bool is_directory(const base::RelPath& path) const;  // links followed
  // The nodes of a type directly in the directory, sorted by name; links to them do not count.
  std::vector<base::RelPath> list(const base::RelPath& directory, tree::NodeType type) const;
  // The files directly in the directory, and the links whatever they lead to, whose names end so; sorted by name.
  std::vector<base::RelPath> files_in(const base::RelPath& directory, std::string_view suffix = {}) const;
  // The content of a file that `made` (a name for the warning) is made of, links followed. With a warning nothing,
  // where there is none or where it has more bytes than `limit`.
  std::optional<std::string_view> read_for(std::string_view made, const base::RelPath& path, std::size_t limit) const;

  // Whether a step is done in this image: what it asks to be there is there.
  bool applies(const Step& step) const;
  // Whether one of its steps, done in this image, names the finisher.
  bool names(const Account& account, std::string_view finisher) const;

  void write(const base::RelPath& path, std::string bytes, std::uint32_t mode = 0644, Owner owner = {});
  void link(const base::RelPath& path, std::string target);
  void make_directory(const base::RelPath& path, std::uint32_t mode = 0755, Owner owner = {});
  // A copy of a file with its mode and owner, as `cp -p` and ucf make it; nothing where there is no such file.
  void copy(const base::RelPath& from, const base::RelPath& to);

  void write_if_absent(const base::RelPath& path, std::string bytes, std::uint32_t mode = 0644, Owner owner = {});
  void link_if_absent(const base::RelPath& path, std::string target);
  void make_directory_if_absent(const base::RelPath& path, std::uint32_t mode = 0755, Owner owner = {});
  void copy_if_absent(const base::RelPath& from, const base::RelPath& to);
};

// A path that debone's own text names: "etc/passwd". One that is no path is a bug.
base::RelPath at(std::string_view path);
// A path that a package names, absolute; throws Error (trust) at `place` where it is none.
base::RelPath absolute_path(std::string_view text, const std::string& place);

}  // namespace debone::effects
