#include "archive/mirror.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "archive/url.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "debian/control.h"

namespace debone::archive {
namespace {

namespace fs = std::filesystem;

// Where Debian's archive is public.
constexpr std::string_view public_archive = "http://ftp.debian.org/debian/";
constexpr std::string_view public_security = "http://security.debian.org/debian-security/";
constexpr std::string_view public_snapshot = "http://snapshot.debian.org/archive/";

constexpr std::array<std::string_view, 14> codenames{"buster",   "bullseye",     "bookworm",  "trixie",      "forky",
                                                     "duke",     "sid",          "oldstable", "stable",      "testing",
                                                     "unstable", "experimental", "rc-buggy",  "oldoldstable"};
constexpr std::array<std::string_view, 6> suffixes{"-updates",          "-security",         "-backports",
                                                   "-backports-sloppy", "-proposed-updates", "/updates"};

constexpr std::uint64_t sources_limit = 1U << 20U;

// One `deb` line or the like, with one address and one suite.
struct AptEntry {
  std::string uri;
  std::string codename;  // the suite without its suffix
  bool security = false;
  std::string signed_by;
};

// The suite's codename and whether it is the one of security updates; nothing where it is not Debian's.
std::optional<std::pair<std::string, bool>> debian_suite(std::string_view suite) {
  while (suite.ends_with('/')) suite.remove_suffix(1);
  bool security = false;
  for (const auto suffix : suffixes) {
    if (!suite.ends_with(suffix)) continue;
    suite.remove_suffix(suffix.size());
    security = suffix == "-security" || suffix == "/updates";
    break;
  }
  if (std::find(codenames.begin(), codenames.end(), suite) == codenames.end()) return std::nullopt;
  return std::pair(std::string(suite), security);
}

bool is_usable(std::string_view uri) {
  return uri.starts_with("http://") || uri.starts_with("https://") || uri.starts_with("file:/");
}

bool holds(const std::vector<std::string_view>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

void add(std::vector<AptEntry>& entries, std::string_view uri, std::string_view suite, std::string_view signed_by) {
  const auto known = debian_suite(suite);
  if (!known || !is_usable(uri)) return;
  entries.push_back({with_slash(std::string(uri)), known->first, known->second, std::string(signed_by)});
}

// `deb [ option=value ... ] uri suite component ...  # comment`
void read_one_line(std::string_view line, std::vector<AptEntry>& entries) {
  line = line.substr(0, line.find('#'));
  auto rest = base::trim(line);
  if (!rest.starts_with("deb ") && !rest.starts_with("deb\t")) return;
  rest = base::trim(rest.substr(4));
  std::string_view signed_by;
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end == std::string_view::npos) return;
    for (const auto option : base::words(rest.substr(1, end - 1))) {
      constexpr std::string_view name = "signed-by=";
      if (option.starts_with(name)) signed_by = option.substr(name.size());
    }
    rest = base::trim(rest.substr(end + 1));
  }
  const auto parts = base::words(rest);
  if (parts.size() < 3 || std::find(parts.begin() + 2, parts.end(), "main") == parts.end()) return;
  add(entries, parts[0], parts[1], signed_by);
}

void read_stanza(std::string_view text, std::vector<AptEntry>& entries) {
  const auto stanza = debian::Stanza::parse(text);
  const auto words = [&](std::string_view field) { return base::words(stanza.find(field).value_or("")); };
  const auto enabled = base::lower(stanza.find("Enabled").value_or("yes"));
  if (enabled == "no" || enabled == "false" || enabled == "0" || enabled == "off") return;
  if (!holds(words("Types"), "deb") || !holds(words("Components"), "main")) return;
  for (const auto uri : words("URIs")) {
    for (const auto suite : words("Suites")) add(entries, uri, suite, stanza.find("Signed-By").value_or(""));
  }
}

void read_sources(const fs::path& file, std::vector<AptEntry>& entries) {
  std::string text;
  try {
    text = base::read_file(file, sources_limit);
  } catch (const base::Error&) {
    return;
  }
  if (file.extension() != ".sources") {
    for (const auto line : base::lines(text)) read_one_line(line, entries);
    return;
  }
  for (const auto stanza : debian::split_stanzas(text)) {
    try {
      read_stanza(stanza, entries);
    } catch (const base::Error&) {
      // the others may do
    }
  }
}

// In apt's order: sources.list, then the files of sources.list.d by name.
std::vector<AptEntry> apt_entries(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator it(folder / "sources.list.d", error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".list" || it->path().extension() == ".sources") files.push_back(it->path());
  }
  std::sort(files.begin(), files.end());
  files.insert(files.begin(), folder / "sources.list");
  std::vector<AptEntry> entries;
  for (const auto& file : files) read_sources(file, entries);
  return entries;
}

// Vendors use Debian's codenames for suites of their own: such an entry nearly always names the vendor's keyring.
bool may_be_debians(const AptEntry& entry) {
  return entry.signed_by.empty() || entry.signed_by.find("debian-archive") != std::string::npos;
}

std::optional<std::string> from_apt(const std::vector<AptEntry>& entries, const std::string& codename, bool security) {
  const AptEntry* best = nullptr;
  const auto rank = [&](const AptEntry& entry) {
    const bool named = entry.uri.ends_with(security ? "/debian-security/" : "/debian/");
    return std::tuple(named ? 0 : 1, entry.codename == codename ? 0 : 1);
  };
  for (const auto& entry : entries) {
    if (entry.security != security || !may_be_debians(entry)) continue;
    if (best == nullptr || rank(entry) < rank(*best)) best = &entry;
  }
  return best != nullptr ? std::optional(best->uri) : std::nullopt;
}

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

}  // namespace

DebianMirrors debian_mirrors(const recipe::DebianSource& source, const fs::path& apt_folder) {
  std::optional<std::vector<AptEntry>> entries;
  const auto find = [&](const std::optional<std::string>& stated, const char* variable, bool security) {
    if (stated) return with_slash(*stated);
    if (const auto named = environment(variable)) return with_slash(*named);
    if (!entries) entries = apt_entries(apt_folder);
    if (const auto found = from_apt(*entries, source.codename, security)) return *found;
    return std::string(security ? public_security : public_archive);
  };
  return {find(source.mirror, "DEBONE_DEBIAN_MIRROR", false),
          find(source.security_mirror, "DEBONE_DEBIAN_SECURITY_MIRROR", true)};
}

std::string debian_snapshot(const recipe::DebianSource& source) {
  if (source.snapshot) return with_slash(*source.snapshot);
  return with_slash(environment("DEBONE_DEBIAN_SNAPSHOT").value_or(std::string(public_snapshot)));
}

}  // namespace debone::archive
