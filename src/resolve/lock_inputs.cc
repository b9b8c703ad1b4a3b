#include "resolve/lock_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "recipe/variants.h"
#include "resolve/yaml_text.h"

namespace debone::resolve {
namespace {

struct SourceReader {
  InputSource& into;
  void operator()(const recipe::DebianSource& source) const {
    into.debian = source.codename;
    into.components = source.components;
  }
  void operator()(const recipe::AptSource& source) const {
    into.name = source.name;
    into.suite = source.suite;
    into.components = source.components;
    into.key = source.key.fingerprint.value_or("");
  }
  void operator()(const recipe::DebSource& source) const { into.deb = source.written; }
};

std::vector<InputItem> items_of(const std::vector<recipe::Overrule>& overrules) {
  std::vector<InputItem> items;
  for (const auto& one : overrules) items.push_back({one.package, one.package, one.place});
  std::ranges::sort(items, {}, &InputItem::package);
  return items;
}

std::vector<InputItem> items_of(const std::vector<recipe::CutItem>& cuts) {
  std::vector<InputItem> items;
  for (const auto& cut : cuts) {
    const auto text = (cut.restore ? "!" : "") + cut.what;
    items.push_back({text, text, cut.place});
  }
  return items;
}

}  // namespace

InputItem item_of(const recipe::Request& request) {
  InputItem item{request.name, {}, request.place};
  if (!request.architecture.empty()) item.package += ":" + request.architecture;
  item.text = item.package;
  if (!request.version.empty()) item.text += "=" + request.version;
  if (!request.suite.empty()) item.text += "/" + request.suite;
  return item;
}

std::string_view name_of(recipe::ClosureMode mode) { return mode == recipe::ClosureMode::full ? "full" : "lean"; }

std::string InputSource::str() const {
  FlowMap map;
  if (!debian.empty()) map.add("debian", debian);
  if (!name.empty()) map.add("name", name);
  if (!deb.empty()) map.add("deb", deb);
  if (!suite.empty()) map.add("suite", suite);
  if (!components.empty()) map.add_list("components", components);
  if (!key.empty()) map.add("key", key);
  if (!packages.empty()) map.add_list("packages", packages);
  if (priority) map.add("priority", fmt::format("{}", *priority));
  return map.str();
}

Inputs inputs_of(const recipe::Recipe& recipe) {
  Inputs inputs;
  inputs.file = recipe.file;
  inputs.name = recipe.name;
  inputs.closure = recipe.closure;
  if (recipe.extends) {
    inputs.extends = recipe.extends->written;
    inputs.extends_place = recipe.extends->place;
  }
  for (const auto& source : recipe.sources) {
    InputSource input;
    std::visit(SourceReader{input}, source.what);
    input.packages = source.packages;
    input.priority = source.priority;
    input.place = source.place;
    inputs.sources.push_back(std::move(input));
  }
  for (const auto& request : recipe.packages) inputs.requests.push_back(item_of(request));
  std::ranges::sort(inputs.requests, {}, &InputItem::package);
  for (const auto& files : recipe.files) inputs.files.push_back(item_of(files.package));
  std::ranges::sort(inputs.files, {}, &InputItem::package);
  inputs.keep = items_of(recipe.keep);
  inputs.exclude = items_of(recipe.exclude);
  if (std::ranges::any_of(recipe.variants, recipe::is_debug)) {
    const std::string package(recipe::debug_package);
    inputs.debug.push_back({package, package, recipe.variants_place});
  }
  if (recipe.closure == recipe::ClosureMode::lean) {
    inputs.starts = recipe.starts();
    inputs.cuts = items_of(recipe.cuts);
  }
  return inputs;
}

}  // namespace debone::resolve
