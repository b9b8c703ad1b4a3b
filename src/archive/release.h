// Trust in a suite. An UnverifiedRelease is bytes that somebody sent; it becomes a Release only through verify(),
// which reads nothing but the text that a key of the source's own keyring signed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "debian/release.h"

namespace debone::archive {

namespace openpgp {
class KeySet;
}

// OpenPGP public keys, binary or armoured. What verify() reads of them is kept for the next one, so a Keyring is not
// for two threads at once.
class Keyring {
 public:
  // Throws Error (trust) where `bytes` holds no public key that can be read; `place` names them in errors.
  static Keyring parse(std::string bytes, std::string place);
  // The keyring of that one key. Throws Error (trust) where no primary key has `fingerprint` (upper-case hex).
  Keyring only(const std::string& fingerprint) const;

  const std::string& bytes() const { return bytes_; }
  const std::string& place() const { return place_; }
  std::vector<std::string> fingerprints() const;  // primary keys, upper-case hex, sorted

 private:
  friend class UnverifiedRelease;
  Keyring(std::string bytes, std::string place) : bytes_(std::move(bytes)), place_(std::move(place)) {}
  const openpgp::KeySet& as_of(std::int64_t now) const;
  std::string bytes_;
  std::string place_;
  mutable std::shared_ptr<const openpgp::KeySet> keys_;
};

class UnverifiedRelease;

class Release {
 public:
  const debian::ReleaseFields& fields() const { return fields_; }
  const std::string& signed_by() const { return signed_by_; }  // the primary key's fingerprint
  const base::Digest& digest() const { return digest_; }       // of the signed text

 private:
  friend class UnverifiedRelease;
  Release() = default;
  debian::ReleaseFields fields_;
  std::string signed_by_;
  base::Digest digest_;
};

class UnverifiedRelease {
 public:
  // InRelease's bytes; or Release's and Release.gpg's.
  static UnverifiedRelease inline_signed(std::string bytes, std::string place);
  static UnverifiedRelease detached(std::string text, std::string signature, std::string place);

  // For the store: bytes that decoded() reads back; nothing where they are none of those.
  std::string encoded() const;
  static std::optional<UnverifiedRelease> decoded(std::string bytes, std::string place);

  // Throws Error (trust) at `place` unless one signature is good (as for apt, one is enough): by a key of `keyring`
  // that is meant for signing, neither expired at `now` (seconds since 1970) nor revoked, of 2048 bits or more where it
  // is RSA or DSA; not expired itself nor from the future; with SHA-2 or SHA-3. InRelease must be one clear-signed
  // message (RFC 4880, 7) with nothing before or after it. What is in the Release is checked by whoever asked for it.
  Release verify(const Keyring& keyring, std::int64_t now) const;

 private:
  UnverifiedRelease() = default;
  std::string bytes_;
  std::string signature_;
  bool detached_ = false;
  std::string place_;
};

}  // namespace debone::archive
