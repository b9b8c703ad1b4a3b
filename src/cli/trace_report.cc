#include "cli/trace_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"

namespace debone::cli {
namespace {

using base::RelPath;
using Json = nlohmann::ordered_json;

constexpr std::size_t columns = 100;

std::string shown(const RelPath& path) { return base::printable(path.absolute()); }

// Words in lines, each indented.
std::string wrapped(const std::vector<std::string>& words) {
  std::string text;
  std::string line;
  for (const auto& word : words) {
    if (!line.empty() && line.size() + word.size() + 1 > columns) text += std::exchange(line, {}) + "\n";
    line += (line.empty() ? "  " : " ") + word;
  }
  return line.empty() ? text : text + line + "\n";
}

// "(asked for as /bin/sh, and 2 other names)"
std::string asked(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  const auto more = names.size() == 1 ? "" : fmt::format(", and {} other names", names.size() - 1);
  return fmt::format("  (asked for as {}{})", base::printable(names.front()), more);
}

std::string how(const trace::Access& access) {
  std::vector<std::string> words;
  if (access.executed) words.emplace_back("executed");
  if (access.opened) words.emplace_back("opened");
  if (access.looked_at) words.emplace_back("looked at");
  return base::join(words, ", ");
}

std::string belongs_to(const trace::Touched& touched) {
  switch (touched.place) {
    case trace::Place::image: return touched.package.empty() ? "of no package" : base::printable(touched.package);
    case trace::Place::mount: return "mounted at " + base::printable(touched.mount);
    case trace::Place::run: return "made by the run";
  }
  return {};
}

std::string packages_text(const trace::Report& report) {
  if (report.packages.empty()) return "packages  the image says of none (/var/lib/dpkg/status.d)\n";
  std::vector<std::string> untouched;
  std::uint64_t untouched_size = 0;
  std::string rows;
  for (const auto& package : report.packages) {
    if (package.touched > 0) {
      rows += fmt::format("  {:<30} {} of {} files\n", base::printable(package.name), package.touched, package.files);
    } else {
      untouched.push_back(base::printable(package.name));
      untouched_size += package.size;
    }
  }
  auto text = fmt::format("packages touched  {} of {}\n{}", report.packages.size() - untouched.size(),
                          report.packages.size(), rows);
  if (untouched.empty()) return text;
  return text + fmt::format("packages not touched  {}, {}\n", untouched.size(), base::human_size(untouched_size)) +
         wrapped(untouched);
}

std::string executed_text(const trace::Report& report) {
  std::string rows;
  std::size_t count = 0;
  for (const auto& touched : report.touched) {
    if (!touched.access.executed) continue;
    ++count;
    rows += fmt::format("  {}  {}\n", shown(touched.path), belongs_to(touched));
  }
  return fmt::format("executed  {}\n{}", count, rows);
}

// A heading with the number of rows, and how many more were left out since what they name was found elsewhere.
std::string section(std::string_view heading, std::size_t count, std::size_t elsewhere, const std::string& rows) {
  if (count + elsewhere == 0) return {};
  const auto more = elsewhere == 0 ? "" : fmt::format(", and {} found in another place", elsewhere);
  return fmt::format("{}  {}{}\n{}", heading, count, more, rows);
}

std::string not_executed_text(const trace::Report& report) {
  std::string rows;
  std::size_t elsewhere = 0;
  for (const auto& one : report.not_executed) {
    if (!one.found_as.empty()) {
      ++elsewhere;
      continue;
    }
    rows += fmt::format("  {}  {}{}\n", shown(one.path), base::printable(one.why), asked(one.asked_as));
  }
  return section("executed in vain", report.not_executed.size() - elsewhere, elsewhere, rows);
}

std::string missed_text(const trace::Report& report) {
  std::string rows;
  std::size_t elsewhere = 0;
  for (const auto& one : report.missed) {
    if (!one.found_as.empty()) {
      ++elsewhere;
      continue;
    }
    const auto mount = one.mount.empty() ? "" : fmt::format("  mounted at {}", base::printable(one.mount));
    rows += fmt::format("  {}{}{}\n", shown(one.path), mount, asked(one.asked_as));
  }
  return section("looked for in vain", report.missed.size() - elsewhere, elsewhere, rows);
}

std::string refused_text(const trace::Report& report) {
  std::string rows;
  for (const auto& one : report.refused) rows += fmt::format("  {}  {}\n", shown(one.path), one.error);
  return section("refused", report.refused.size(), 0, rows);
}

std::string elsewhere_text(const trace::Report& report) {
  std::map<std::string, std::size_t> counts;
  for (const auto& touched : report.touched) {
    if (touched.place != trace::Place::image || touched.package.empty()) ++counts[belongs_to(touched)];
  }
  std::vector<std::string> words;
  for (const auto& [what, count] : counts) words.push_back(fmt::format("{} {}", count, what));
  return words.empty() ? "" : fmt::format("other paths  {}\n", base::join(words, ", "));
}

std::string all_text(const trace::Report& report) {
  std::string rows;
  for (const auto& touched : report.touched) {
    rows += fmt::format("  {}  {}  {}{}\n", shown(touched.path), belongs_to(touched), how(touched.access),
                        asked({touched.access.asked_as.begin(), touched.access.asked_as.end()}));
  }
  std::string elsewhere;
  std::size_t count = 0;
  const auto add = [&](const auto& list) {
    for (const auto& one : list) {
      if (one.found_as.empty()) continue;
      ++count;
      elsewhere += fmt::format("  {}  found as {}\n", shown(one.path), base::printable(one.found_as));
    }
  };
  add(report.not_executed);
  add(report.missed);
  return section("all paths", report.touched.size(), 0, rows) + section("in vain, and found", count, 0, elsewhere);
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(base::printable(text)); }

Json texts(const auto& these) {
  auto list = Json::array();
  for (const auto& text : these) list.push_back(base::printable(text));
  return list;
}

Json touched_json(const trace::Touched& touched) {
  auto uses = Json::array();
  if (touched.access.executed) uses.push_back("executed");
  if (touched.access.opened) uses.push_back("opened");
  if (touched.access.looked_at) uses.push_back("looked-at");
  constexpr std::array places{"image", "mount", "run"};
  return {{"path", shown(touched.path)},
          {"how", uses},
          {"place", places.at(static_cast<std::size_t>(touched.place))},
          {"package", text_or_null(touched.package)},
          {"mount", text_or_null(touched.mount)},
          {"asked_as", texts(touched.access.asked_as)}};
}

}  // namespace

std::string text_of(const trace::Report& report, bool all) {
  auto text = packages_text(report) + executed_text(report) + not_executed_text(report) + missed_text(report) +
              refused_text(report) + elsewhere_text(report);
  if (report.left_out > 0)
    text += fmt::format("left out  {} lines of strace's or paths: this report is not whole\n", report.left_out);
  return all ? text + all_text(report) : text;
}

Json json_of(const Traced& traced, const trace::Report& report) {
  Json out{{"image", traced.image}, {"command", texts(traced.command)}, {"status", traced.status}};
  auto& packages = out["packages"] = Json::array();
  for (const auto& package : report.packages) {
    packages.push_back({{"name", base::printable(package.name)},
                        {"version", base::printable(package.version)},
                        {"files", package.files},
                        {"size", package.size},
                        {"touched", package.touched}});
  }
  auto& touched = out["touched"] = Json::array();
  for (const auto& one : report.touched) touched.push_back(touched_json(one));
  auto& not_executed = out["not_executed"] = Json::array();
  for (const auto& one : report.not_executed) {
    not_executed.push_back({{"path", shown(one.path)},
                            {"why", base::printable(one.why)},
                            {"asked_as", texts(one.asked_as)},
                            {"found_as", text_or_null(one.found_as)}});
  }
  auto& missed = out["missed"] = Json::array();
  for (const auto& one : report.missed) {
    missed.push_back({{"path", shown(one.path)},
                      {"asked_as", texts(one.asked_as)},
                      {"found_as", text_or_null(one.found_as)},
                      {"mount", text_or_null(one.mount)}});
  }
  auto& refused = out["refused"] = Json::array();
  for (const auto& one : report.refused) refused.push_back({{"path", shown(one.path)}, {"error", one.error}});
  out["left_out"] = report.left_out;
  return out;
}

}  // namespace debone::cli
