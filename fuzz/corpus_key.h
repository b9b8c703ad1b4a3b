// The key of data/key.gpg, which signed the Releases of the corpora, and a time at which it and they are good.
#pragma once

#include <cstdint>

#include "archive/release.h"
#include "base/file.h"

namespace debone::fuzz {

inline constexpr std::int64_t corpus_time = 1800000000;

inline const archive::Keyring& corpus_key() {
  static const auto keyring =
      archive::Keyring::parse(base::read_file(FUZZ_DIR "/data/key.gpg", 1U << 20U), "data/key.gpg");
  return keyring;
}

}  // namespace debone::fuzz
