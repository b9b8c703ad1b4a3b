#include "stack/configuration.h"

#include <memory>

#include "recipe/yaml_reader.h"

namespace debone::stack {

std::optional<std::string> configured(std::string_view answer, const ServiceVariable& variable) {
  const auto origin = std::make_shared<const recipe::Origin>(recipe::Origin{"compose config", {}, "compose file"});
  const auto root = recipe::read_yaml(answer, origin);
  const auto* node = root.get();
  for (const std::string_view key : {std::string_view("services"), std::string_view(variable.service),
                                     std::string_view("environment"), std::string_view(variable.variable)}) {
    node = node->find(key);
    if (node == nullptr) return std::nullopt;
  }
  if (node->kind != recipe::Node::Kind::scalar) return std::nullopt;
  return node->text;
}

}  // namespace debone::stack
