#include "archive/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include "archive/mirror.h"
#include "archive/url.h"

namespace debone::archive {
namespace {

// Under both names in trixie, under the first in bookworm.
constexpr std::array<const char*, 2> debian_keyrings{"/usr/share/keyrings/debian-archive-keyring.gpg",
                                                     "/usr/share/keyrings/debian-archive-keyring.pgp"};

KeyPlan debian_key() {
  if (const char* named = std::getenv("DEBONE_DEBIAN_KEYRING"); named != nullptr && *named != '\0') {
    return {named, std::nullopt, "DEBONE_DEBIAN_KEYRING names it as the keyring of Debian's archive"};
  }
  const auto there = std::find_if(debian_keyrings.begin(), debian_keyrings.end(),
                                  [](const char* file) { return std::filesystem::exists(file); });
  return {there != debian_keyrings.end() ? *there : debian_keyrings[0], std::nullopt,
          "it is Debian's own keyring: apt-get install debian-archive-keyring, or name another file in "
          "DEBONE_DEBIAN_KEYRING"};
}

class Planner {
 public:
  explicit Planner(const Options& options) : options_(options) {}

  void add(const recipe::DebianSource& source, SuitePlan common) {
    const auto mirrors = debian_mirrors(source);
    const auto snapshot = debian_snapshot(source);
    const auto key = index_of(debian_key());
    const auto suite = [&](const std::string& name, const std::string& base_url, std::string_view archive) {
      auto one = common;
      one.label = one.suite = name;
      one.base_url = base_url;
      one.snapshot = fmt::format("{}{}/", snapshot, archive);
      one.folder = fmt::format("dists/{}/", name);
      one.components = source.components;
      one.identity = "debian " + name;
      one.key = key;
      plan_.suites.push_back(std::move(one));
    };
    suite(source.codename, mirrors.archive, "debian");
    constexpr std::array<std::string_view, 4> alone{"sid", "unstable", "experimental", "rc-buggy"};
    if (std::find(alone.begin(), alone.end(), source.codename) != alone.end()) return;
    suite(source.codename + "-updates", mirrors.archive, "debian");
    suite(source.codename + "-security", mirrors.security, "debian-security");
  }

  void add(const recipe::AptSource& source, SuitePlan one) {
    const auto replaced = options_.replacements.find(source.name);
    const bool is_replaced = replaced != options_.replacements.end();
    one.base_url = with_slash(is_replaced ? replaced->second.url : source.url);
    if (source.snapshot) one.snapshot = with_slash(*source.snapshot);
    const auto hint = fmt::format("it is the key of the source '{}'", source.name);
    one.key = index_of(is_replaced ? KeyPlan{replaced->second.key_file.string(), std::nullopt, hint}
                                   : KeyPlan{source.key.location, source.key.fingerprint, hint});
    one.components = source.components;
    if (source.components.empty()) {
      one.label = source.name;
      one.folder = source.suite;
      while (one.folder.starts_with("./") || one.folder.starts_with('/')) {
        one.folder.erase(0, one.folder.find('/') + 1);
      }
    } else {
      one.label = fmt::format("{} {}", source.name, source.suite);
      one.suite = source.suite;
      one.folder = fmt::format("dists/{}/", source.suite);
    }
    one.identity = fmt::format("{} {}", one.base_url, source.suite);
    plan_.suites.push_back(std::move(one));
  }

  void add(const recipe::DebSource&, const SuitePlan&) {}  // archive.h

  Plan take() { return std::move(plan_); }

 private:
  std::size_t index_of(KeyPlan key) {
    const auto at = std::find(plan_.keys.begin(), plan_.keys.end(), key);
    const auto index = static_cast<std::size_t>(at - plan_.keys.begin());
    if (at == plan_.keys.end()) plan_.keys.push_back(std::move(key));
    return index;
  }

  const Options& options_;
  Plan plan_;
};

}  // namespace

std::string SuitePlan::url_of(const std::string& file) const { return join_url(base_url, folder + file); }

Plan plan(const std::vector<recipe::Source>& sources, const Options& options) {
  Planner planner(options);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    SuitePlan common;
    common.source = i;
    common.place = sources[i].place.str();
    common.only = sources[i].packages;
    std::visit([&](const auto& source) { planner.add(source, common); }, sources[i].what);
  }
  return planner.take();
}

}  // namespace debone::archive
