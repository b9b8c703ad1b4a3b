// resolve_probe ARCH LABEL=PACKAGES_FILE...: for each line of standard input, names divided by blanks, prints the
// packages that resolve::solve chooses as "NAME VERSION" lines, or the error, and an empty line.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "resolve/solve.h"

int main(int argc, char** argv) {
  using namespace debone;
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const std::string& architecture = arguments.at(0);
    std::vector<debian::PackageIndex> indexes;
    for (std::size_t i = 1; i < arguments.size(); ++i) {
      const auto text = base::read_file(arguments[i].substr(arguments[i].find('=') + 1), 1U << 30U);
      indexes.push_back(debian::PackageIndex::parse(text, architecture, arguments[i]));
    }
    std::vector<resolve::Available> available;
    for (std::size_t i = 0; i < indexes.size(); ++i) {
      available.push_back({.index = &indexes[i], .label = arguments[i + 1].substr(0, arguments[i + 1].find('='))});
    }
    for (std::string line; std::getline(std::cin, line); fmt::print("\n")) {
      std::vector<recipe::Request> requests;
      for (const auto name : base::words(line)) requests.push_back({std::string(name), {}, {}, {"request", 1, 1}});
      try {
        for (const auto& chosen : resolve::solve(requests, {}, available, architecture).packages) {
          fmt::print("{} {}\n", chosen.package->name, chosen.package->version.str());
        }
      } catch (const base::Error& error) {
        fmt::print("{}", error.render());
      }
      std::fflush(stdout);
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "resolve_probe: {}\n", error.what());
    return 2;
  }
}
