#include "cli/one_of.h"

#include <fmt/format.h>

#include "base/text.h"

namespace debone::cli {

base::Error not_a_choice(const std::string& name, const std::string& given, const std::vector<std::string>& choices) {
  const auto but_last = base::join({choices.begin(), choices.end() - 1}, ", ");
  auto error =
      base::Error(base::Exit::usage, fmt::format("{} is '{}'; it is {} or {}", name, given, but_last, choices.back()));
  const auto near = base::nearest(given, choices);
  return near ? std::move(error).hint(fmt::format("did you mean '{}'?", *near)) : error;
}

}  // namespace debone::cli
