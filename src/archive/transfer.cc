#include "archive/transfer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "archive/content_range.h"
#include "archive/url.h"
#include "base/file.h"
#include "base/text.h"

namespace debone::archive {
namespace {

using base::Error;
using base::Exit;

constexpr int most_tries = 4;
constexpr long most_redirects = 10;
constexpr long connect_seconds = 20;
constexpr std::size_t least_bytes = 1024;  // in stall_seconds; a server that sends a byte now and then has stalled
constexpr std::uint64_t longest_error_page = 64U << 10U;

// Worth another try: the next answer may be another one.
bool may_pass(long status) { return status == 408 || status == 425 || status == 429 || status >= 500; }

std::string host_of(std::string_view url) {
  const auto shown = shown_url(url);
  const auto begin = shown.find("://") + 3;
  return shown.substr(begin, shown.find('/', begin) - begin);
}

bool is_https(std::string_view url) {
  constexpr std::string_view scheme = "https:";
  return base::lower(url.substr(0, scheme.size())) == scheme;
}

}  // namespace

Transfer::Transfer(std::vector<std::string> urls, std::uint64_t limit, bool exact, const Settings& settings)
    : urls_(std::move(urls)), limit_(limit), exact_(exact), settings_(settings) {}

Transfer::Step Transfer::start(Sink& sink) {
  sink_ = &sink;
  response_ = {};
  if (!exact_) sink.restart();  // nothing would tell whether the pieces fit
  if (const auto path = file_of_url(url())) return read_file(sink, *path);
  if (exact_ && sink.size() >= limit_ && limit_ > 0) {  // an earlier process was ended before it could commit
    pieced_ = true;
    if (const auto step = complete(); step != Step::waiting) return step;
  }
  if (!handle_) handle_.reset(curl_easy_init());
  auto* curl = handle_.get();
  if (curl == nullptr) throw Error(Exit::internal, "no memory for curl");
  curl_easy_reset(curl);
  curl_error_[0] = '\0';
  curl_easy_setopt(curl, CURLOPT_URL, url().c_str());
  curl_easy_setopt(curl, CURLOPT_PRIVATE, this);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, curl_error_.data());
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, settings_.user_agent.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, most_redirects);
  // As apt: who asked for https gets no less.
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, is_https(url()) ? "https" : "http,https");
  believe(curl, settings_.authorities);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, connect_seconds);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
  if (!exact_) {  // a cache on the way must not keep a Release of yesterday
    headers_.reset(curl_slist_append(nullptr, "Cache-Control: max-age=0"));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers_.get());
  }
  // Not CURLOPT_RESUME_FROM: with that curl takes a server that ignores Range for a failure.
  asked_from_ = sink.size();
  if (asked_from_ > 0) {
    curl_easy_setopt(curl, CURLOPT_RANGE, fmt::format("{}-", asked_from_).c_str());
  }
  heard_ = Clock::now();
  heard_bytes_ = 0;
  return Step::running;
}

void Transfer::hear(std::size_t bytes) {
  heard_bytes_ += bytes;
  if (heard_bytes_ < least_bytes) return;
  heard_ = Clock::now();
  heard_bytes_ = 0;
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.hear(size * count);
  auto& response = transfer.response_;
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) response.content_range.clear();  // an answer before this one was a redirect
  constexpr std::string_view name = "content-range:";
  if (base::lower(line.substr(0, name.size())) == name) {
    response.content_range = std::string(base::trim(line.substr(name.size())));
  }
  return size * count;
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.hear(size * count);
  // An exception must not pass through curl.
  try {
    return transfer.accept({data, size * count}) ? size * count : CURL_WRITEFUNC_ERROR;
  } catch (...) {
    transfer.response_.sink_failure = std::current_exception();
    return CURL_WRITEFUNC_ERROR;
  }
}

