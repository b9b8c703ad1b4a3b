// Trust in a suite. An UnverifiedRelease is bytes that somebody sent; it becomes a Release only through verify(),
// which reads nothing but the text that a key of the source's own keyring signed.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "debian/release.h"

namespace debone::archive {

// OpenPGP public keys, binary or armoured.
class Keyring {
 public:
  // Throws Error (usage) where `bytes` holds no public key; `place` names them in errors.
  static Keyring parse(std::string bytes, std::string place);
  const std::string& bytes() const { return bytes_; }
  const std::string& place() const { return place_; }
  std::vector<std::string> fingerprints() const;  // primary keys, upper-case hex, sorted

 private:
  Keyring(std::string bytes, std::string place) : bytes_(std::move(bytes)), place_(std::move(place)) {}
  std::string bytes_;
  std::string place_;
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

  // Throws Error (trust) where no signature is by a key of `keyring`, where such a signature is bad, made after its
  // key expired, or its key is expired at `now` (seconds since 1970) or revoked. One good signature is enough, as for
  // apt.
  Release verify(const Keyring& keyring, std::int64_t now) const;

 private:
  UnverifiedRelease() = default;
  std::string bytes_;
  std::string signature_;  // empty: inline
  std::string place_;
};

}  // namespace debone::archive
