#include "cli/main.h"

namespace debone::cli {

int main(int /*argc*/, char** /*argv*/) { return 0; }

}  // namespace debone::cli
