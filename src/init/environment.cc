#include "init/environment.h"

#include <utility>

namespace debone::init {

Environment::Environment(const char* const* variables) {
  for (; *variables != nullptr; ++variables) {
    const std::string_view text = *variables;
    const auto equals = text.find('=');
    if (equals == 0 || equals == std::string_view::npos) continue;
    variables_.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
}

const std::string* Environment::find(std::string_view name) const {
  const auto found = variables_.find(name);
  return found == variables_.end() ? nullptr : &found->second;
}

bool Environment::has(std::string_view name) const {
  const auto* value = find(name);
  return value != nullptr && !value->empty();
}

void Environment::set(std::string_view name, std::string value) {
  variables_.insert_or_assign(std::string(name), std::move(value));
}

void Environment::unset(std::string_view name) {
  if (const auto found = variables_.find(name); found != variables_.end()) variables_.erase(found);
}

std::vector<std::string> Environment::texts() const {
  std::vector<std::string> texts;
  for (const auto& [name, value] : variables_) texts.push_back(name + '=' + value);
  return texts;
}

}  // namespace debone::init
