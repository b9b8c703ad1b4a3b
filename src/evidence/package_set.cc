#include "evidence/package_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/rel_path.h"
#include "base/text.h"
#include "evidence/kinds.h"
#include "package/update_alternatives.h"

namespace debone::evidence {
namespace {

using base::TarType;

constexpr int most_links = 40;  // as Linux follows (path_resolution(7))

const std::vector<FileRef> none;

void insert(std::vector<FileRef>& refs, FileRef ref) {
  const auto at = std::ranges::lower_bound(refs, ref);
  if (at == refs.end() || *at != ref) refs.insert(at, ref);
}

}  // namespace

PackageSet::PackageSet(std::vector<const package::Facts*> packages) : packages_(std::move(packages)) {
  paths_.resize(size());
  alternatives_.resize(size());
  for (std::size_t i = 0; i < size(); ++i) index_files(i);
  for (std::size_t i = 0; i < size(); ++i) index_alternatives(i);
  find_dependencies();
}

void PackageSet::index_files(std::size_t package) {
  auto& paths = paths_[package];
  const auto& files = facts(package).files;
  paths.reserve(files.size());
  bool has_files = false;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto& file = files[i];
    const auto& path = paths.emplace_back(merged(file.path));
    if (file.type == TarType::directory) {
      const auto [at, added] = directories_.try_emplace(path, package);
      if (!added && at->second != package) at->second = shared;
      continue;
    }
    if (!is_documentation(path)) has_files = true;
    const FileRef ref{package, i};
    at_[path].push_back(ref);
    insert(named_[std::string(last_component(path))], ref);
    if (file.elf && !file.elf->soname.empty()) insert(named_[file.elf->soname], ref);
    // The links that merge /usr lead to themselves once it is looked through.
    if (file.type == TarType::symlink && path.find('/') != std::string::npos) links_.try_emplace(path, Link{file.link});
    if (file.type == TarType::hard_link) links_.try_emplace(path, Link{"/" + merged(file.link)});
  }
  empty_.push_back(!has_files);
}

void PackageSet::index_alternatives(std::size_t package) {
  const auto& control = facts(package).control_files;
  const auto postinst = control.find("postinst");
  if (postinst == control.end()) return;
  const auto add = [&](const package::Alternative& alternative, int priority) {
    const auto link = base::RelPath::parse_absolute(alternative.link);
    const auto target = base::RelPath::parse_absolute(alternative.path);
    if (!link || !target) return;
    const auto link_path = merged(link->str());
    const auto target_path = merged(target->str());
    if (is_documentation(link_path) || at(target_path).empty()) return;
    alternatives_[package].push_back({link_path, target_path});
    // A package's own file at the place of the link is the better one.
    if (!at(link_path).empty()) return;
    const auto [standing, added] = links_.try_emplace(link_path, Link{"/" + target_path, priority});
    if (!added && standing->second.priority < priority) standing->second = {"/" + target_path, priority};
  };
  for (const auto& installed : package::installed_alternatives(postinst->second)) {
    add(installed.alternative, installed.priority);
    for (const auto& slave : installed.slaves) add(slave, installed.priority);
  }
}

const std::vector<FileRef>& PackageSet::at(std::string_view path) const {
  const auto found = at_.find(path);
  return found == at_.end() ? none : found->second;
}

const std::vector<FileRef>& PackageSet::named(std::string_view file_name) const {
  const auto found = named_.find(file_name);
  return found == named_.end() ? none : found->second;
}

std::vector<FileRef> PackageSet::alternatives_named(std::string_view file_name) const {
  std::vector<FileRef> found;
  for (std::size_t i = 0; i < size(); ++i) {
    for (const auto& alternative : alternatives_[i]) {
      if (last_component(alternative.link) != file_name) continue;
      for (const auto ref : at(alternative.target)) insert(found, ref);
    }
  }
  return found;
}

std::optional<std::string> PackageSet::resolve(std::string_view path) const { return resolve(path, nullptr); }