// Whether to go on.
bool Transfer::accept(std::string_view body) {
  if (!response_.begun && !begin_body()) return false;
  if (response_.discard) {
    response_.discarded += body.size();
    return response_.discarded <= longest_error_page;
  }
  if (body.size() > limit_ - sink_->size()) {
    response_.too_long = true;
    return false;
  }
  sink_->append(body);
  return true;
}

// Judges status and headers before the first byte is taken: it belongs behind those that are held, or replaces them.
bool Transfer::begin_body() {
  response_.begun = true;
  const auto code = status();
  if (code == 206) {
    const auto range = parse_content_range(response_.content_range);
    if (!range || range->first != sink_->size() || asked_from_ == 0 ||
        (exact_ && range->total.value_or(limit_) != limit_)) {
      response_.other_range = true;
      return false;
    }
    pieced_ = true;
    return true;
  }
  if (code != 200) {
    response_.discard = true;
    return true;
  }
  if (sink_->size() > 0) sink_->restart();
  pieced_ = false;
  response_.too_long = content_length().value_or(0) > limit_;
  return !response_.too_long;
}

Transfer::Step Transfer::finish(CURLcode code) {
  if (response_.sink_failure) std::rethrow_exception(response_.sink_failure);
  if (response_.too_long) return pieced_ ? again_from_the_start() : throw too_long();
  // Nothing was asked for but the whole: asking anew is a try like any other.
  if (response_.other_range && asked_from_ == 0) return retry("the server answered another range than was asked for");
  if (response_.other_range || (status() == 416 && asked_from_ > 0)) {
    sink_->restart();  // so that the next attempt asks for the whole
    due_ = Clock::now();
    return Step::waiting;
  }
  if (code == CURLE_OK || response_.discard) return judge_body();
  const auto reason = std::string(curl_error_[0] != '\0' ? curl_error_.data() : curl_easy_strerror(code));
  switch (static_cast<int>(code)) {
    case CURLE_COULDNT_RESOLVE_HOST: return retry(fmt::format("cannot find the host '{}'", host_of(url())));
    case CURLE_COULDNT_RESOLVE_PROXY: return retry("cannot find the proxy's host");
    case CURLE_COULDNT_CONNECT: return retry("cannot connect to the server");
    case CURLE_OPERATION_TIMEDOUT:
      return retry(fmt::format("no connection to the server within {} s", connect_seconds));
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      if (exact_) return retry(fmt::format("the connection was cut after {} of {} bytes", sink_->size(), limit_));
      return retry("the connection was cut");
    case CURLE_SSL_CONNECT_ERROR: return retry("no TLS connection to the server: " + reason);
    case CURLE_TOO_MANY_REDIRECTS: throw error(Exit::network, fmt::format("more than {} redirects", most_redirects));
    case CURLE_UNSUPPORTED_PROTOCOL:
      throw error(Exit::network,
                  "leads to an address that is not followed: neither http nor https, or http after https");
    case CURLE_URL_MALFORMAT: throw error(Exit::network, "not an address that can be fetched");
    case CURLE_PEER_FAILED_VERIFICATION:
      throw refused_certificate(handle(), settings_.authorities, host(), reason).at(shown_url(url()));
    case CURLE_SSL_CACERT_BADFILE: {
      auto failure = no_authorities(settings_.authorities);
      failure.place_if_none(shown_url(url()));
      throw failure;
    }
    case CURLE_OUT_OF_MEMORY: throw Error(Exit::internal, "no memory for curl");
    default: return retry(reason);
  }
}

Transfer::Step Transfer::give_up() {
  return retry(fmt::format("the server sent next to nothing for {} s", settings_.stall_seconds));
}

Transfer::Step Transfer::judge_body() {
  const auto code = status();
  if (code == 200 || code == 206) {
    if (!response_.begun) {  // an empty body: nobody has judged it yet
      if (!begin_body()) return finish(CURLE_WRITE_ERROR);
    }
    return complete();
  }
  if (may_pass(code)) return retry(fmt::format("the server answered {}", code));
  if (url_ + 1 < urls_.size() || code == 404 || code == 410) return next_url();
  throw error(Exit::network, fmt::format("the server answered {}", code));
}

