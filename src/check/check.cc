#include "check/check.h"

namespace debone::check {

std::vector<Finding> image(const tree::Tree&, const recipe::Recipe&) { return {}; }

}  // namespace debone::check
