// What `debone test` found, in the forms that people and CI systems read. Each form is the same bytes for the same
// values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "structure/result.h"

namespace debone::cli {

struct TestReport {
  std::string image;       // as it was given
  std::string digest;      // of its manifest, "sha256:..."
  std::string version;     // of debone
  std::int64_t start = 0;  // milliseconds since 1970 UTC
  std::int64_t stop = 0;
  std::vector<structure::Result> results;
  std::size_t failed() const;
};

// A line for each test, for a failed one what was expected and what was there, and a summary.
std::string text_of(const TestReport& report);
// An object; without times, so that the same results are the same bytes.
std::string json_of(const TestReport& report);
// The XML that JUnit's readers take (https://github.com/testmoapp/junitxml), a suite for each test file.
std::string junit_of(const TestReport& report);
// https://github.com/ctrf-io/ctrf
std::string ctrf_of(const TestReport& report);

}  // namespace debone::cli
