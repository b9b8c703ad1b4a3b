// A trace's report as text and as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "trace/report.h"

namespace debone::cli {

// What was traced, beside what came of it.
struct Traced {
  std::string image;  // its digest
  std::vector<std::string> command;
  int status = 0;
};

// Each package with how much of it was touched, what was executed, and what was asked for in vain; with `all` every
// path that was touched.
std::string text_of(const trace::Report& report, bool all);

// Everything. Bytes of a path that are not UTF-8 stand as \xNN.
nlohmann::ordered_json json_of(const Traced& traced, const trace::Report& report);

}  // namespace debone::cli
