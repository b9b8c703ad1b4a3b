#include "effects/context.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "effects/accounting.h"

namespace debone::effects {

using base::RelPath;

const package::Deb* Context::package(std::string_view name) const {
  for (const auto* packages : {input.debs, input.read}) {
    if (packages == nullptr) continue;
    const auto found = std::ranges::find(*packages, name, [](const package::Deb& deb) { return deb.record.name; });
    if (found != packages->end()) return &*found;
  }
  return nullptr;
}

bool Context::has(const RelPath& path) const { return tree.find(tree.resolve(path, false)) != nullptr; }

bool Context::is_directory(const RelPath& path) const {
  const auto* node = tree.find_following(path);
  return node != nullptr && node->type == tree::NodeType::directory;
}

std::vector<RelPath> Context::list(const RelPath& directory, tree::NodeType type) const {
  std::vector<RelPath> found;
  const auto real = tree.resolve(directory, true);
  const auto [begin, end] = tree.below(real);
  const auto first = real.is_root() ? 0 : real.str().size() + 1;
  for (auto entry = begin; entry != end; ++entry)
    if (entry->second.type == type && entry->first.str().find('/', first) == std::string::npos)
      found.push_back(entry->first);
  return found;
}

std::vector<RelPath> Context::files_in(const RelPath& directory, std::string_view suffix) const {
  auto found = list(directory, tree::NodeType::file);
  const auto links = list(directory, tree::NodeType::symlink);
  found.insert(found.end(), links.begin(), links.end());
  std::erase_if(found, [&](const RelPath& path) { return !path.name().ends_with(suffix); });
  std::ranges::sort(found);
  return found;
}

std::optional<std::string_view> Context::read_for(std::string_view made, const RelPath& path, std::size_t limit) const {
  const auto text = tree.read(path);
  if (text && text->size() <= limit) return text;
  events.warning(fmt::format("{} is left out of {}: {}", path.absolute(), made,
                             text ? fmt::format("it is over {} bytes", limit) : "there is no file"));
  return std::nullopt;
}

bool Context::applies(const Step& step) const {
  return !step.if_exists || tree.find_following(*step.if_exists) != nullptr;
}

bool Context::names(const Account& account, std::string_view finisher) const {
  return std::ranges::any_of(account.steps, [&](const Step& step) {
    const auto* finish = std::get_if<Finish>(&step.what);
    return finish != nullptr && finish->finisher == finisher && applies(step);
  });
}

void Context::write(const RelPath& path, std::string bytes, std::uint32_t mode, Owner owner) {
  tree::Node node;
  node.type = tree::NodeType::file;
  node.mode = mode;
  node.uid = owner.uid;
  node.gid = owner.gid;
  node.mtime = input.created;
  node.origin = origin;
  node.content = tree::Content(std::move(bytes));
  tree.put(path, std::move(node));
}

void Context::link(const RelPath& path, std::string target) {
  tree.put_symlink(path, std::move(target), input.created, origin);
}

void Context::make_directory(const RelPath& path, std::uint32_t mode, Owner owner) {
  auto& node = tree.at(tree.put_directory(path, mode, input.created, origin));
  node.uid = owner.uid;
  node.gid = owner.gid;
}

void Context::copy(const RelPath& from, const RelPath& to) {
  const auto* source = tree.find_following(from);
  if (source == nullptr || source->type != tree::NodeType::file) return;
  tree::Node node = *source;
  node.mtime = input.created;
  node.origin = origin;
  node.hard_link_group = 0;
  tree.put(to, std::move(node));
}

void Context::write_if_absent(const RelPath& path, std::string bytes, std::uint32_t mode, Owner owner) {
  if (!has(path)) write(path, std::move(bytes), mode, owner);
}

void Context::link_if_absent(const RelPath& path, std::string target) {
  if (!has(path)) link(path, std::move(target));
}

void Context::make_directory_if_absent(const RelPath& path, std::uint32_t mode, Owner owner) {
  if (!has(path)) make_directory(path, mode, owner);
}

void Context::copy_if_absent(const RelPath& from, const RelPath& to) {
  if (!has(to)) copy(from, to);
}

RelPath at(std::string_view path) {
  auto parsed = RelPath::parse(path);
  if (!parsed) throw base::Error(base::Exit::internal, fmt::format("no path: '{}'", base::printable(path)));
  return *std::move(parsed);
}

RelPath absolute_path(std::string_view text, const std::string& place) {
  auto parsed = RelPath::parse_absolute(text);
  if (!parsed)
    throw base::Error(base::Exit::trust, fmt::format("no absolute path: '{}'", base::printable(text))).at(place);
  return *std::move(parsed);
}

}  // namespace debone::effects
