#include "debian/release.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "base/error.h"
#include "base/text.h"
#include "debian/control.h"

namespace debone::debian {
namespace {

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> weekdays{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

base::Error malformed(std::string what) { return {base::Exit::trust, std::move(what)}; }

// A number of at most `digits` digits, up to `most`.
std::optional<unsigned> small_number(std::string_view text, std::size_t digits, unsigned most) {
  if (text.size() > digits) return std::nullopt;
  const auto value = base::parse_decimal(text);
  if (!value || *value > most) return std::nullopt;
  return static_cast<unsigned>(*value);
}

std::string text_of(const Stanza& stanza, std::string_view name) { return std::string(stanza.find(name).value_or("")); }

bool says_yes(const Stanza& stanza, std::string_view name) { return base::lower(text_of(stanza, name)) == "yes"; }

std::vector<std::string> words_of(const Stanza& stanza, std::string_view name) {
  const auto words = base::words(stanza.find(name).value_or(""));
  return {words.begin(), words.end()};
}

std::int64_t date_of(std::string_view name, std::string_view value) {
  const auto date = parse_release_date(value);
  if (!date) throw malformed(fmt::format("bad {} '{}' in the Release", name, value));
  return *date;
}

// Lines of "HASH SIZE PATH".
std::map<std::string, IndexFile> parse_hashes(std::string_view value) {
  std::map<std::string, IndexFile> files;
  for (const auto line : value_lines(value)) {
    const auto words = base::words(line);
    if (words.size() != 3) throw malformed(fmt::format("bad line '{}' in the Release's SHA256 list", line));
    const auto digest = base::Digest::from_hex(words[0]);
    const auto size = base::parse_decimal(words[1]);
    if (!digest || !size) throw malformed(fmt::format("bad line '{}' in the Release's SHA256 list", line));
    const auto [at, is_new] = files.try_emplace(std::string(words[2]), IndexFile{*digest, *size});
    if (!is_new && (at->second.sha256 != *digest || at->second.size != *size)) {
      throw malformed(fmt::format("'{}' stands twice in the Release's SHA256 list", words[2]));
    }
  }
  return files;
}

}  // namespace

ReleaseFields parse_release(std::string_view text) {
  const auto stanzas = split_stanzas(text);
  if (stanzas.size() != 1) throw malformed(fmt::format("a Release is one stanza, this text has {}", stanzas.size()));
  const auto stanza = Stanza::parse(stanzas.front());
  ReleaseFields release;
  release.origin = text_of(stanza, "Origin");
  release.label = text_of(stanza, "Label");
  release.suite = text_of(stanza, "Suite");
  release.codename = text_of(stanza, "Codename");
  release.version = text_of(stanza, "Version");
  const auto date = stanza.find("Date");
  if (!date) throw malformed("no Date in the Release");
  release.date = date_of("Date", *date);
  if (const auto until = stanza.find("Valid-Until")) release.valid_until = date_of("Valid-Until", *until);
  release.architectures = words_of(stanza, "Architectures");
  release.components = words_of(stanza, "Components");
  release.acquire_by_hash = says_yes(stanza, "Acquire-By-Hash");
  const auto without_all = words_of(stanza, "No-Support-for-Architecture-all");
  release.all_in_binary_indexes = std::ranges::find(without_all, "Packages") != without_all.end();
  release.not_automatic = says_yes(stanza, "NotAutomatic");
  release.but_automatic_upgrades = says_yes(stanza, "ButAutomaticUpgrades");
  const auto hashes = stanza.find("SHA256");
  if (!hashes) throw malformed("no SHA256 list in the Release");
  release.sha256 = parse_hashes(*hashes);
  return release;
}

std::optional<std::int64_t> parse_release_date(std::string_view text) {
  const auto words = base::words(text);
  if (words.size() != 6 || words[0].size() != 4 || words[0].back() != ',') return std::nullopt;
  if (std::ranges::find(weekdays, words[0].substr(0, 3)) == weekdays.end()) return std::nullopt;
  const auto day = small_number(words[1], 2, 31);
  const auto* const month = std::ranges::find(months, words[2]);
  const auto year = words[3].size() == 4 ? small_number(words[3], 4, 9999) : std::nullopt;
  const auto clock = base::split(words[4], ':');
  if (!day || month == months.end() || !year || clock.size() != 3) return std::nullopt;
  const auto hour = small_number(clock[0], 2, 23);
  const auto minute = small_number(clock[1], 2, 59);
  const auto second = small_number(clock[2], 2, 60);
  if (!hour || !minute || !second) return std::nullopt;
  if (words[5] != "UTC" && words[5] != "GMT" && words[5] != "+0000") return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                         std::chrono::month{static_cast<unsigned>(month - months.begin()) + 1},
                                         std::chrono::day{*day}};
  if (!date.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  return ((days * 24 + *hour) * 60 + *minute) * 60 + *second;
}

}  // namespace debone::debian
