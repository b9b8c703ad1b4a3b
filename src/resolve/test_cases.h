// For tests alone: small archives and requests as text, solved by us and by the real apt.
//
//     source LABEL [priority N] [only NAME,NAME]
//     NAME VERSION; FIELD: VALUE; ...              a package; its Architecture is amd64 unless it says otherwise
//     request NAME[:ARCHITECTURE][=VERSION|/LABEL] ...
//     apt differs: REASON
//         NAME VERSION, and in brackets the reason it is there; or the error
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "resolve/solve.h"

namespace debone::resolve {

struct Source {
  std::string label;
  int priority = 500;
  std::vector<std::string> only;
  std::string packages;
};

struct Case {
  std::vector<std::string> names;
  bool apt_differs = false;
};

// `text` up to `separator`, taken off it together with the separator.
inline std::string_view take(std::string_view& text, std::string_view separator) {
  const auto end = std::min(text.find(separator), text.size());
  const auto taken = text.substr(0, end);
  text.remove_prefix(std::min(end + separator.size(), text.size()));
  return base::trim(taken);
}

inline recipe::Request request_of(std::string_view text, recipe::Place place) {
  recipe::Request request{std::string(text.substr(0, text.find_first_of(":=/"))), {}, {}, std::move(place)};
  text.remove_prefix(request.name.size());
  if (text.starts_with(':')) {
    request.architecture = text.substr(1, text.find_first_of("=/") - 1);
    text.remove_prefix(request.architecture.size() + 1);
  }
  if (text.starts_with('=')) request.version = text.substr(1);
  if (text.starts_with('/')) request.suite = text.substr(1);
  return request;
}

class CaseFile {
 public:
  explicit CaseFile(const std::string& text) {
    for (const auto line : base::lines(text)) {
      if (line.starts_with("    ")) continue;  // an answer: to be made again
      if (line.starts_with("request ")) {
        add_case(line);
      } else if (line.starts_with("apt differs:")) {
        cases_.back().apt_differs = true;
      } else if (line.starts_with("source ")) {
        add_source(line);
      } else if (!line.empty() && !line.starts_with("#")) {
        add_package(line);
      }
      lines_.emplace_back(line);
    }
    for (const auto& source : sources_) {
      indexes_.push_back(debian::PackageIndex::parse(source.packages, "amd64", source.label));
      available_.push_back(
          {&indexes_.back(), source.label, source.priority, &source.only, available_.size(), {source.label}});
    }
  }

  // The file with our answers in their places.
  std::string answered() {
    std::string text;
    std::size_t next = 0;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      text += lines_[i] + "\n";
      const bool asks = lines_[i].starts_with("request ");
      const bool note_follows = i + 1 < lines_.size() && lines_[i + 1].starts_with("apt differs:");
      if ((asks && !note_follows) || lines_[i].starts_with("apt differs:")) text += answer(cases_[next++]);
    }
    return text;
  }

  // The requests, but those said to differ, to which the real apt answers with another set of packages, or refuses and
  // we do not, or the other way round; with both answers.
  std::vector<std::string> differences_from_apt() {
    const base::TempDir home("apt");
    set_up_apt(home.path());
    std::vector<std::string> differences;
    for (const auto& it : cases_) {
      if (it.apt_differs) continue;
      auto argv = std::vector<std::string>{"install", "--no-install-recommends", "-s"};
      argv.insert(argv.end(), it.names.begin(), it.names.end());
      const auto output = apt(home.path(), argv);
      const auto theirs = output.status == 0 ? installed(output.out) : std::set<std::string>();
      if (const auto ours = chosen(it); ours != theirs) {
        differences.push_back(fmt::format("{}\n  ours: {}\n  apt's: {}\n{}", base::join(it.names, " "),
                                          fmt::join(ours, ", "), fmt::join(theirs, ", "), output.err));
      }
    }
    return differences;
  }

 private:
  void add_source(std::string_view line) {
    const auto words = base::words(line);
    Source source{.label = std::string(words.at(1)), .only = {}, .packages = {}};
    for (std::size_t i = 2; i + 1 < words.size(); i += 2) {
      if (words[i] == "priority") source.priority = std::stoi(std::string(words[i + 1]));
      if (words[i] == "only") {
        for (const auto name : base::split(words[i + 1], ',')) source.only.emplace_back(name);
      }
    }
    sources_.push_back(std::move(source));
  }

