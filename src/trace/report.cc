#include "trace/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/error.h"
#include "trace/container_path.h"
#include "tree/programs.h"

namespace debone::trace {
namespace {

using base::RelPath;

std::string mount_of(const RelPath& path, const std::vector<RelPath>& mounts) {
  std::string innermost;
  for (const auto& mount : mounts) {
    if (path.is_within(mount) && mount.absolute().size() > innermost.size()) innermost = mount.absolute();
  }
  return innermost;
}

std::vector<std::string> listed(const std::set<std::string>& names) { return {names.begin(), names.end()}; }

// What a link of /proc shows where there is no path ("pipe:[4711]"), taken for a name.
bool is_no_path(const RelPath& path) { return path.name().find(":[") != std::string_view::npos; }

// Why the kernel did not execute it.
std::string why_not(const RelPath& path, const std::string& error, const tree::Tree& tree) {
  const auto* node = tree.find(path);
  if (node == nullptr) return error == "ENOENT" || error == "ENOTDIR" ? "not there" : error;
  if (node->type == tree::NodeType::directory) return "a directory";
  if (node->type != tree::NodeType::file) return "a link that leads nowhere";
  if (error == "EACCES") return fmt::format("may not be executed (mode {:04o})", node->mode);
  if (error == "ENOEXEC") return "neither an ELF program for this machine nor a script with an interpreter";
  if (error != "ENOENT") return error;
  try {
    const auto interpreter = tree::interpreter_of(node->content.bytes());
    if (interpreter && !interpreter->empty()) return fmt::format("its interpreter {} is not there", *interpreter);
  } catch (const base::Error&) {  // the error must do
  }
  return error;
}

// The same name elsewhere: what a search through folders leads to.
class Elsewhere {
 public:
  explicit Elsewhere(const std::map<RelPath, Access>& paths) {
    for (const auto& [path, access] : paths) {
      if (access.executed) programs_.emplace(path.name(), path.absolute());
      if (access.opened && is_library(path.name())) libraries_.emplace(path.name(), path.absolute());
      for (const auto& asked : access.asked_as) {
        const auto name = asked.substr(asked.rfind('/') + 1);
        if (access.executed) programs_.emplace(name, path.absolute());
        if (access.opened && is_library(name)) libraries_.emplace(name, path.absolute());
      }
    }
  }
  std::string program(const RelPath& path) const { return in(programs_, path); }
  std::string library(const RelPath& path) const { return in(libraries_, path); }

 private:
  static bool is_library(std::string_view name) { return name.find(".so") != std::string_view::npos; }
  static std::string in(const std::map<std::string, std::string, std::less<>>& found, const RelPath& path) {
    const auto one = found.find(path.name());
    return one == found.end() ? std::string() : one->second;
  }
  std::map<std::string, std::string, std::less<>> programs_;
  std::map<std::string, std::string, std::less<>> libraries_;
};

}  // namespace

Report report(const Accesses& accesses, const tree::Tree& tree, const std::vector<Package>& packages,
              const std::vector<RelPath>& mounts) {
  Report made;
  std::map<RelPath, std::size_t> owners;
  for (std::size_t i = 0; i < packages.size(); ++i) {
    PackageUse use{packages[i].name, packages[i].version};
    for (const auto& path : packages[i].files) {
      const auto* node = tree.find(path);
      if (node == nullptr || !owners.emplace(path, i).second) continue;
      ++use.files;
      use.size += node->content.bytes().size();
    }
    made.packages.push_back(std::move(use));
  }
  const Elsewhere elsewhere(accesses.paths());
  for (const auto& [path, access] : accesses.paths()) {
    const auto mount = mount_of(path, mounts);
    if (mount == "/proc" && is_no_path(path)) continue;
    const bool in_image = mount.empty() && tree.find(path) != nullptr;
    if (access.found()) {
      Touched touched{path, !mount.empty() ? Place::mount : in_image ? Place::image : Place::run, {}, mount, access};
      if (const auto owner = owners.find(path); in_image && owner != owners.end()) {
        touched.package = packages[owner->second].name;
        ++made.packages[owner->second].touched;
      }
      made.touched.push_back(std::move(touched));
    }
    if (!access.not_executed.empty() && !access.executed) {
      made.not_executed.push_back(
          {path, listed(access.asked_as), elsewhere.program(path), why_not(path, access.not_executed, tree)});
    } else if (access.absent && !access.found() && !in_image) {
      made.missed.push_back({path, listed(access.asked_as), elsewhere.library(path), mount});
    }
    if (!access.refused.empty()) made.refused.push_back({path, access.refused});
  }
  std::ranges::stable_sort(made.packages, {}, &PackageUse::name);
  made.left_out = accesses.left_out();
  return made;
}

}  // namespace debone::trace
