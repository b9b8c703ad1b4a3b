// The dynamic loader's search in a finished tree, as ld.so(8) has it: what a program loads, and where. Followed are
// DT_RPATH (also of what loads a file), LD_LIBRARY_PATH, DT_RUNPATH, /etc/ld.so.cache and the default directories, with
// $ORIGIN, $LIB and $PLATFORM; a library that was loaded before satisfies whoever names it later. musl's loader, which
// a program names as its interpreter, has its own rules. Directories of glibc-hwcaps are passed over: they depend on
// the machine.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/rel_path.h"
#include "package/elf.h"
#include "tree/tree.h"

namespace debone::check {

class Loader {
 public:
  // `library_path` is the value of LD_LIBRARY_PATH; `most_searches` directories of run paths may be looked into in all,
  // where a real image takes some thousand. A malformed ELF file is data: nothing loads it.
  Loader(const tree::Tree& tree, std::string library_path, std::size_t most_searches = 10'000'000);

  // The ELF files, by where they really are.
  const std::map<base::RelPath, package::Elf>& files() const { return files_; }

  // Loads that file of files() with all that it needs, in the order of ld.so, and tells of each need whether it is
  // found: `by` is the file whose need it is. Throws Error (trust) where an image asks for searches without end.
  using Tell = std::function<void(const base::RelPath& by, const std::string& soname, bool is_found)>;
  void load(const base::RelPath& program, const Tell& tell);

  // Where a library of that name and of the kind of `by` lies, wherever that is; nothing where there is none.
  std::optional<base::RelPath> anywhere(std::string_view soname, const package::Elf& by) const;

  // Whether every program finds what lies there.
  bool is_searched(const base::RelPath& directory) const { return searched_.contains(directory); }

 private:
  struct Object {
    base::RelPath directory;  // in which it was found: its $ORIGIN
    base::RelPath file;       // what it is
    const package::Elf* elf = nullptr;
    std::optional<std::size_t> loaded_by;
  };
  struct Library {
    base::RelPath directory;
    base::RelPath file;
  };
  using Objects = std::vector<Object>;

  void count_search();
  void read_cache();
  void find_defaults();
  std::vector<base::RelPath> musl_directories(const std::string& interpreter);
  std::optional<base::RelPath> directory(const std::string& text);
  std::vector<base::RelPath> expanded(const std::string& directory, const base::RelPath& origin,
                                      const package::Elf& elf);
  std::optional<Library> in(const base::RelPath& directory, std::string_view soname, const package::Elf& by) const;
  std::optional<Library> in_any(const std::vector<std::string>& directories, const base::RelPath& origin,
                                std::string_view soname, const package::Elf& by);
  std::optional<Library> find(const Objects& objects, std::size_t by, const std::string& soname, bool is_musl);
  std::optional<Library> find_by_default(const std::string& soname, const package::Elf& by) const;

  const tree::Tree& tree_;
  std::vector<std::string> library_path_;
  std::map<base::RelPath, package::Elf> files_;
  std::multimap<std::string, base::RelPath, std::less<>> names_;   // all but directories, by last component
  std::multimap<std::string, base::RelPath, std::less<>> cached_;  // of ld.so.cache, by soname
  std::vector<base::RelPath> defaults_;
  std::vector<std::string> lib_names_;  // what $LIB may be
  std::set<base::RelPath> searched_;
  std::map<std::string, std::optional<base::RelPath>, std::less<>> directories_;  // by their text
  std::size_t searches_ = 0;
  std::size_t most_searches_;
};

}  // namespace debone::check
