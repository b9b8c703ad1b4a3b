// The text of a file that debone writes, from one of templates/.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace debone::cli {

// By name: what stands for @NAME@. A line with the name of a list stands once for each of its items, so not at all
// where it is empty; a line names one list at most.
struct Blanks {
  std::map<std::string, std::string, std::less<>> texts;
  std::map<std::string, std::vector<std::string>, std::less<>> lists;
};

// Throws Error (internal) for a name that is in neither.
std::string fill_template(std::string_view text, const Blanks& blanks);

}  // namespace debone::cli
