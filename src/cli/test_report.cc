#include "cli/test_report.h"
#include "cli/xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace debone::cli {
namespace {

using Json = nlohmann::ordered_json;
using structure::Failure;
using structure::Result;

constexpr int milliseconds_in_a_second = 1000;

std::string line_of(const Failure& failure) {
  return fmt::format("{}: expected {}, found {}", failure.what, failure.expected, failure.actual);
}

std::string lines_of(const Result& result) {
  std::vector<std::string> all;
  for (const auto& failure : result.failures) all.push_back(base::printable(line_of(failure)));
  return base::join(all, "\n");
}

std::string name_of(const Result& result) { return fmt::format("{}: {}", result.kind, result.name); }

std::string dumped(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

std::string seconds(std::chrono::milliseconds duration) {
  return fmt::format("{}.{:03}", duration.count() / milliseconds_in_a_second,
                     duration.count() % milliseconds_in_a_second);
}

struct Sum {
  std::size_t failed = 0;
  std::chrono::milliseconds duration{0};
};

Sum sum_of(const std::vector<const Result*>& results) {
  Sum sum;
  for (const auto* result : results) {
    if (!result->passed()) ++sum.failed;
    sum.duration += result->duration;
  }
  return sum;
}

std::string numbers(std::size_t tests, const Sum& sum) {
  return fmt::format(R"(tests="{}" failures="{}" errors="0" skipped="0" time="{}")", tests, sum.failed,
                     seconds(sum.duration));
}

std::string test_case(const Result& result) {
  const auto head = fmt::format(R"(    <testcase classname="{0}" name="{1}" file="{0}" line="{2}" time="{3}")",
                                xml_escaped(result.place.file), xml_escaped(name_of(result)), result.place.line,
                                seconds(result.duration));
  if (result.passed()) return head + "/>\n";
  std::string text;
  for (const auto& failure : result.failures) text += xml_escaped(line_of(failure)) + "\n";
  return fmt::format("{}>\n      <failure message=\"{}\" type=\"expectation\">{}</failure>\n    </testcase>\n", head,
                     xml_escaped(line_of(result.failures.front())), text);
}

}  // namespace

std::size_t TestReport::failed() const {
  return static_cast<std::size_t>(std::ranges::count_if(results, [](const Result& one) { return !one.passed(); }));
}

std::string text_of(const TestReport& report) {
  std::string out;
  for (const auto& result : report.results) {
    out += fmt::format("{} {}: {}\n", result.passed() ? "ok    " : "FAILED", base::printable(result.place.str()),
                       base::printable(name_of(result)));
    for (const auto& failure : result.failures) {
      out += fmt::format("         {}\n           expected {}\n           found    {}\n", base::printable(failure.what),
                         base::printable(failure.expected), base::printable(failure.actual));
    }
  }
  const auto tests = report.results.size();
  out += fmt::format("{} {}, {} failed\n", tests, tests == 1 ? "test" : "tests", report.failed());
  return out;
}

std::string json_of(const TestReport& report) {
  Json out;
  out["image"] = report.image;
  out["digest"] = report.digest;
  out["tests"] = report.results.size();
  out["failed"] = report.failed();
  out["results"] = Json::array();
  for (const auto& result : report.results) {
    Json one{{"file", result.place.file}, {"line", result.place.line}, {"column", result.place.column},
             {"kind", result.kind},       {"name", result.name},       {"passed", result.passed()}};
    one["failures"] = Json::array();
    for (const auto& [what, expected, actual] : result.failures) {
      one["failures"].push_back({{"what", what}, {"expected", expected}, {"found", actual}});
    }
    out["results"].push_back(std::move(one));
  }
  return dumped(out);
}

std::string junit_of(const TestReport& report) {
  std::vector<std::pair<std::string, std::vector<const Result*>>> suites;  // in the order of the files
  std::vector<const Result*> all;
  for (const auto& result : report.results) {
    if (suites.empty() || suites.back().first != result.place.file) suites.push_back({result.place.file, {}});
    suites.back().second.push_back(&result);
    all.push_back(&result);
  }
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += fmt::format("<testsuites name=\"{}\" {}>\n", xml_escaped(report.image), numbers(all.size(), sum_of(all)));
  for (const auto& [file, results] : suites) {
    out += fmt::format("  <testsuite name=\"{}\" {}>\n", xml_escaped(file), numbers(results.size(), sum_of(results)));
    for (const auto* result : results) out += test_case(*result);
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

std::string ctrf_of(const TestReport& report) {
  Json tests = Json::array();
  for (const auto& result : report.results) {
    Json one{{"name", name_of(result)},
             {"status", result.passed() ? "passed" : "failed"},
             {"duration", result.duration.count()},
             {"suite", Json::array({result.place.file})},
             {"filePath", result.place.file},
             {"line", result.place.line}};
    if (!result.passed()) one["message"] = lines_of(result);
    tests.push_back(std::move(one));
  }
  const auto failed = report.failed();
  Json results;
  results["tool"] = {{"name", "debone"}, {"version", report.version}};
  results["summary"] = {{"tests", report.results.size()},
                        {"passed", report.results.size() - failed},
                        {"failed", failed},
                        {"pending", 0},
                        {"skipped", 0},
                        {"other", 0},
                        {"start", report.start},
                        {"stop", report.stop}};
  results["tests"] = std::move(tests);
  results["environment"] = {{"appName", report.image}, {"extra", {{"digest", report.digest}}}};
  Json out;
  out["reportFormat"] = "CTRF";
  out["specVersion"] = "0.0.0";
  out["results"] = std::move(results);
  return dumped(out);
}

}  // namespace debone::cli
