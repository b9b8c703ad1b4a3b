// For tests: packages that say what a case needs, and what the lean closure makes of them.
#pragma once

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>
#include <string>
#include <vector>

#include "evidence/closure.h"
#include "evidence/unused_programs.h"

namespace debone::evidence::testing {

inline package::File text(std::string path) {
  package::File file;
  file.path = std::move(path);
  file.mode = 0644;
  file.size = 1;
  return file;
}

inline package::File sized(std::string path, std::uint64_t size) {
  auto file = text(std::move(path));
  file.size = size;
  return file;
}

// A file that holds these paths.
inline package::File naming(std::string path, std::vector<std::string> paths) {
  auto file = text(std::move(path));
  file.paths_named = std::move(paths);
  return file;
}

inline package::File directory(std::string path) {
  auto file = text(std::move(path));
  file.type = base::TarType::directory;
  return file;
}

inline package::File link(std::string path, std::string target) {
  auto file = text(std::move(path));
  file.type = base::TarType::symlink;
  file.link = std::move(target);
  return file;
}

inline package::File hard_link(std::string path, std::string target) {
  auto file = link(std::move(path), std::move(target));
  file.type = base::TarType::hard_link;
  return file;
}

inline package::File script(std::string path, std::string interpreter) {
  auto file = text(std::move(path));
  file.mode = 0755;
  file.interpreter = std::move(interpreter);
  return file;
}

inline package::File library(std::string path, std::string soname) {
  auto file = text(std::move(path));
  file.elf.emplace();
  file.elf->is_64 = true;
  file.elf->machine = EM_X86_64;
  file.elf->dynamic = true;
  file.elf->soname = std::move(soname);
  return file;
}

inline package::File program(std::string path, std::vector<std::string> needed) {
  auto file = library(std::move(path), "");
  file.mode = 0755;
  file.elf->interpreter = "/lib64/ld-linux-x86-64.so.2";
  file.elf->needed = std::move(needed);
  return file;
}

struct Package {
  std::string name;
  std::string source = {};  // its own name
  std::string depends = {};
  bool essential = false;
  std::vector<package::File> files = {};
  std::string postinst = {};
};

class Packages {
 public:
  recipe::Recipe recipe;
  std::set<std::string> cut_files;  // what the cuts leave out

  void add(Package package) {
    auto stanza = fmt::format("Package: {}\nVersion: 1\nArchitecture: amd64\nSource: {}\n", package.name,
                              package.source.empty() ? package.name : package.source);
    if (!package.depends.empty()) stanza += fmt::format("Depends: {}\n", package.depends);
    if (package.essential) stanza += "Essential: yes\n";
    package::Facts facts{.record = debian::parse_package(stanza, "amd64"), .files = {}, .control_files = {}};
    // Every directory on the way, as packages have them.
    std::set<std::string> directories;
    for (const auto& file : package.files) {
      for (auto at = file.path.find('/'); at != std::string::npos; at = file.path.find('/', at + 1))
        directories.insert(file.path.substr(0, at));
    }
    for (const auto& path : directories) facts.files.push_back(directory(path));
    for (auto& file : package.files) facts.files.push_back(std::move(file));
    if (!package.postinst.empty()) facts.control_files["postinst"] = package.postinst;
    facts_.push_back(std::move(facts));
    std::ranges::sort(facts_, {}, [](const package::Facts& one) { return one.record.name; });
  }

  // "libc6: /usr/bin/app of app needs libc.so.6" for each kept package.
  std::vector<std::string> kept(const std::string& requested) {
    const auto found = find(requested);
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < facts_.size(); ++i) {
      if (found.decisions[i].state == State::left_out) continue;
      const auto told = tell(found.decisions[i].reason, i);
      lines.push_back(fmt::format("{}: {}", name(i), told));
    }
    return lines;
  }

  bool is_kept(const std::string& requested, const std::string& package) {
    return find(requested).decisions[position(package)].state >= State::data_only;
  }
  std::string reason(const std::string& requested, const std::string& package) {
    const auto found = find(requested);
    const auto at = position(package);
    if (found.decisions[at].state == State::left_out) return "left out: " + found.decisions[at].why_not;
    const auto told = tell(found.decisions[at].reason, at);
    return found.decisions[at].reason.by == at ? fmt::format("{} {}", package, told) : told;
  }
  std::string why_not(const std::string& package) { return find("app").decisions[position(package)].why_not; }
  std::vector<std::string> evidence(const std::string& requested, const std::string& package) {
    const auto at = position(package);
    std::vector<std::string> lines;
    for (const auto& [shown, reason] : find(requested).evidence) {
      if (shown == at) lines.push_back(tell(reason, at));
    }
    return lines;
  }
  State state(const std::string& package) { return find("app").decisions[position(package)].state; }

  std::vector<std::string> cut(const std::string& requested) {
    const auto found = find(requested);
    std::vector<KeptPackage> kept;
    for (std::size_t i = 0; i < facts_.size(); ++i) {
      const auto state = found.decisions[i].state;
      if (state >= State::data_only) kept.push_back({&facts_[i], state == State::kept, candidates()[i].cut});
    }
    std::vector<std::string> lines;
    for (const auto& file : unused_programs(kept)) lines.push_back(fmt::format("{}: {}", file.path, file.why));
    return lines;
  }
  std::vector<std::string> unresolved(const std::string& requested) {
    std::vector<std::string> lines;
    for (const auto& one : find(requested).unresolved) lines.push_back(fmt::format("{}: {}", one.path, one.soname));
    return lines;
  }

 private:
  std::string name(std::size_t i) const { return facts_[i].record.name; }

  std::string tell(const Reason& reason, std::size_t package) const {
    if (reason.by == package) return reason.str();
    const auto by = reason.file.empty() ? name(reason.by) : fmt::format("/{} of {}", reason.file, name(reason.by));
    return fmt::format("{} {}", by, reason.str());
  }

  std::size_t position(const std::string& package) const {
    for (std::size_t i = 0; i < facts_.size(); ++i) {
      if (name(i) == package) return i;
    }
    throw std::logic_error("no package " + package);
  }

  std::vector<Candidate> candidates() const {
    std::vector<Candidate> candidates;
    for (const auto& facts : facts_) {
      Candidate candidate{&facts};
      for (const auto& file : facts.files) candidate.cut.push_back(cut_files.contains(file.path));
      candidates.push_back(std::move(candidate));
    }
    return candidates;
  }

  Closure find(const std::string& requested) {
    recipe.packages = {{requested, "", "", {}}};
    return closure(candidates(), recipe);
  }

  std::deque<package::Facts> facts_;
};

// libc6 with its loader, base-files: what every case has.
inline Packages with(std::vector<Package> more) {
  Packages packages;
  packages.add({.name = "base-files", .essential = true, .files = {text("etc/debian_version")}});
  packages.add({.name = "libc6",
                .source = "glibc",
                .files = {library("usr/lib/x86_64-linux-gnu/libc.so.6", "libc.so.6"),
                          library("usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", "ld-linux-x86-64.so.2"),
                          link("usr/lib64/ld-linux-x86-64.so.2", "../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2")}});
  for (auto& package : more) packages.add(std::move(package));
  return packages;
}

}  // namespace debone::evidence::testing
