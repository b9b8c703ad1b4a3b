#include <algorithm>

#include "init/config.h"
#include "init/text.h"

namespace debone::init {
namespace {

// "RUN_STOP_TIMEOUT".
std::string upper(std::string_view text) {
  std::string name;
  for (const char c : text) name += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return name;
}

std::string variable_of(const Section& section, std::string_view key) {
  std::string name(override_prefix);
  if (section.kind != "init") name += upper(section.kind) + '_';
  if (!section.name.empty()) name += upper(section.name) + '_';
  return name + upper(key);
}

void put(Section& section, std::string_view key, const std::string& value, const Place& place) {
  Entry entry{std::string(key), words_of(value, place), place};
  if (entry.words.empty()) throw ConfigFailure(place, "is empty");
  const auto standing = std::ranges::find(section.entries, key, &Entry::key);
  if (standing == section.entries.end()) {
    section.entries.push_back(std::move(entry));
  } else {
    *standing = std::move(entry);
  }
}

bool apply_to(std::vector<Section>& sections, const std::string& variable, const std::string& value) {
  for (auto& section : sections) {
    for (const auto key : keys_of(section.kind)) {
      if (variable_of(section, key) != variable) continue;
      put(section, key, value, {variable, 0});
      return true;
    }
  }
  return false;
}

}  // namespace

void apply_overrides(std::vector<Section>& sections, const Environment& environment) {
  if (std::ranges::count(sections, "init", &Section::kind) == 0) {
    sections.push_back({"init", {}, {}, {std::string(override_prefix), 0}});
  }
  for (const auto& [name, value] : environment.variables()) {
    if (!name.starts_with(override_prefix) || name == config_variable) continue;
    if (!apply_to(sections, name, value)) throw ConfigFailure({name, 0}, "names no key of the configuration");
  }
}

}  // namespace debone::init
