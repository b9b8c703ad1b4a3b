// Lists in which each text stands once, in the order in which it came first.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace debone::cli {

inline void add_missing(std::vector<std::string>& all, const std::vector<std::string>& some) {
  for (const auto& each : some) {
    if (std::ranges::count(all, each) == 0) all.push_back(each);
  }
}

}  // namespace debone::cli