  void add_package(std::string_view line) {
    const auto name = take(line, " ");
    const auto version = take(line, ";");
    std::string fields;
    while (!line.empty()) fields += std::string(take(line, ";")) + "\n";
    if (fields.find("Architecture:") == std::string::npos) fields += "Architecture: amd64\n";
    sources_.back().packages += fmt::format(
        "Package: {0}\nVersion: {1}\n{2}Description: x\nFilename: ./{0}_{1}.deb\nSize: 1\n"
        "SHA256: 0000000000000000000000000000000000000000000000000000000000000000\n\n",
        name, version, fields);
  }

  void add_case(std::string_view line) {
    Case it;
    for (const auto name : base::words(line.substr(8))) it.names.emplace_back(name);
    cases_.push_back(std::move(it));
  }

  Solution solve_case(const Case& it) {
    std::vector<recipe::Request> requests;
    for (std::size_t i = 0; i < it.names.size(); ++i) {
      requests.push_back(request_of(it.names[i], {"r.yaml", static_cast<int>(i) + 1, 5}));
    }
    return solve(requests, {}, available_, "amd64");
  }

  std::string answer(const Case& it) {
    std::string text;
    try {
      for (const auto& [package, origin, reason] : solve_case(it).packages) {
        const auto why = reason.by.empty() ? reason.relation : reason.by + ": " + reason.relation;
        text += fmt::format("    {} {} [{}] {}\n", package->name, package->version.str(), why, sources_[origin].label);
      }
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::Exit::usage);
      const auto rendered = error.render();
      for (const auto line : base::lines(rendered)) text += fmt::format("    {}\n", line);
    }
    return text;
  }

  std::set<std::string> chosen(const Case& it) {
    std::set<std::string> packages;
    try {
      for (const auto& one : solve_case(it).packages)
        packages.insert(one.package->name + " " + one.package->version.str());
    } catch (const base::Error&) {
      packages.clear();
    }
    return packages;
  }

  static std::set<std::string> installed(std::string_view out) {
    std::set<std::string> packages;
    for (const auto line : base::lines(out)) {
      const auto words = base::words(line);
      if (words.size() > 2 && words[0] == "Inst") packages.insert(fmt::format("{} {}", words[1], words[2].substr(1)));
    }
    return packages;
  }

  static base::Output apt(const std::filesystem::path& home, const std::vector<std::string>& arguments) {
    std::vector<std::string> argv{"env", "LC_ALL=C", "APT_CONFIG=" + (home / "apt.conf").string(), "apt-get"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return base::run_and_capture(argv, 1U << 20U);
  }

  void set_up_apt(const std::filesystem::path& home) {
    std::string list;
    std::string preferences;
    for (const auto& source : sources_) {
      const auto folder = home / source.label;
      base::make_directories(folder);
      base::write_file_atomically(folder / "Packages", source.packages);
      base::write_file_atomically(folder / "Release", fmt::format("Label: {0}\nSuite: {0}\n", source.label));
      list += fmt::format("deb [trusted=yes] file:{} ./\n", folder.string());
      const auto pin = [&](const std::string& names, int priority) {
        preferences +=
            fmt::format("Package: {}\nPin: release l={}\nPin-Priority: {}\n\n", names, source.label, priority);
      };
      if (!source.only.empty()) pin(base::join(source.only, " "), source.priority);
      pin("*", source.only.empty() ? source.priority : -1);
    }
    for (const auto* const name : {"state/lists/partial", "cache/archives/partial"})
      base::make_directories(home / name);
    base::write_file_atomically(home / "sources.list", list);
    base::write_file_atomically(home / "preferences", preferences);
    base::write_file_atomically(
        home / "apt.conf",
        fmt::format("Dir \"{0}\";\nDir::Etc \"{0}\";\nDir::Etc::Parts \"/dev/null\";\n"
                    "Dir::Etc::SourceParts \"/dev/null\";\nDir::Etc::PreferencesParts \"/dev/null\";\n"
                    "Dir::State \"{0}/state\";\nDir::State::status \"/dev/null\";\n"
                    "Dir::Cache \"{0}/cache\";\nDir::Bin::methods \"/usr/lib/apt/methods\";\n"
                    "APT::Architecture \"amd64\";\nAPT::Architectures {{ \"amd64\"; }};\n"
                    "APT::Sandbox::User \"root\";\nAcquire::Languages \"none\";\n",
                    home.string()));
    const auto output = apt(home, {"update"});
    ASSERT_EQ(output.status, 0) << output.err;
  }

  std::vector<std::string> lines_;  // without the answers
  std::vector<Source> sources_;
  std::vector<Case> cases_;
  std::deque<debian::PackageIndex> indexes_;
  std::vector<Available> available_;
};

}  // namespace debone::resolve
