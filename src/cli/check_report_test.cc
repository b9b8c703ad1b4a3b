#include "cli/check_report.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "recipe/finding_kinds.h"

namespace debone::cli {
namespace {

using check::Severity;

CheckedImage sample() {
  CheckedImage checked{"app.tar", "sha256:12", {}};
  checked.verdict.findings = {{"entrypoint-missing", Severity::failure, "", "no 'x' in the image's PATH"},
                              {"library-missing", Severity::report, "/usr/lib/a b\x1b.so", "it needs libx.so"}};
  checked.verdict.allowed = {{{"set-id", Severity::failure, "/usr/bin/su", "a set-id file"}, "su is wanted"}};
  return checked;
}

TEST(CheckReport, Text) {
  EXPECT_EQ(check_text(sample()),
            "app.tar  sha256:12\n"
            "  failure the image: no 'x' in the image's PATH [entrypoint-missing]\n"
            "  report  /usr/lib/a b\\x1b.so: it needs libx.so [library-missing]\n"
            "  allowed /usr/bin/su: a set-id file (allowed: su is wanted) [set-id]\n"
            "  1 failure, 1 report, 1 allowed\n");
  EXPECT_EQ(check_text({"app", "sha256:12", {}}), "app  sha256:12\n  0 failures, 0 reports, 0 allowed\n");
}

TEST(CheckReport, Json) {
  auto checked = sample();
  checked.verdict.findings.pop_back();
  EXPECT_EQ(check_json(checked).dump(1), R"({
 "image": "app.tar",
 "digest": "sha256:12",
 "passed": false,
 "findings": [
  {
   "id": "entrypoint-missing",
   "severity": "failure",
   "path": "",
   "text": "no 'x' in the image's PATH",
   "meaning": "What a container of the image starts is not there",
   "way_out": "Name its path, or add the package that brings it"
  }
 ],
 "allowed": [
  {
   "id": "set-id",
   "severity": "failure",
   "path": "/usr/bin/su",
   "text": "a set-id file",
   "meaning": "A file runs with the rights of its owner or group, whoever starts it",
   "way_out": "Take the bit away under paths: {path: ..., type: permissions, permissions: 0o755}",
   "reason": "su is wanted"
  }
 ]
})");
}

TEST(CheckReport, Sarif) {
  auto sarif = check_sarif(sample());
  EXPECT_EQ(sarif["version"], "2.1.0");
  auto& run = sarif["runs"][0];
  const auto& rules = run["tool"]["driver"]["rules"];
  ASSERT_EQ(rules.size(), recipe::finding_kinds.size());
  for (const auto& result : run["results"])
    EXPECT_EQ(rules[result["ruleIndex"].get<std::size_t>()]["id"], result["ruleId"]);
  for (auto& result : run["results"]) result.erase("ruleIndex");
  EXPECT_EQ(run["results"].dump(1), R"([
 {
  "ruleId": "entrypoint-missing",
  "level": "error",
  "message": {
   "text": "no 'x' in the image's PATH"
  }
 },
 {
  "ruleId": "library-missing",
  "level": "note",
  "message": {
   "text": "it needs libx.so"
  },
  "locations": [
   {
    "physicalLocation": {
     "artifactLocation": {
      "uri": "usr/lib/a%20b%1B.so",
      "uriBaseId": "IMAGE"
     }
    }
   }
  ]
 },
 {
  "ruleId": "set-id",
  "level": "error",
  "message": {
   "text": "a set-id file"
  },
  "locations": [
   {
    "physicalLocation": {
     "artifactLocation": {
      "uri": "usr/bin/su",
      "uriBaseId": "IMAGE"
     }
    }
   }
  ],
  "suppressions": [
   {
    "kind": "external",
    "justification": "su is wanted"
   }
  ]
 }
])");
}

// The page's table has every id in order, with the same words.
TEST(CheckReport, ThePageListsEveryKind) {
  const auto page = base::read_file(DEBONE_SOURCE_DIR "/docs/check.md", 1U << 20U);
  std::string rows;
  for (const auto line : base::lines(page)) {
    if (line.starts_with("| `")) rows += std::string(line) + "\n";
  }
  std::string expected;
  for (const auto& kind : recipe::finding_kinds)
    expected += fmt::format("| `{}` | {} | {} |\n", kind.id, kind.meaning, kind.way_out);
  EXPECT_EQ(rows, expected);
}

}  // namespace
}  // namespace debone::cli
