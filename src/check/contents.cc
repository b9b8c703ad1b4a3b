#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/text.h"
#include "check/checks.h"
#include "check/listed_sums.h"
#include "package/shells.h"

namespace debone::check {
namespace {

constexpr std::array<std::string_view, 6> program_directories{"bin",      "sbin",          "usr/bin",
                                                              "usr/sbin", "usr/local/bin", "usr/local/sbin"};
constexpr std::array<std::string_view, 18> package_managers{
    "apk",  "apt",      "apt-get", "aptitude", "dnf", "dnf5", "dnf-3", "dpkg", "dpkg-deb",
    "ipkg", "microdnf", "opkg",    "pacman",   "rpm", "tdnf", "urpmi", "yum",  "zypper"};

// A PEM block of a private key: its BEGIN line, and a line of the key (or of its headers) after it. Text that only
// names such a line, as programs that write keys do, is none.
bool holds_private_key(std::string_view text) {
  constexpr std::string_view begin = "-----BEGIN ";
  for (auto found = text.find(begin); found != std::string_view::npos; found = text.find(begin, found + 1)) {
    if (found != 0 && text[found - 1] != '\n') continue;
    const auto end = text.find('\n', found);
    if (end == std::string_view::npos) return false;
    const auto line = base::trim(text.substr(found, end - found));
    if (!line.ends_with("PRIVATE KEY-----") && !line.ends_with("PRIVATE KEY BLOCK-----")) continue;
    auto next = text.substr(end + 1);
    next = base::trim(next.substr(0, next.find('\n')));
    if (!next.starts_with('-') && next.find_first_of("\"'<>(){}$") == std::string_view::npos) return true;
  }
  return false;
}

// Of a PATH, as far as they are paths.
std::set<base::RelPath> directories_of(std::string_view search_path) {
  std::set<base::RelPath> directories;
  for (const auto part : base::split(search_path, ':')) {
    if (const auto path = base::RelPath::parse_absolute(part)) directories.insert(*path);
  }
  return directories;
}

}  // namespace

bool is_program_directory(const base::RelPath& directory) {
  return std::ranges::find(program_directories, directory.str()) != program_directories.end();
}

void attack_surface(const Subject& subject, Findings& findings) {
  const auto search_path = directories_of(subject.process.search_path);
  const auto searched = [&](const base::RelPath& directory) {
    return is_program_directory(directory) || search_path.contains(directory);
  };
  const auto tools = *base::RelPath::parse("busybox");
  const auto severity = subject.is_apts_choice ? Severity::report : Severity::failure;
  for (const auto& [path, node] : subject.tree.nodes()) {
    const bool is_directory = node.type == tree::NodeType::directory;
    if (node.type == tree::NodeType::file && (node.mode & 06000U) != 0)
      findings.push_back({"set-id", severity, path.absolute(),
                          "a set-id file; `paths: [{path: ..., type: permissions, permissions: 0o755}]` takes the bit "
                          "away"});
    if (node.type != tree::NodeType::symlink && (node.mode & 0002U) != 0 &&
        !(is_directory && (node.mode & 01000U) != 0))
      findings.push_back(
          {"world-writable", Severity::failure, path.absolute(),
           "everybody may write it; `paths: [{path: ..., type: permissions, permissions: ...}]` takes the "
           "bit away"});
    if (is_directory || !searched(path.parent())) continue;
    if (subject.process.is_debug && path.parent() == tools) continue;
    if (package::is_shell(path.name()))
      findings.push_back(
          {"shell", severity, path.absolute(),
           "a shell; leave out the package that brings it, or take apt's full closure (`closure: full`)"});
    if (std::ranges::find(package_managers, path.name()) != package_managers.end())
      findings.push_back({"package-manager", severity, path.absolute(),
                          "a package manager; leave out the package that brings it, or take apt's full closure "
                          "(`closure: full`)"});
  }
}

void private_keys(const Subject& subject, Findings& findings) {
  std::map<base::RelPath, std::string> keys;  // to the file's sum
  for (const auto& [path, node] : subject.tree.nodes()) {
    if (node.type != tree::NodeType::file || node.origin.starts_with("package:")) continue;
    if (holds_private_key(node.content.bytes())) keys.emplace(path, base::md5_hex(node.content.bytes()));
  }
  if (keys.empty()) return;
  for (const auto folder : {status_folder, info_folder}) {
    for_each_listed(subject.tree, *base::RelPath::parse(folder),
                    [&](const base::RelPath&, std::string_view sum, const base::RelPath& path) {
                      const auto key = keys.find(path);
                      if (key != keys.end() && key->second == base::lower(sum)) keys.erase(key);
                    });
  }
  for (const auto& [path, sum] : keys) {
    findings.push_back({"private-key", Severity::failure, path.absolute(),
                        "a private key would be in everybody's copy of the image; leave it out (.deboneignore) and "
                        "mount it where it runs"});
  }
}

void repeats(const Subject& subject, Findings& findings) {
  // What is made for an image as a whole, by its path; lists of modules, by their name.
  constexpr std::array<std::string_view, 16> written_again{"etc/group",
                                                           "etc/gshadow",
                                                           "etc/ld.so.cache",
                                                           "etc/passwd",
                                                           "etc/shadow",
                                                           "etc/ssl/certs",
                                                           "etc/ca-certificates.conf",
                                                           "etc/debone/init.conf",
                                                           "etc/mailcap",
                                                           "etc/shells",
                                                           "etc/xml",
                                                           "etc/sgml",
                                                           "etc/pam.d",
                                                           "usr/share/mime",
                                                           "usr/share/glib-2.0/schemas/gschemas.compiled",
                                                           "var/lib/ghostscript"};
  constexpr std::array<std::string_view, 3> caches{"loaders.cache", "giomodule.cache", "immodules.cache"};
  const auto number = [](std::string_view origin) { return origin.substr(origin.find(':') + 1); };
  for (const auto& repeat : subject.repeats) {
    if (std::ranges::any_of(
            written_again, [&](std::string_view path) { return repeat.path.is_within(*base::RelPath::parse(path)); }) ||
        (repeat.path.is_within(*base::RelPath::parse("usr/lib")) && std::ranges::count(caches, repeat.path.name()) > 0))
      continue;
    findings.push_back(
        {"path-twice", Severity::failure, repeat.path.absolute(),
         repeat.first == repeat.second
             ? fmt::format("layer {} has it twice; leave one out", number(repeat.first))
             : fmt::format("layer {} has it and layer {} again, which hides the first; make it right where it comes "
                           "from",
                           number(repeat.first), number(repeat.second))});
  }
}

}  // namespace debone::check
