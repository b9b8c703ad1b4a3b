#include "resolve/similar_names.h"

#include <algorithm>
#include <cstddef>
#include <tuple>

#include "base/text.h"

namespace debone::resolve {
namespace {

constexpr std::size_t most_told = 5;

// Whether `longer` is `name` and more words or a number: python3, docker.io, mariadb-server.
bool goes_on(std::string_view longer, std::string_view name) {
  if (longer.size() <= name.size() || !longer.starts_with(name)) return false;
  const char next = longer[name.size()];
  return !(next >= 'a' && next <= 'z') && !(base::is_digit(next) && base::is_digit(name.back()));
}

// mysql-server is default-mysql-server; python3 stands for all that go on from it.
std::vector<std::string> completions(std::string_view name, const std::vector<std::string>& known) {
  std::vector<std::string> found;
  for (const auto& one : known) {
    if (goes_on(one, name) || one == "default-" + std::string(name)) found.push_back(one);
  }
  std::ranges::sort(found, {}, [](const std::string& one) { return std::tuple(one.size(), one); });
  std::vector<std::string> shortest;
  for (const auto& one : found) {
    if (shortest.size() == most_told) break;
    if (std::ranges::none_of(shortest, [&](const auto& it) { return it == one || goes_on(one, it); })) {
      shortest.push_back(one);
    }
  }
  return shortest;
}

}  // namespace

std::vector<std::string> similar_names(std::string_view name, const std::vector<std::string>& known) {
  if (auto found = completions(name, known); !found.empty()) return found;
  // The ending that the change to 64-bit times gave many a library's name does not count as a difference.
  constexpr std::string_view ending = "t64";
  std::vector<std::string> shortened;
  for (const auto& one : known) {
    shortened.push_back(one.ends_with(ending) ? one.substr(0, one.size() - ending.size()) : one);
  }
  const auto nearest = base::nearest(name, shortened);
  if (!nearest) return {};
  return {known[static_cast<std::size_t>(std::ranges::find(shortened, *nearest) - shortened.begin())]};
}

}  // namespace debone::resolve