std::optional<std::string> PackageSet::resolve(std::string_view path, std::vector<std::string>* followed) const {
  std::string done;
  std::string rest(path);
  int count = 0;
  while (!rest.empty()) {
    const auto slash = rest.find('/');
    const auto component = rest.substr(0, slash);
    rest = slash == std::string::npos ? "" : rest.substr(slash + 1);
    if (component.empty() || component == ".") continue;
    if (component == "..") {
      done = directory_of(done);
      continue;
    }
    if (!done.empty()) done += '/';
    done += component;
    const auto link = links_.find(done);
    if (link == links_.end()) continue;
    if (++count > most_links) return std::nullopt;
    if (followed != nullptr) followed->push_back(done);
    const auto& target = link->second.target;
    done = target.starts_with('/') ? std::string() : std::string(directory_of(done));
    rest = rest.empty() ? target : target + "/" + rest;
    if (done.empty()) {
      while (rest.starts_with('/')) rest.erase(0, 1);
      rest = merged(rest);
    }
  }
  return merged(done);
}

std::optional<std::string> PackageSet::destination(FileRef link, std::vector<std::string>* followed) const {
  const auto& target = file(link).link;
  if (target.starts_with('/')) {
    const auto path = target.find_first_not_of('/');
    return path == std::string::npos ? std::optional<std::string>("") : resolve(merged(target.substr(path)), followed);
  }
  const auto directory = directory_of(path(link));
  return resolve(directory.empty() ? target : std::string(directory) + "/" + target, followed);
}

std::vector<FileRef> PackageSet::program(std::string_view name, std::vector<std::string>* followed) const {
  if (name.starts_with('/')) {
    const auto path = resolve(merged(name.substr(1)), followed);
    return path ? at(*path) : none;
  }
  for (const std::string_view directory : {"usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin"}) {
    std::vector<std::string> way;
    const auto path = resolve(fmt::format("{}/{}", directory, name), &way);
    if (!path || at(*path).empty()) continue;
    if (followed != nullptr) *followed = std::move(way);
    return at(*path);
  }
  return none;
}

std::optional<std::size_t> PackageSet::sole_owner(std::string_view directory) const {
  const auto found = directories_.find(directory);
  if (found == directories_.end() || found->second == shared) return std::nullopt;
  return found->second;
}

std::vector<std::size_t> PackageSet::satisfying(const debian::Relation& relation) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < size(); ++i) {
    const auto& record = facts(i).record;
    const bool by_name = record.name == relation.name && relation.admits(record.version);
    const bool by_provides = std::ranges::any_of(record.provides, [&](const debian::Relation& provided) {
      if (provided.name != relation.name) return false;
      if (relation.comparison == debian::Comparison::any) return true;
      return provided.comparison != debian::Comparison::any && relation.admits(provided.version);
    });
    if (by_name || by_provides) found.push_back(i);
  }
  return found;
}

void PackageSet::find_dependencies() {
  std::map<std::string, std::vector<std::size_t>> answers;  // many packages depend on the same few
  std::vector<std::vector<std::size_t>> direct(size());
  for (std::size_t i = 0; i < size(); ++i) {
    for (const auto* clauses : {&facts(i).record.pre_depends, &facts(i).record.depends}) {
      for (const auto& alternatives : *clauses) {
        for (const auto& relation : alternatives) {
          const auto [at, added] = answers.try_emplace(relation.str());
          if (added) at->second = satisfying(relation);
          direct[i].insert(direct[i].end(), at->second.begin(), at->second.end());
        }
      }
    }
    std::erase(direct[i], i);
    std::ranges::sort(direct[i]);
    const auto repeated = std::ranges::unique(direct[i]);
    direct[i].erase(repeated.begin(), repeated.end());
  }
  // Who reaches whom; metapackages looked through on the way.
  dependencies_.resize(size());
  reaches_.assign(size(), std::vector<bool>(size(), false));
  for (std::size_t i = 0; i < size(); ++i) {
    std::vector<bool> seen(size(), false);
    std::vector<std::size_t> pending = direct[i];
    while (!pending.empty()) {
      const auto next = pending.back();
      pending.pop_back();
      if (next == i || seen[next]) continue;
      seen[next] = true;
      dependencies_[i].push_back(next);
      if (is_empty(next)) pending.insert(pending.end(), direct[next].begin(), direct[next].end());
    }
    std::ranges::sort(dependencies_[i]);
    pending = direct[i];
    reaches_[i][i] = true;
    while (!pending.empty()) {
      const auto next = pending.back();
      pending.pop_back();
      if (reaches_[i][next]) continue;
      reaches_[i][next] = true;
      pending.insert(pending.end(), direct[next].begin(), direct[next].end());
    }
  }
}

bool PackageSet::depends(std::size_t package, std::size_t on) const {
  return std::ranges::binary_search(dependencies_[package], on);
}

}  // namespace debone::evidence
