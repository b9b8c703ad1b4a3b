// Diversions (dpkg-divert(1)): a package may have other packages' file of some path put elsewhere. Nothing declares
// them but the package's preinst, so its literal dpkg-divert commands are read; one with a variable in it says
// nothing here, and what it would have diverted is a conflict of two packages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/rel_path.h"

namespace debone::tree {

struct Diversion {
  std::string owner;  // the package whose own file stays at `from`; empty: nobody's (--local)
  base::RelPath from;
  base::RelPath to;
};

// The diversions that a preinst of `package` adds on a first installation, in the script's order: `dpkg-divert
// [--package P] [--divert TO] [--rename] --add FROM` (`--add` is the default, TO is FROM.distrib) outside of branches
// that are for upgrades alone.
std::vector<Diversion> diversions_of(std::string_view preinst, std::string_view package);

}  // namespace debone::tree
