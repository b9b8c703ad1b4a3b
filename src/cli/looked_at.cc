#include "cli/looked_at.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "resolve/lock_inputs.h"

namespace debone::cli {
namespace {

constexpr std::string_view record = "looked-at";

bool has_own_debs(const recipe::Recipe& recipe) {
  return std::ranges::any_of(recipe.sources, [](const recipe::Source& source) {
    return std::holds_alternative<recipe::DebSource>(source.what);
  });
}

std::string key_of(const recipe::Recipe& recipe, const std::string& architecture,
                   const std::vector<resolve::LockedSuite>& suites) {
  const auto inputs = resolve::inputs_of(recipe);
  auto key = fmt::format("1 {}\n", architecture);
  for (const auto& source : inputs.sources) key += source.str() + "\n";
  for (const auto& request : inputs.requests) key += request.text + "\n";
  for (const auto& suite : suites) key += fmt::format("{} {}\n", suite.label, suite.sha256.hex());
  return key;
}

}  // namespace

void remember_looked_at(const std::vector<LookedAt>& debs, const recipe::Recipe& recipe,
                        const std::string& architecture, const std::vector<resolve::LockedSuite>& suites,
                        store::Store& store) {
  if (has_own_debs(recipe)) return;
  std::string text;
  for (const auto& deb : debs) text += fmt::format("{} {} {}\n", deb.id, deb.sha256.hex(), deb.size);
  store.write_record(record, key_of(recipe, architecture, suites), text);
}

std::vector<LookedAt> recall_looked_at(const recipe::Recipe& recipe, const std::string& architecture,
                                       const std::vector<resolve::LockedSuite>& suites, const store::Store& store) {
  std::vector<LookedAt> debs;
  if (has_own_debs(recipe)) return debs;
  const auto text = store.read_record(record, key_of(recipe, architecture, suites));
  if (!text) return debs;
  for (const auto line : base::lines(*text)) {
    const auto words = base::words(line);
    if (words.size() != 3) continue;
    const auto digest = base::Digest::from_hex(words[1]);
    const auto size = base::parse_decimal(words[2]);
    if (digest && size) debs.push_back({std::string(words[0]), *digest, *size});
  }
  return debs;
}

}  // namespace debone::cli
