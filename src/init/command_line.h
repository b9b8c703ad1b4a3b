// debone-init's command line.
#pragma once

#include <string>
#include <vector>

namespace debone::init {

// Does what it says; gives the exit status. Never throws.
int main(const std::vector<std::string>& arguments);

}  // namespace debone::init
