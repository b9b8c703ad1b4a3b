// The order in which apt meets package names while it reads its indexes: a name is met where a stanza is of that name
// or relates to it, whichever comes first. Between providers that are equal in all else, apt takes the one it met
// last (pkgDepCache's CompareProviders, by package ID), so that equal choices need this order.
#pragma once

#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "debian/package_index.h"

namespace debone::resolve {

class MentionOrder {
 public:
  // The indexes are read in the order given, as far as it takes; they must outlive this.
  MentionOrder(std::vector<const debian::PackageIndex*> indexes, std::string_view architecture);

  // The position of the name's first mention; of a name never mentioned, a position after all others.
  std::size_t position(std::string_view name);

 private:
  void read_stanza(std::string_view stanza);

  std::vector<const debian::PackageIndex*> indexes_;
  std::string_view architecture_;
  std::size_t index_ = 0;                                        // being read
  debian::PackageIndex::Id id_ = 0;                              // the next stanza of it
  std::unordered_map<std::string_view, std::size_t> positions_;  // views into the indexes
};

}  // namespace debone::resolve
