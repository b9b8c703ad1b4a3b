#include "archive/http.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

#include "archive/transfer.h"
#include "archive/url.h"
#include "base/error.h"
#include "base/text.h"

namespace debone::archive {
namespace {

using base::Error;
using base::Exit;
using Clock = Transfer::Clock;
using Step = Transfer::Step;

constexpr std::size_t most_at_once = 8;
constexpr auto look_again = std::chrono::milliseconds(100);  // for what another process is fetching

class TextSink : public Sink {
 public:
  std::uint64_t size() const override { return text_.size(); }
  void append(std::string_view bytes) override { text_ += bytes; }
  void restart() override { text_.clear(); }
  void commit() override {}
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

class StoreSink : public Sink {
 public:
  StoreSink(const Blob& blob, store::Partial partial) : blob_(blob), partial_(std::move(partial)) {}
  std::uint64_t size() const override { return partial_.size(); }
  void append(std::string_view bytes) override { partial_.append(bytes); }
  void restart() override { partial_.restart(); }
  void commit() override { partial_.commit(blob_.digest, blob_.size); }

 private:
  const Blob& blob_;
  store::Partial partial_;
};

long number_from(const char* name, long otherwise) {
  const char* value = std::getenv(name);
  const auto number = value != nullptr ? base::parse_decimal(value) : std::nullopt;
  return number && *number <= 3600'000 ? static_cast<long>(*number) : otherwise;
}

struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

// A transfer with its place in the run.
struct Job {
  explicit Job(Transfer what) : transfer(std::move(what)) {}
  Transfer transfer;
  std::unique_ptr<Sink> sink;
  bool running = false;
  bool finished = false;
  Clock::time_point due;
};

}  // namespace

struct Fetcher::State {
  base::Events& events;
  Transfer::Settings settings;
  bool offline;
  std::unique_ptr<CURLM, FreeMulti> multi;

  // Runs all jobs to their end. `sink_for(i)` makes the sink of a job that begins, or nothing while it must wait, and
  // may mark the job finished; `ended(i, step)` hears done or absent; `told` is called now and then.
  template <typename SinkFor, typename Ended, typename Tell>
  void run(std::vector<Job>& jobs, SinkFor&& sink_for, Ended&& ended, Tell&& tell);
};

namespace {

Error would_ask(const std::string& url) {
  return Error(Exit::network, "not in the store, and --offline allows no request").at(shown_url(url));
}

// Takes what still runs from curl, whichever way the run ends.
class Running {
 public:
  Running(CURLM* multi, std::vector<Job>& jobs) : multi_(multi), jobs_(jobs) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    for (auto& job : jobs_) remove(job);
  }
  void add(Job& job) {
    curl_multi_add_handle(multi_, job.transfer.handle());
    job.running = true;
    ++count_;
  }
  void remove(Job& job) {
    if (!job.running) return;
    curl_multi_remove_handle(multi_, job.transfer.handle());
    job.running = false;
    --count_;
  }
  std::size_t count() const { return count_; }

 private:
  CURLM* multi_;
  std::vector<Job>& jobs_;
  std::size_t count_ = 0;
};

}  // namespace

template <typename SinkFor, typename Ended, typename Tell>
void Fetcher::State::run(std::vector<Job>& jobs, SinkFor&& sink_for, Ended&& ended, Tell&& tell) {
  Running running(multi.get(), jobs);
  auto left = jobs.size();
  const auto after = [&](std::size_t i, Step step) {
    auto& job = jobs[i];
    if (step == Step::running) return running.add(job);
    if (step == Step::waiting) {
      job.due = job.transfer.due();
      return;
    }
    ended(i, step);
    job.sink.reset();
    job.finished = true;
    --left;
  };
  while (left > 0) {
    auto next = Clock::now() + std::chrono::seconds(1);
    for (std::size_t i = 0; i < jobs.size() && running.count() < most_at_once; ++i) {
      auto& job = jobs[i];
      if (job.finished || job.running) continue;
      if (job.due <= Clock::now()) {
        if (!job.sink) job.sink = sink_for(i);
        if (job.sink) {
          after(i, job.transfer.start(*job.sink));
        } else if (job.finished) {
          --left;
        } else {
          job.due = Clock::now() + look_again;
        }
      }
      if (!job.finished && !job.running) next = std::min(next, job.due);
    }
    if (left == 0) break;
    int still_running = 0;
    curl_multi_perform(multi.get(), &still_running);
    int queued = 0;
    bool any_ended = false;
    while (const auto* message = curl_multi_info_read(multi.get(), &queued)) {
      if (message->msg != CURLMSG_DONE) continue;
      any_ended = true;
      const auto code = message->data.result;
      const auto at = std::find_if(jobs.begin(), jobs.end(), [&](const Job& job) {
        return job.running && job.transfer.handle() == message->easy_handle;
      });
      running.remove(*at);
      after(static_cast<std::size_t>(at - jobs.begin()), at->transfer.finish(code));
    }
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      auto& job = jobs[i];
      if (!job.running) continue;
      next = std::min(next, job.transfer.stalled_at());
      if (job.transfer.stalled_at() > Clock::now()) continue;
      running.remove(job);
      after(i, job.transfer.give_up());
      any_ended = true;
    }
    tell();
    if (any_ended) continue;  // there may be room for the next
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()).count();
    curl_multi_poll(multi.get(), nullptr, 0, static_cast<int>(std::clamp<std::int64_t>(wait, 0, 1000)), nullptr);
  }
}

