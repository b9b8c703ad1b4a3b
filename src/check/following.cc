#include "check/following.h"

#include "base/error.h"

namespace debone::check {

const tree::Node* follow(const tree::Tree& tree, const base::RelPath& path) {
  try {
    return tree.find_following(path);
  } catch (const base::Error&) {
    return nullptr;
  }
}

}  // namespace debone::check
