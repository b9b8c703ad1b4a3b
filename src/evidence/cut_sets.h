// The named sets of cuts: which of what Debian packages ship an image can do without, and for what.
#pragma once

#include <string_view>
#include <vector>

#include "base/glob.h"
#include "package/facts.h"

namespace debone::evidence {

struct CutSet {
  std::string_view name;     // "no-man"
  std::string_view summary;  // a sentence without its full stop
  bool by_default = false;
  std::vector<base::Glob> globs;   // each fits all below what it fits
  std::vector<base::Glob> except;  // what they fit is not of the set; likewise
  // Asked of a file besides its path; null: the path says all.
  bool (*holds)(const package::File& content) = nullptr;
};

// All of them, in the order of recipe::cut_set_names.
const std::vector<CutSet>& cut_sets();

}  // namespace debone::evidence
