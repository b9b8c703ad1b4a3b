#include "cli/test_report.h"

#include <gtest/gtest.h>

namespace debone::cli {
namespace {

TestReport sample() {
  using std::chrono::milliseconds;
  TestReport report{"image", "sha256:00", "1.2.3", 1000, 2500, {}};
  report.results.push_back({{"a.yaml", 3, 5}, "command", "it speaks", {}, milliseconds(1012)});
  report.results.push_back({{"a.yaml", 9, 5},
                            "command",
                            "it says \"<&>\"\x1b",
                            {{"exit status", "0", "3, stderr \"\""}, {"stdout", "a match of '<x>'", "\"y\""}},
                            milliseconds(7)});
  report.results.push_back({{"b.yaml", 2, 3}, "file existence", "no shell", {}, milliseconds(0)});
  return report;
}

TEST(TestReport, Text) {
  EXPECT_EQ(text_of(sample()), R"(ok     a.yaml:3:5: command: it speaks
FAILED a.yaml:9:5: command: it says "<&>"\x1b
         exit status
           expected 0
           found    3, stderr ""
         stdout
           expected a match of '<x>'
           found    "y"
ok     b.yaml:2:3: file existence: no shell
3 tests, 1 failed
)");
}

TEST(TestReport, Json) {
  auto report = sample();
  report.results.erase(report.results.begin());
  EXPECT_EQ(json_of(report), R"({
  "image": "image",
  "digest": "sha256:00",
  "tests": 2,
  "failed": 1,
  "results": [
    {
      "file": "a.yaml",
      "line": 9,
      "column": 5,
      "kind": "command",
      "name": "it says \"<&>\"\u001b",
      "passed": false,
      "failures": [
        {
          "what": "exit status",
          "expected": "0",
          "found": "3, stderr \"\""
        },
        {
          "what": "stdout",
          "expected": "a match of '<x>'",
          "found": "\"y\""
        }
      ]
    },
    {
      "file": "b.yaml",
      "line": 2,
      "column": 3,
      "kind": "file existence",
      "name": "no shell",
      "passed": true,
      "failures": []
    }
  ]
}
)");
}

TEST(TestReport, Junit) {
  EXPECT_EQ(junit_of(sample()), R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="image" tests="3" failures="1" errors="0" skipped="0" time="1.019">
  <testsuite name="a.yaml" tests="2" failures="1" errors="0" skipped="0" time="1.019">
    <testcase classname="a.yaml" name="command: it speaks" file="a.yaml" line="3" time="1.012"/>
    <testcase classname="a.yaml" name="command: it says &quot;&lt;&amp;&gt;&quot;\x1b" file="a.yaml" line="9" time="0.007">
      <failure message="exit status: expected 0, found 3, stderr &quot;&quot;" type="expectation">exit status: expected 0, found 3, stderr &quot;&quot;
stdout: expected a match of '&lt;x&gt;', found &quot;y&quot;
</failure>
    </testcase>
  </testsuite>
  <testsuite name="b.yaml" tests="1" failures="0" errors="0" skipped="0" time="0.000">
    <testcase classname="b.yaml" name="file existence: no shell" file="b.yaml" line="2" time="0.000"/>
  </testsuite>
</testsuites>
)");
}

TEST(TestReport, Ctrf) {
  auto report = sample();
  report.results.erase(report.results.begin());
  EXPECT_EQ(ctrf_of(report), R"({
  "reportFormat": "CTRF",
  "specVersion": "0.0.0",
  "results": {
    "tool": {
      "name": "debone",
      "version": "1.2.3"
    },
    "summary": {
      "tests": 2,
      "passed": 1,
      "failed": 1,
      "pending": 0,
      "skipped": 0,
      "other": 0,
      "start": 1000,
      "stop": 2500
    },
    "tests": [
      {
        "name": "command: it says \"<&>\"\u001b",
        "status": "failed",
        "duration": 7,
        "suite": [
          "a.yaml"
        ],
        "filePath": "a.yaml",
        "line": 9,
        "message": "exit status: expected 0, found 3, stderr \"\"\nstdout: expected a match of '<x>', found \"y\""
      },
      {
        "name": "file existence: no shell",
        "status": "passed",
        "duration": 0,
        "suite": [
          "b.yaml"
        ],
        "filePath": "b.yaml",
        "line": 2
      }
    ],
    "environment": {
      "appName": "image",
      "extra": {
        "digest": "sha256:00"
      }
    }
  }
}
)");
}

}  // namespace
}  // namespace debone::cli
