#include "evidence/libraries.h"

#include <algorithm>
#include <iterator>

#include "evidence/kinds.h"

namespace debone::evidence {
namespace {

using base::TarType;

// "$ORIGIN" and "${ORIGIN}" replaced; an expansion that depends on the machine gives nothing.
std::optional<std::string> expand(std::string_view directory, std::string_view origin) {
  std::string expanded;
  for (const std::string_view variable : {"$ORIGIN", "${ORIGIN}"}) {
    if (!directory.starts_with(variable)) continue;
    expanded = "/" + std::string(origin) + std::string(directory.substr(variable.size()));
    break;
  }
  if (expanded.empty()) expanded = directory;
  if (!expanded.starts_with('/') || expanded.find('$') != std::string::npos) return std::nullopt;
  return expanded.substr(expanded.find_first_not_of('/') == std::string::npos ? 1 : expanded.find_first_not_of('/'));
}

}  // namespace

Libraries::Libraries(const PackageSet& set) : set_(set) {
  for (std::size_t i = 0; i < set.size(); ++i) {
    for (std::size_t j = 0; j < set.facts(i).files.size(); ++j) {
      if (directory_of(set.path({i, j})) != "etc/ld.so.conf.d") continue;
      for (const auto& directory : set.file({i, j}).paths_named) {
        if (const auto resolved = set.resolve(merged(std::string_view(directory).substr(1))))
          configured_.insert(*resolved);
      }
    }
  }
}

bool Libraries::is_searched(std::string_view directory) const {
  return is_library_directory(directory) || configured_.contains(directory);
}

// The file itself, at the end of links, is an ELF file of the same class and machine.
bool Libraries::fits(FileRef by, FileRef library) const {
  const auto& user = *set_.file(by).elf;
  auto end = library;
  if (set_.file(library).type != TarType::file) {
    const auto path = set_.resolve(set_.path(library));
    if (!path) return false;
    const auto& files = set_.at(*path);
    if (files.empty()) return false;
    end = files.front();
  }
  const auto& elf = set_.file(end).elf;
  return elf && elf->is_64 == user.is_64 && elf->machine == user.machine && elf->big_endian == user.big_endian;
}

std::vector<std::string> Libraries::run_path(FileRef by) const {
  const auto& elf = *set_.file(by).elf;
  const auto origin = directory_of(set_.path(by));
  std::vector<std::string> directories;
  for (const auto& directory : elf.runpath.empty() ? elf.rpath : elf.runpath) {
    const auto expanded = expand(directory, origin);
    const auto resolved = expanded ? set_.resolve(merged(*expanded)) : std::nullopt;
    if (resolved) directories.push_back(*resolved);
  }
  return directories;
}

std::vector<FileRef> Libraries::all(FileRef by, std::string_view soname) const {
  std::vector<FileRef> found;
  if (!set_.file(by).elf) return found;
  const auto named = set_.named(last_component(soname));
  const auto alternatives = set_.alternatives_named(last_component(soname));
  std::ranges::set_union(named, alternatives, std::back_inserter(found));
  std::erase_if(found, [&](FileRef library) { return !fits(by, library); });
  return found;
}

std::optional<FileRef> Libraries::find(FileRef by, std::string_view soname,
                                       const std::function<bool(std::size_t package)>& is_in) const {
  const auto found = all(by, soname);
  if (found.empty()) return std::nullopt;
  // Of those that pass the test the best one, if there are any.
  const auto best = [&](const auto& passes) -> std::optional<FileRef> {
    std::optional<FileRef> chosen;
    int rank = 0;
    for (const auto library : found) {
      if (!passes(library)) continue;
      const int better = library.package == by.package               ? 4
                         : is_in(library.package)                    ? 3
                         : set_.depends(by.package, library.package) ? 2
                                                                     : 1;
      if (better > rank) {
        chosen = library;
        rank = better;
      }
    }
    return chosen;
  };
  const auto directory = [&](FileRef library) { return directory_of(set_.path(library)); };
  for (const auto& path : run_path(by)) {
    if (const auto chosen = best([&](FileRef library) { return directory(library) == path; })) return chosen;
  }
  const auto alternatives = set_.alternatives_named(last_component(soname));
  if (const auto chosen = best([&](FileRef library) {
        return is_searched(directory(library)) || std::ranges::binary_search(alternatives, library);
      }))
    return chosen;
  if (const auto chosen = best([&](FileRef library) { return library.package == by.package; })) return chosen;
  if (const auto chosen = best([&](FileRef library) { return set_.reaches(by.package, library.package); }))
    return chosen;
  return best([](FileRef) { return true; });
}

}  // namespace debone::evidence
