#include "cli/differences_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"

namespace debone::cli {
namespace {

using base::RelPath;
using tree::NodeType;

// "+1.2 kB", "-97 B"
std::string growth(std::uint64_t before, std::uint64_t after) {
  return after >= before ? "+" + base::human_size(after - before) : "-" + base::human_size(before - after);
}

std::string count_of(std::size_t count, std::string_view one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

// Which paths go without a line of their own.
class Untold {
 public:
  Untold(const Differences& found, bool every_path) {
    if (every_path) return;
    for (const auto& change : found.packages) changed_packages_.insert(change.package);
    for (const auto& change : found.files) changes_[change.path] = &change;
    for (const auto& change : found.files) {
      if (is_counted_elsewhere(change)) ++paths_of_[change.either().package];
      if (!is_record(change)) differing_.insert(change.either().package);
      add_to_folders(change);
    }
  }

  std::size_t paths_of(const std::string& package) const {
    const auto found = paths_of_.find(package);
    return found == paths_of_.end() ? 0 : found->second;
  }

  struct Folder {
    std::size_t paths = 0;      // below it that came or went with it
    std::size_t elsewhere = 0;  // of these, counted in their package's line
    std::uint64_t size = 0;
  };
  const Folder* folder(const RelPath& path) const {
    const auto found = folders_.find(path);
    return found == folders_.end() ? nullptr : &found->second;
  }

  bool operator()(const FileChange& change) const {
    if (is_counted_elsewhere(change)) return true;
    if (is_record(change) && differing_.contains(change.either().package)) return true;  // it follows from these
    const auto* own = folder(change.path);
    if (own != nullptr && own->elsewhere > 0) return true;  // that it came or went follows from what is in it
    for (auto parent = change.path.parent(); !parent.is_root(); parent = parent.parent()) {
      const auto* around = folder(parent);
      if (around != nullptr && around->elsewhere == 0) return true;
    }
    return false;
  }

 private:
  // What an image says of its packages' files.
  static bool is_record(const FileChange& change) {
    static const auto folder = *RelPath::parse("var/lib/dpkg");
    return change.path.is_within(folder) && !change.either().package.empty();
  }

  bool is_counted_elsewhere(const FileChange& change) const {
    return !change.either().package.empty() && changed_packages_.contains(change.either().package);
  }

  void add_to_folders(const FileChange& change) {
    for (auto parent = change.path.parent(); !parent.is_root(); parent = parent.parent()) {
      const auto around = changes_.find(parent);
      if (around == changes_.end()) continue;
      const bool came = around->second->before == nullptr && change.before == nullptr;
      const bool went = around->second->after == nullptr && change.after == nullptr;
      if (!came && !went) continue;
      auto& folder = folders_[parent];
      ++folder.paths;
      if (is_counted_elsewhere(change)) ++folder.elsewhere;
      folder.size += change.either().size;
    }
  }

  std::set<std::string> changed_packages_;
  std::set<std::string> differing_;  // packages of which a file differs
  std::map<RelPath, const FileChange*> changes_;
  std::map<std::string, std::size_t> paths_of_;
  std::map<RelPath, Folder> folders_;  // that came or went, and are not empty
};

std::string type_text(const SideFile& file) {
  switch (file.type) {
    case NodeType::directory: return "directory";
    case NodeType::file: return "file";
    case NodeType::symlink: return "link to " + base::printable(file.link_target);
  }
  return {};
}

// "content (12 kB -> 13 kB), mode 644 -> 600"
std::string told_change(const SideFile& before, const SideFile& after) {
  if (before.type != after.type) return fmt::format("{} -> {}", type_text(before), type_text(after));
  std::vector<std::string> parts;
  if (before.sha256 != after.sha256) {
    parts.push_back(before.size == after.size ? "content"
                                              : fmt::format("content ({} -> {})", base::human_size(before.size),
                                                            base::human_size(after.size)));
  }
  if (before.link_target != after.link_target) {
    parts.push_back(
        fmt::format("link to {} -> {}", base::printable(before.link_target), base::printable(after.link_target)));
  }
  if (before.mode != after.mode) parts.push_back(fmt::format("mode {:o} -> {:o}", before.mode, after.mode));
  if (before.uid != after.uid || before.gid != after.gid) {
    parts.push_back(fmt::format("owner {}:{} -> {}:{}", before.uid, before.gid, after.uid, after.gid));
  }
  if (before.xattrs != after.xattrs) parts.emplace_back("extended attributes");
  return base::join(parts, ", ");
}

std::string file_line(const FileChange& change, const Untold& untold) {
  const auto path = base::printable(change.path.absolute());
  if (change.before != nullptr && change.after != nullptr)
    return fmt::format("  ~ {}: {}\n", path, told_change(*change.before, *change.after));
  const auto& file = change.either();
  auto line = fmt::format("  {} {}", change.before == nullptr ? '+' : '-', path);
  constexpr std::uint32_t special_bits = 07000;
  const auto mode = (file.mode & special_bits) != 0 ? fmt::format(", mode {:o}", file.mode) : "";
  switch (file.type) {
    case NodeType::file: return line + fmt::format(" ({}{})\n", base::human_size(file.size), mode);
    case NodeType::symlink: return line + fmt::format(" -> {}\n", base::printable(file.link_target));
    case NodeType::directory: break;
  }
  const auto* folder = untold.folder(change.path);
  if (folder == nullptr) return line + (mode.empty() ? "/\n" : fmt::format("/ ({})\n", mode.substr(2)));
  const auto size = folder->size == 0 ? "" : ", " + base::human_size(folder->size);
  return line + fmt::format("/ ({}{}{})\n", count_of(folder->paths, "path"), size, mode);
}

std::string package_line(const resolve::LockChange& change, bool are_images, bool are_locks, const Untold& untold) {
  auto line = fmt::format("  {}", base::printable(change.str()));
  const auto before = change.before == nullptr ? 0 : change.before->size;
  const auto after = change.after == nullptr ? 0 : change.after->size;
  if (are_locks && before != after) line += fmt::format(" (.deb {})", growth(before, after));
  if (are_images) {
    std::vector<std::string> parts;
    if (before != after) parts.push_back(growth(before, after));
    if (const auto paths = untold.paths_of(change.package)) parts.push_back(count_of(paths, "path"));
    if (!parts.empty()) line += fmt::format(" ({})", base::join(parts, ", "));
  }
  return line + "\n";
}

std::string value_text(const nlohmann::ordered_json& value) {
  return base::printable(value.is_string() ? value.get<std::string>() : value.dump());
}

std::string setting_line(const SettingChange& change) {
  const auto& value = change.after != nullptr ? *change.after : *change.before;
  const auto key = change.kind + (change.name.empty() ? "" : " " + base::printable(change.name));
  if (change.before != nullptr && change.after != nullptr)
    return fmt::format("  ~ {}: {} -> {}\n", key, value_text(*change.before), value_text(*change.after));
  const auto sign = change.before == nullptr ? '+' : '-';
  if (value.is_boolean()) return fmt::format("  {} {}\n", sign, key);
  return fmt::format("  {} {}{}{}\n", sign, key, change.name.empty() ? " " : "=", value_text(value));
}

std::string list_with_and(const std::vector<std::string>& items) {
  if (items.size() < 2) return base::join(items, "");
  return base::join({items.begin(), items.end() - 1}, ", ") + " and " + items.back();
}

// What both sides have, in words: "106 packages, the configuration and 5204 paths".
std::string compared(const Side& before, const Side& after) {
  std::size_t packages = 0;
  for (const auto& architecture : after.packages.architectures) {
    packages += static_cast<std::size_t>(std::ranges::count_if(
        architecture.packages, [](const auto& package) { return package.state != resolve::LockedState::left_out; }));
  }
  std::vector<std::string> items{count_of(packages, "package")};
  if (before.accounts && after.accounts) items.emplace_back("the accounts");
  if (before.config && after.config) items.emplace_back("the configuration");
  if (before.image && after.image) items.push_back(count_of(after.image->files.size(), "path"));
  return list_with_and(items);
}

std::string summary(const Differences& found, const Side& before, const Side& after) {
  std::string text;
  if (found.empty()) {
    text = fmt::format("no difference in {}", compared(before, after));
    if (before.image && after.image && before.image->digest != after.image->digest)
      text += "; times or the packing of layers differ";
    return text + "\n";
  }
  std::vector<std::string> items;
  const auto add = [&](std::size_t count, std::string_view one) {
    if (count > 0) items.push_back(count_of(count, one));
  };
  add(found.packages.size(), "package");
  add(found.accounts.size(), "account");
  add(found.config.size(), "setting");
  add(found.files.size(), "path");
  const bool one = items.size() == 1 && items[0].starts_with("1 ");
  text = fmt::format("{} {}", list_with_and(items), one ? "differs" : "differ");
  if (before.image && after.image) {
    text += fmt::format("; {} -> {}", base::human_size(before.image->size), base::human_size(after.image->size));
    if (before.image->size != after.image->size)
      text += fmt::format(" ({})", growth(before.image->size, after.image->size));
  }
  return text + "\n";
}

}  // namespace

std::string text_of(const Differences& found, const Side& before, const Side& after, bool every_path) {
  const Untold untold(found, every_path);
  std::string text;
  const bool are_images = before.image && after.image;
  const bool are_locks = !before.image && !after.image;
  const bool is_one_architecture = before.packages.architectures.size() < 2 && after.packages.architectures.size() < 2;
  std::string heading;
  for (const auto& change : found.packages) {
    const auto own = is_one_architecture ? "packages\n" : fmt::format("packages for {}\n", change.architecture);
    if (heading != own) text += heading = own;
    text += package_line(change, are_images, are_locks, untold);
  }
  if (!found.accounts.empty()) text += "accounts\n";
  for (const auto& change : found.accounts) text += setting_line(change);
  if (!found.config.empty()) text += "configuration\n";
  for (const auto& change : found.config) text += setting_line(change);
  std::string files;
  for (const auto& change : found.files) {
    if (!untold(change)) files += file_line(change, untold);
  }
  if (!files.empty()) text += "paths\n" + files;
  return text + summary(found, before, after);
}

}  // namespace debone::cli
