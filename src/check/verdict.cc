#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"
#include "check/check.h"

namespace debone::check {
namespace {

constexpr std::size_t most_reported = 3;  // by path
constexpr std::size_t most_failing = 20;  // each of which is to be mended

struct Many {
  std::string_view id;
  std::string_view one;
  std::string_view many;
  bool failures_too;
};
constexpr std::array<Many, 7> listed{{
    {"dangling-link", "absolute link that leads nowhere", "absolute links that lead nowhere", false},
    {"interpreter-missing", "script whose interpreter is not there", "scripts whose interpreter is not there", false},
    {"library-private", "file whose library is only in a private directory",
     "files whose libraries are only in a private directory", false},
    {"package-manager", "package manager", "package managers", true},
    {"set-id", "set-id file", "set-id files", true},
    {"shell", "shell", "shells", true},
    {"world-writable", "path that everybody may write", "paths that everybody may write", true},
}};

// "2 set-id files: /usr/bin/mount, /usr/bin/umount", with the rest counted; of failures also the way out.
Finding list(const Many& words, const std::vector<const Finding*>& findings) {
  const auto& first = *findings.front();
  const auto shown = std::min(findings.size(), first.severity == Severity::failure ? most_failing : most_reported);
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < shown; ++i) paths.push_back(findings[i]->path);
  auto text =
      fmt::format("{} {}: {}", findings.size(), findings.size() == 1 ? words.one : words.many, base::join(paths, ", "));
  if (findings.size() > shown) text += fmt::format(" and {} more", findings.size() - shown);
  if (first.severity == Severity::failure) text += first.text.substr(std::min(first.text.find(';'), first.text.size()));
  return {first.id, first.severity, first.path, std::move(text)};
}

}  // namespace

std::size_t Verdict::failures() const {
  return static_cast<std::size_t>(std::ranges::count(findings, Severity::failure, &Finding::severity));
}

Verdict judge(std::vector<Finding> findings, const std::vector<recipe::Allowance>& allowances) {
  Verdict verdict;
  std::vector<bool> used(allowances.size());
  for (auto& finding : findings) {
    const recipe::Allowance* reason = nullptr;
    for (std::size_t i = 0; i < allowances.size(); ++i) {
      const auto& allowance = allowances[i];
      if (allowance.id != finding.id || (allowance.path && allowance.path->absolute() != finding.path)) continue;
      used[i] = true;
      if (reason == nullptr || (allowance.path && !reason->path)) reason = &allowance;
    }
    if (reason == nullptr) {
      verdict.findings.push_back(std::move(finding));
    } else {
      verdict.allowed.push_back({std::move(finding), reason->reason});
    }
  }
  for (std::size_t i = 0; i < allowances.size(); ++i) {
    if (!used[i]) verdict.unused.push_back(allowances[i]);
  }
  return verdict;
}

std::vector<Finding> grouped(const std::vector<Finding>& findings) {
  std::vector<Finding> result;
  for (auto i = findings.begin(); i != findings.end();) {
    const auto end = std::find_if(i, findings.end(), [&](const Finding& other) { return other.id != i->id; });
    const auto words = std::ranges::find(listed, std::string_view(i->id), &Many::id);
    for (const auto severity : {Severity::failure, Severity::report}) {
      std::vector<const Finding*> same;
      for (auto one = i; one != end; ++one) {
        if (one->severity == severity) same.push_back(&*one);
      }
      if (!same.empty() && words != listed.end() && (words->failures_too || severity == Severity::report)) {
        result.push_back(list(*words, same));
      } else {
        for (const auto* one : same) result.push_back(*one);
      }
    }
    i = end;
  }
  return result;
}

}  // namespace debone::check
