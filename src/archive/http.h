// Fetching files over http, https and from file: URLs, several at once over connections that are kept. What passes (a
// cut, a stall, a server's 500) is tried again; what is kept in the store is of the promised size and hash, whatever a
// server sends and however often it was interrupted. Environment: http_proxy and its kin, CURL_CA_BUNDLE, SSL_CERT_FILE
// and SSL_CERT_DIR, as curl(1) has them; DEBONE_STALL_SECONDS (30) and DEBONE_RETRY_DELAY_MS (500, doubled each time).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/events.h"
#include "store/store.h"

namespace debone::archive {

// A file whose size and hash are known before it is fetched.
struct Blob {
  std::vector<std::string> urls;  // the first where there is such a file serves
  base::Digest digest;
  std::uint64_t size = 0;
  std::string absent_hint;  // the way out where none has it
};

class Fetcher {
 public:
  // Progress of blobs goes to `events`. With `offline` nothing is asked for: what would have to be fetched is an Error
  // (network).
  Fetcher(base::Events& events, std::string user_agent, bool offline = false);
  ~Fetcher();
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;

  // Files of at most `limit` bytes whose content nobody vouches for yet, in the order of `urls`; nothing where there is
  // none (404, 410, no such file). Throws Error (network) where one cannot be had, (trust) where it is longer.
  std::vector<std::optional<std::string>> documents(const std::vector<std::string>& urls, std::uint64_t limit);

  // Brings every blob into the store; those that are there already are left alone. A download that was cut is resumed,
  // also by a later process. Throws Error (network) where one cannot be had, (trust) where what comes is not what was
  // promised; the first failure ends them all.
  void blobs(const std::vector<Blob>& blobs, store::Store& store);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace debone::archive
