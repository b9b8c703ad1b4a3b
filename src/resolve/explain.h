// Why a recipe cannot be resolved, as advice: what is missing or clashes, through which chain of packages, and what
// would do. Every function makes the Error (usage) and leaves the throwing to its caller.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "resolve/pins.h"
#include "resolve/reach.h"
#include "resolve/solv.h"
#include "resolve/universe.h"

namespace debone::resolve {

// A name to be installed, by the recipe or implied.
struct Wish {
  std::string name;
  std::string place;  // empty where it is implied
};

class Explainer {
 public:
  // All must outlive this.
  Explainer(Universe& universe, const std::vector<Available>& available, const std::string& architecture,
            const Pins& pins)
      : universe_(universe), available_(available), architecture_(architecture), pins_(pins) {}

  // No source has that name.
  base::Error unknown(const Wish& wish) const;
  // It is the name of no package, and these provide it: several, or one while a version or suite was asked for.
  base::Error virtual_name(const Wish& wish, const std::vector<Node>& providers) const;
  // `problems` count in `nodes`; `roots` are those of the wishes, one by one.
  base::Error unsolvable(const std::vector<Problem>& problems, const std::vector<Node>& nodes,
                         const std::vector<Reached>& roots, const std::vector<Wish>& wishes);

 private:
  std::string described(Node node) const;
  std::string sentence(const Problem& problem, const std::vector<Node>& nodes);
  std::string instead_of(const std::string& relation);
  std::string had_instead(const debian::Relation& relation, Node node) const;
  std::string as_pin(const Pinned& it) const;
  std::string would_do(const Pinned& it) const;
  std::optional<Pinned> not_chosen(const debian::Relation& relation) const;
  std::string other_version_of(Node node) const;
  std::string way_out(const Problem& problem, const std::vector<Node>& nodes) const;
  std::vector<debian::Relation> alternatives_of(const std::string& relation) const;

  Universe& universe_;
  const std::vector<Available>& available_;
  const std::string& architecture_;
  const Pins& pins_;
};

}  // namespace debone::resolve
