#include "archive/release_files.h"

#include <utility>

#include "archive/url.h"
#include "base/error.h"
#include "base/file.h"

namespace debone::archive {
namespace {

using base::Error;
using base::Exit;

constexpr std::uint64_t document_limit = 16U << 20U;  // Release files and keys; trixie's InRelease has 140 kB
constexpr std::string_view release_record = "release";

bool is_remote(const KeyPlan& key) {
  return key.location.starts_with("http://") || key.location.starts_with("https://");
}

Keyring keyring_from(const KeyPlan& key, std::string bytes) {
  auto keyring = Keyring::parse(std::move(bytes), shown_url(key.location));
  return key.fingerprint ? keyring.only(*key.fingerprint) : std::move(keyring);
}

Keyring read_keyring(const KeyPlan& key) {
  try {
    return keyring_from(key, base::read_file(key.location, document_limit));
  } catch (const Error& error) {
    if (error.code() != Exit::usage) throw;
    throw Error(error.code(), error.message()).at(error.place()).hint(key.missing_hint);
  }
}

// The keyrings on this machine's disk. Before anything is fetched: where one is missing nothing needs to be.
std::vector<std::optional<Keyring>> read_keyrings(const Plan& plan) {
  std::vector<std::optional<Keyring>> keyrings;
  for (const auto& key : plan.keys) {
    keyrings.push_back(is_remote(key) ? std::nullopt : std::optional(read_keyring(key)));
  }
  return keyrings;
}

// Those that are still missing are the next of `documents`, in the order of the plan.
std::vector<Keyring> completed(std::vector<std::optional<Keyring>> keyrings, const Plan& plan,
                               std::vector<std::optional<std::string>>::iterator documents) {
  std::vector<Keyring> out;
  for (std::size_t i = 0; i < plan.keys.size(); ++i) {
    if (!keyrings[i]) {
      if (!*documents) {
        throw Error(Exit::network, "not found (404)")
            .at(shown_url(plan.keys[i].location))
            .hint(plan.keys[i].missing_hint);
      }
      keyrings[i] = keyring_from(plan.keys[i], std::move(**documents++));
    }
    out.push_back(std::move(*keyrings[i]));
  }
  return out;
}

std::vector<std::string> remote_keys(const Plan& plan) {
  std::vector<std::string> urls;
  for (const auto& key : plan.keys) {
    if (is_remote(key)) urls.push_back(key.location);
  }
  return urls;
}

// An archive without InRelease may have Release and Release.gpg. Nothing where it has neither.
std::optional<UnverifiedRelease> detached_of(const SuitePlan& suite, const std::string& root, Fetcher& fetcher) {
  const auto url = join_url(root, suite.folder + "Release");
  auto both = fetcher.documents({url, join_url(root, suite.folder + "Release.gpg")}, document_limit);
  if (!both[0]) return std::nullopt;
  if (!both[1]) throw Error(Exit::trust, "is not signed: there is no InRelease and no Release.gpg").at(shown_url(url));
  return UnverifiedRelease::detached(std::move(*both[0]), std::move(*both[1]), shown_url(url));
}

}  // namespace

Fetched fetch_releases(const Plan& plan, Fetcher& fetcher) {
  auto keyrings = read_keyrings(plan);
  std::vector<std::string> urls;
  for (const auto& suite : plan.suites) urls.push_back(suite.url_of("InRelease"));
  for (auto& url : remote_keys(plan)) urls.push_back(std::move(url));
  auto documents = fetcher.documents(urls, document_limit);

  Fetched out;
  auto document = documents.begin();
  for (const auto& suite : plan.suites) {
    auto release = *document
                       ? UnverifiedRelease::inline_signed(std::move(**document), shown_url(suite.url_of("InRelease")))
                       : detached_of(suite, suite.base_url, fetcher);
    if (!release) {
      throw Error(Exit::network, "there is neither InRelease nor Release (404)")
          .at(shown_url(suite.base_url + suite.folder))
          .hint("is the source's address right, and its suite's name?");
    }
    out.releases.push_back(std::move(*release));
    ++document;
  }
  out.keyrings = completed(std::move(keyrings), plan, document);
  return out;
}

std::vector<Keyring> fetch_keyrings(const Plan& plan, Fetcher& fetcher) {
  auto keyrings = read_keyrings(plan);
  const auto urls = remote_keys(plan);
  auto documents = urls.empty() ? std::vector<std::optional<std::string>>() : fetcher.documents(urls, document_limit);
  return completed(std::move(keyrings), plan, documents.begin());
}

std::optional<UnverifiedRelease> fetch_release(const SuitePlan& suite, const std::string& root, Fetcher& fetcher) {
  const auto url = join_url(root, suite.folder + "InRelease");
  auto document = std::move(fetcher.documents({url}, document_limit).front());
  if (document) return UnverifiedRelease::inline_signed(std::move(*document), shown_url(url));
  return detached_of(suite, root, fetcher);
}

void keep_release(const UnverifiedRelease& unverified, const Release& release, store::Store& store) {
  const auto key = release.digest().hex();
  const auto bytes = unverified.encoded();
  if (store.read_record(release_record, key) != bytes) store.write_record(release_record, key, bytes);
}

std::optional<UnverifiedRelease> kept_release(const base::Digest& digest, const store::Store& store) {
  auto bytes = store.read_record(release_record, digest.hex());
  if (!bytes) return std::nullopt;
  return UnverifiedRelease::decoded(std::move(*bytes), "the Release kept in the store");
}

bool is_named(const debian::ReleaseFields& release, const std::string& suite) {
  if (suite.empty() || (release.suite.empty() && release.codename.empty())) return true;
  const auto is = [&](std::string_view name) { return name == release.suite || name == release.codename; };
  return is(suite) || is(std::string_view(suite).substr(0, suite.rfind('/')));
}

}  // namespace debone::archive
