// What a set of packages ships, by path: which entries of which packages stand at a path, and where a link leads. All
// by names and links alone, as merged /usr has them; diversions are not looked at.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "evidence/package_set.h"
#include "package/facts.h"

namespace debone::evidence {

class Shipped {
 public:
  static constexpr auto none = static_cast<std::size_t>(-1);
  struct Place {
    std::string path;                    // as merged /usr names it, never that of the root
    std::size_t above = none;            // the place of its directory; none where that is the root
    std::vector<FileRef> entries;        // empty: a directory that nobody ships by itself
    std::vector<std::size_t> filled_by;  // of a directory: the packages that ship something in it; sorted
    std::string link;                    // the target, where all who ship something here ship a link
  };

  // Null stands for a package that is not looked at.
  explicit Shipped(const std::vector<const package::Facts*>& packages);
  Shipped(const Shipped&) = delete;
  Shipped& operator=(const Shipped&) = delete;

  // Every path that a package ships and every directory above one, sorted by path.
  const std::vector<Place>& places() const { return places_; }
  // The number of the place at that very path.
  std::size_t find(std::string_view path) const;

  // The links that are met on the way to `path`, its last component's too, and then where it leads; a path that nobody
  // ships may be among them. Ends before a link that leaves the root, and after 40 links.
  std::vector<std::string> way(std::string_view path) const;
  // As way(), for what the link at `path` points to.
  std::vector<std::string> way_of_link(std::string_view path, std::string_view target) const;

 private:
  std::vector<Place> places_;
  std::unordered_map<std::string_view, std::size_t> by_path_;  // the paths are those of places_
};

}  // namespace debone::evidence
