#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <memory>

#include "base/error.h"
#include "cli/command.h"
#include "cli/one_of.h"
#include "cli/output.h"
#include "cli/test_report.h"
#include "cli/version.h"
#include "image/read.h"
#include "structure/run_tests.h"

namespace debone::cli {
namespace {

enum class ReportFormat { text, json, junit, ctrf };

struct Options {
  std::string image;
  std::vector<std::string> files;
  ReportFormat format = ReportFormat::text;
  unsigned timeout = 300;  // seconds
};

std::int64_t now() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::string rendered(const TestReport& report, ReportFormat format) {
  switch (format) {
    case ReportFormat::text: return text_of(report);
    case ReportFormat::json: return json_of(report);
    case ReportFormat::junit: return junit_of(report);
    case ReportFormat::ctrf: return ctrf_of(report);
  }
  return {};
}

int test_image(const Options& options) {
  std::vector<structure::TestFile> files;  // all of them first: a mistake in one is told before anything is run
  for (const auto& file : options.files) files.push_back(structure::load(file));
  const auto image = image::StoredImage::open(options.image, "");
  const auto tree = image::file_system(image);
  TestReport report{options.image, image.manifest_digest().oci(), std::string(version), now(), 0, {}};
  for (const auto& file : files) {
    auto results = structure::run_tests(file, {image.config(), tree}, std::chrono::seconds(options.timeout));
    std::ranges::move(results, std::back_inserter(report.results));
  }
  report.stop = now();
  print(rendered(report, options.format));
  return static_cast<int>(report.failed() == 0 ? base::Exit::done : base::Exit::does_not_hold);
}

}  // namespace

Command test_command() {
  return {
      .name = "test",
      .summary = "Test an image by files of structure tests: its commands, files and config",
      .description =
          "Runs the tests of each FILE, written for container-structure-test 2.0.0 in YAML or JSON, on IMAGE: "
          "commands with runc, as `debone run` does, each in a container of its own; files, contents, metadata and "
          "licences from the image itself. The exit status is 1 where a test fails, which the result tells with what "
          "was expected and what was found; 2 where a file is malformed or holds no test.",
      .examples = {{"debone test php-fpm php-fpm-tests.yaml", "tests an image"},
                   {"debone test php-fpm php-fpm-tests.yaml --format junit > junit.xml", "for a CI system to show"}},
      .prepare =
          [](CLI::App& app) {
            const std::map<std::string, ReportFormat> formats{{"text", ReportFormat::text},
                                                              {"json", ReportFormat::json},
                                                              {"junit", ReportFormat::junit},
                                                              {"ctrf", ReportFormat::ctrf}};
            const auto options = std::make_shared<Options>();
            app.add_option("IMAGE", options->image, "An OCI layout (a directory or tar) or a docker archive")
                ->required()
                ->type_name("");
            app.add_option("FILE", options->files, "Files of tests")->required()->type_name("");
            add_choice(app, "--format", options->format, formats,
                       "What the result on stdout is: text (the default), json, junit or ctrf", "FORMAT");
            app.add_option("--timeout", options->timeout, "How long a command may take; 300 unless said otherwise")
                ->type_name("SECONDS")
                ->check(CLI::Range(1U, 86400U).description(""));
            return [options] { return test_image(*options); };
          },
  };
}

}  // namespace debone::cli
