#include "package/dlopen_note.h"

#include <nlohmann/json.hpp>

namespace debone::package {
namespace {

constexpr std::size_t most_sonames = 1'000;
constexpr std::size_t largest_note = std::size_t{1} << 20U;

}  // namespace

std::vector<std::string> read_dlopen_note(std::string_view json) {
  std::vector<std::string> sonames;
  json = json.substr(0, json.find('\0'));
  if (json.size() > largest_note) return sonames;
  const auto entries = nlohmann::json::parse(json, nullptr, false);
  if (!entries.is_array()) return sonames;
  for (const auto& entry : entries) {
    const auto found = entry.is_object() ? entry.find("soname") : entry.end();
    if (!entry.is_object() || found == entry.end() || !found->is_array()) continue;
    for (const auto& soname : *found) {
      if (soname.is_string() && sonames.size() < most_sonames) sonames.push_back(soname.get<std::string>());
    }
  }
  return sonames;
}

}  // namespace debone::package