Fetcher::Fetcher(base::Events& events, std::string user_agent, bool offline) {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  std::unique_ptr<CURLM, FreeMulti> multi(ready ? curl_multi_init() : nullptr);
  if (!multi) throw Error(Exit::internal, "curl cannot be used");
  Transfer::Settings settings{std::move(user_agent), number_from("DEBONE_STALL_SECONDS", 30),
                              std::chrono::milliseconds(number_from("DEBONE_RETRY_DELAY_MS", 500)),
                              Authorities::of_environment()};
  state_ = std::make_unique<State>(State{events, std::move(settings), offline, std::move(multi)});
}

Fetcher::~Fetcher() = default;

std::vector<std::optional<std::string>> Fetcher::documents(const std::vector<std::string>& urls, std::uint64_t limit) {
  if (state_->offline && !urls.empty()) throw would_ask(urls.front());
  std::vector<Job> jobs;
  for (const auto& url : urls) jobs.emplace_back(Transfer({url}, limit, false, state_->settings));
  std::vector<std::optional<std::string>> out(urls.size());
  state_->run(
      jobs, [](std::size_t) { return std::make_unique<TextSink>(); },
      [&](std::size_t i, Step step) {
        if (step == Step::done) out[i] = static_cast<TextSink&>(*jobs[i].sink).take();
      },
      [] {});
  return out;
}

void Fetcher::blobs(const std::vector<Blob>& blobs, store::Store& store) {
  // Each once, though it be wanted twice, and none that is there.
  std::map<base::Digest, const Blob*> missing;
  std::vector<const Blob*> wanted;
  std::uint64_t total = 0;
  for (const auto& blob : blobs) {
    if (store.has(blob.digest, blob.size) || !missing.emplace(blob.digest, &blob).second) continue;
    wanted.push_back(&blob);
    total += blob.size;
  }
  if (state_->offline && !wanted.empty()) throw would_ask(wanted.front()->urls.back());
  std::vector<Job> jobs;
  for (const auto* blob : wanted) {
    jobs.emplace_back(Transfer(blob->urls, blob->size, true, state_->settings));
  }
  std::uint64_t told = 0;
  std::uint64_t finished = 0;
  const auto tell = [&] {
    auto done = finished;
    for (const auto& job : jobs) done += job.sink ? job.sink->size() : 0;
    if (done != std::exchange(told, done)) state_->events.fetched(done, total);
  };
  const auto sink_for = [&](std::size_t i) -> std::unique_ptr<Sink> {
    auto partial = store.partial(wanted[i]->digest);
    if (!store.has(wanted[i]->digest, wanted[i]->size)) {
      return partial ? std::make_unique<StoreSink>(*wanted[i], std::move(*partial)) : nullptr;
    }
    finished += wanted[i]->size;  // another process has brought it
    jobs[i].finished = true;
    return nullptr;
  };
  const auto ended = [&](std::size_t i, Step step) {
    if (step == Step::absent) {
      throw Error(Exit::network, "not found (404)").at(shown_url(wanted[i]->urls.back())).hint(wanted[i]->absent_hint);
    }
    finished += wanted[i]->size;
  };
  if (!jobs.empty()) state_->events.fetched(0, total);
  state_->run(jobs, sink_for, ended, tell);
  tell();
}

}  // namespace debone::archive