// The answer ended as the server meant it to.
Transfer::Step Transfer::complete() {
  if (exact_ && sink_->size() < limit_ && !content_length() && handle_) {
    return retry(fmt::format("the connection was cut after {} of {} bytes", sink_->size(), limit_));
  }
  try {
    sink_->commit();
    return Step::done;
  } catch (const Error& failure) {
    if (failure.code() != Exit::trust) throw;
    if (pieced_ && !renewed_) return again_from_the_start();
    throw error(failure.code(), failure.message())
        .hint(
            "the mirror may be in the middle of an update, or serve a damaged file; try again later, or another "
            "mirror");
  }
}

// Bytes of two versions of the file, perhaps: all of it once more.
Transfer::Step Transfer::again_from_the_start() {
  sink_->restart();
  renewed_ = true;
  pieced_ = false;
  due_ = Clock::now();
  return Step::waiting;
}

Transfer::Step Transfer::next_url() {
  if (url_ + 1 == urls_.size()) return Step::absent;
  ++url_;
  due_ = Clock::now();
  return Step::waiting;
}

Transfer::Step Transfer::retry(const std::string& reason) {
  if (++tries_ == most_tries) {
    auto failure = error(Exit::network, fmt::format("{} (tried {} times)", reason, tries_));
    if (reason.starts_with("cannot ") || reason.starts_with("no connection")) {
      throw std::move(failure).hint("is the network up, and does it need a proxy (http_proxy, https_proxy)?");
    }
    if (reason.starts_with("no TLS")) throw std::move(failure).hint("does the server at this address speak https?");
    const bool is_kept = exact_ && sink_->size() > 0;
    throw std::move(failure).hint(is_kept ? "run the command again: what has come is kept, and gone on from"
                                          : "try again later, or name another mirror");
  }
  due_ = Clock::now() + settings_.retry_delay * (1 << (tries_ - 1));
  return Step::waiting;
}

Transfer::Step Transfer::read_file(Sink& sink, const std::string& path) {
  const base::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    if (errno == ENOENT || errno == ENOTDIR) return next_url();
    throw error(Exit::network, base::system_error("read", path, errno).message());
  }
  if (sink.size() > 0) sink.restart();
  std::string buffer(1U << 18U, '\0');
  for (;;) {
    const auto got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw error(Exit::network, base::system_error("read", path, errno).message());
    if (got == 0) return complete();
    if (static_cast<std::uint64_t>(got) > limit_ - sink.size()) throw too_long();
    sink.append({buffer.data(), static_cast<std::size_t>(got)});
  }
}

Error Transfer::error(Exit code, std::string what) const { return Error(code, std::move(what)).at(shown_url(url())); }

Error Transfer::too_long() const {
  if (!exact_) return error(Exit::trust, fmt::format("longer than the {} bytes allowed here", limit_));
  return error(Exit::trust, fmt::format("longer than the {} bytes that the index names", limit_))
      .hint(
          "the mirror may be in the middle of an update, or serve a damaged file; try again later, or another mirror");
}

// The server that answered last: a redirect may have led to another than was asked.
std::string Transfer::host() const {
  const char* effective = nullptr;
  curl_easy_getinfo(handle_.get(), CURLINFO_EFFECTIVE_URL, &effective);
  return host_of(effective != nullptr ? effective : url());
}

long Transfer::status() const {
  long code = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &code);
  return code;
}

std::optional<std::uint64_t> Transfer::content_length() const {
  curl_off_t length = -1;
  if (handle_) curl_easy_getinfo(handle_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  if (length < 0) return std::nullopt;
  return static_cast<std::uint64_t>(length);
}

}  // namespace debone::archive
