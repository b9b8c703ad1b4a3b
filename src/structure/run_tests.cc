#include "structure/run_tests.h"

#include <fmt/format.h>

#include "base/error.h"

namespace debone::structure {

std::vector<Result> run_tests(const TestFile& file, const Subject& subject, std::chrono::milliseconds timeout) {
  using Clock = std::chrono::steady_clock;
  std::vector<Result> results;
  const auto add = [&](const recipe::Place& place, std::string kind, std::string name, auto check) {
    Result result{place, std::move(kind), std::move(name), {}, {}};
    const auto start = Clock::now();
    base::while_doing(fmt::format("testing {}: {}", place.str(), result.name), [&] { result.failures = check(); });
    result.duration = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
    results.push_back(std::move(result));
  };
  for (const auto& test : file.commands)
    add(test.place, "command", test.name, [&] { return check_command(test, file, subject, timeout); });
  for (const auto& test : file.existence)
    add(test.place, "file existence", test.name, [&] { return check_existence(test, subject.tree); });
  for (const auto& test : file.contents)
    add(test.place, "file content", test.name, [&] { return check_content(test, subject.tree); });
  if (file.metadata)
    add(file.metadata->place, "metadata", "the image's config",
        [&] { return check_metadata(*file.metadata, subject.config); });
  for (const auto& test : file.licenses)
    add(test.place, "licence", test.debian ? "Debian's copyright files" : "licence files",
        [&] { return check_license(test, subject.tree); });
  return results;
}

}  // namespace debone::structure
