// One file on its way: its attempts, what each answer means, and when to try again. Knows one curl handle and a place
// to put the bytes; the Fetcher (http.h) decides when it runs.
#pragma once

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/tls.h"
#include "base/error.h"

namespace debone::archive {

// Where a transfer puts its bytes.
class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;
  virtual std::uint64_t size() const = 0;  // bytes held so far
  virtual void append(std::string_view bytes) = 0;
  virtual void restart() = 0;
  // All is there: throws Error (trust, without a place) where it is not what was promised.
  virtual void commit() = 0;
};

class Transfer {
 public:
  using Clock = std::chrono::steady_clock;

  struct Settings {
    std::string user_agent;
    long stall_seconds = 30;
    std::chrono::milliseconds retry_delay{500};
    Authorities authorities = {};
  };

  // `limit` is what may come at most; with `exact`, what must come.
  Transfer(std::vector<std::string> urls, std::uint64_t limit, bool exact, const Settings& settings);

  enum class Step { running, waiting, done, absent };

  // Begins an attempt: `running` where the handle is to be given to curl, else as after finish(). file: URLs are read
  // at once. Throws what finish() throws.
  Step start(Sink& sink);
  // Judges the attempt that curl has ended: `waiting` where it is to be started again at due(). Throws Error where
  // there is no use in that.
  Step finish(CURLcode code);
  // When the running attempt is stalled unless the server sends more than a trickle before; then it is to be taken from
  // curl and given up(), which returns and throws as finish() does. (curl's own low-speed limit averages over five
  // seconds and more.)
  Clock::time_point stalled_at() const { return heard_ + std::chrono::seconds(settings_.stall_seconds); }
  Step give_up();

  CURL* handle() const { return handle_.get(); }
  Clock::time_point due() const { return due_; }

 private:
  struct Cleanup {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  // What the server has said in this attempt.
  struct Response {
    bool begun = false;        // the first byte of the body was judged
    bool discard = false;      // the body is an error page
    bool other_range = false;  // 206, but not of what was asked for
    bool too_long = false;     // more than the limit
    std::uint64_t discarded = 0;
    std::string content_range;  // the header's value
    std::exception_ptr sink_failure;
  };

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  void hear(std::size_t bytes);
  bool accept(std::string_view body);
  bool begin_body();

  Step read_file(Sink& sink, const std::string& path);
  Step judge_body();
  Step complete();
  Step next_url();
  Step retry(const std::string& reason);
  Step again_from_the_start();
  base::Error error(base::Exit code, std::string what) const;
  base::Error too_long() const;
  long status() const;
  std::string host() const;
  std::optional<std::uint64_t> content_length() const;
  const std::string& url() const { return urls_[url_]; }

  std::vector<std::string> urls_;
  std::size_t url_ = 0;
  std::uint64_t limit_;
  bool exact_;
  Settings settings_;
  std::unique_ptr<CURL, Cleanup> handle_;
  std::unique_ptr<curl_slist, Cleanup> headers_;
  std::array<char, CURL_ERROR_SIZE> curl_error_{};
  Sink* sink_ = nullptr;
  Response response_;
  std::uint64_t asked_from_ = 0;  // the Range of this attempt; 0: the whole
  bool pieced_ = false;           // the bytes are of more than one answer
  bool renewed_ = false;          // they were wrong for that reason once, and all was fetched anew
  int tries_ = 0;
  Clock::time_point due_;
  Clock::time_point heard_;      // when the attempt began, or the server last had sent enough not to have stalled
  std::size_t heard_bytes_ = 0;  // since then
};

}  // namespace debone::archive
