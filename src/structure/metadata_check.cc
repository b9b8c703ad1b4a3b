#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "structure/checks.h"

namespace debone::structure {
namespace {

std::string listed(const std::vector<std::string>& items) {
  std::vector<std::string> all;
  for (const auto& item : items) all.push_back(shown(item));
  return fmt::format("[{}]", base::join(all, ", "));
}

void check_pairs(std::string_view noun, const std::vector<Pair>& expected,
                 const std::map<std::string, std::string>& actual, Failures& failures) {
  for (const auto& [key, value, pattern] : expected) {
    auto what = fmt::format("{} {}", noun, key);
    auto wanted = pattern ? fmt::format("a match of '{}'", value) : shown(value);
    const auto found = actual.find(key);
    if (found == actual.end()) {
      failures.push_back({std::move(what), std::move(wanted), "not set"});
    } else if (pattern ? !pattern->matches(found->second) : value != found->second) {
      failures.push_back({std::move(what), std::move(wanted), shown(found->second)});
    }
  }
}

void check_words(std::string_view what, const std::optional<std::vector<std::string>>& expected,
                 const std::vector<std::string>& actual, Failures& failures) {
  if (expected && *expected != actual) failures.push_back({std::string(what), listed(*expected), listed(actual)});
}

void check_word(std::string_view what, const std::string& expected, const std::string& actual, Failures& failures) {
  if (!expected.empty() && expected != actual) failures.push_back({std::string(what), shown(expected), shown(actual)});
}

// "9000" is the port of any protocol, as in the original; "9000/udp" is that one.
bool has_port(const std::vector<std::string>& ports, const std::string& wanted) {
  return std::ranges::any_of(
      ports, [&](const std::string& port) { return port == wanted || port.substr(0, port.find('/')) == wanted; });
}

bool has(const std::vector<std::string>& items, const std::string& wanted) {
  return std::ranges::find(items, wanted) != items.end();
}

template <typename Has>
void check_members(std::string_view noun, const std::vector<std::string>& wanted,
                   const std::vector<std::string>& unwanted, const std::vector<std::string>& actual, Has is_there,
                   Failures& failures) {
  for (const auto& one : wanted)
    if (!is_there(actual, one)) failures.push_back({fmt::format("{} {}", noun, one), "in the config", listed(actual)});
  for (const auto& one : unwanted)
    if (is_there(actual, one))
      failures.push_back({fmt::format("{} {}", noun, one), "not in the config", listed(actual)});
}

}  // namespace

Failures check_metadata(const MetadataTest& test, const image::Config& config) {
  Failures failures;
  check_pairs("variable", test.variables, config.environment, failures);
  for (const auto& name : test.unbound_variables) {
    if (const auto found = config.environment.find(name); found != config.environment.end())
      failures.push_back({fmt::format("variable {}", name), "not set", shown(found->second)});
  }
  check_pairs("label", test.labels, config.labels, failures);
  check_words("entrypoint", test.entrypoint, config.entrypoint, failures);
  check_words("cmd", test.cmd, config.cmd, failures);
  check_word("workdir", test.work_dir, config.work_dir, failures);
  check_word("user", test.user, config.user, failures);
  check_members("port", test.exposed_ports, test.unexposed_ports, config.ports, has_port, failures);
  check_members("volume", test.volumes, test.unmounted_volumes, config.volumes, has, failures);
  return failures;
}

}  // namespace debone::structure
