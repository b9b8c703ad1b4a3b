// Getting at Release files and the keys that vouch for them: from an archive, and from the store, which keeps each
// that was verified, so that what a lock says of it can be proven again when the mirrors have moved on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "archive/http.h"
#include "archive/plan.h"
#include "archive/release.h"
#include "store/store.h"

namespace debone::archive {

// What is fetched before anything can be verified.
struct Fetched {
  std::vector<UnverifiedRelease> releases;  // of each suite of the plan
  std::vector<Keyring> keyrings;            // of each key
};

// Throws Error (network) where one cannot be had, (usage) where a key's file cannot be read, (trust) where a Release
// has no signature or a key is none.
Fetched fetch_releases(const Plan& plan, Fetcher& fetcher);
std::vector<Keyring> fetch_keyrings(const Plan& plan, Fetcher& fetcher);

// The Release of the suite in the archive at `root` (with a trailing slash), or nothing where there is none.
std::optional<UnverifiedRelease> fetch_release(const SuitePlan& suite, const std::string& root, Fetcher& fetcher);

// Keeps a Release that was verified, and finds one by the digest of its signed text.
void keep_release(const UnverifiedRelease& unverified, const Release& release, store::Store& store);
std::optional<UnverifiedRelease> kept_release(const base::Digest& digest, const store::Store& store);

// Whether the Release is that of the suite asked for, as apt compares: "buster/updates" may call itself "buster". One
// without a name can be compared with nothing.
bool is_named(const debian::ReleaseFields& release, const std::string& suite);

}  // namespace debone::archive
