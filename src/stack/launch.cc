#include "stack/launch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <thread>

#include "base/text.h"

namespace debone::stack {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto look_interval = std::chrono::milliseconds(500);
constexpr auto child_interval = std::chrono::milliseconds(50);
constexpr unsigned told_lines = 15;

// The exit status of compose, or nothing where the time was up.
std::optional<int> run_until(const std::vector<std::string>& argv, Clock::time_point end) {
  const base::Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const auto child = base::start(argv, {null.get(), 2, 2});
  for (;;) {
    siginfo_t ended{};
    if (::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == child)
      return base::wait_for(child);
    if (Clock::now() >= end) break;
    std::this_thread::sleep_for(child_interval);
  }
  ::kill(child, SIGTERM);
  base::wait_for(child);
  return std::nullopt;
}

class Watch {
 public:
  Watch(const Compose& compose, const std::vector<std::string>& services) : compose_(&compose), services_(services) {}

  void look() {
    auto before = std::exchange(now_, {});
    failed_.clear();
    waiting_.clear();
    now_ = compose_->containers();
    for (const auto& container : now_) {
      const bool is_meant = services_.empty() || std::ranges::count(services_, container.service) > 0;
      const auto same = std::ranges::find(before, container.id, &Container::id);
      switch (condition_of(container, same == before.end() ? nullptr : &*same)) {
        case Condition::ready: break;
        case Condition::waiting:
          if (is_meant) waiting_.push_back(&container);
          break;
        case Condition::failed: failed_.push_back(&container); break;
      }
    }
  }

  bool has_failed() const { return !failed_.empty(); }
  bool is_up() const { return failed_.empty() && waiting_.empty(); }
  std::vector<Trouble> failures() const { return told_of(failed_); }
  std::vector<Trouble> awaited() const { return told_of(waiting_); }

 private:
  std::vector<Trouble> told_of(const std::vector<const Container*>& containers) const {
    std::vector<Trouble> troubles;
    for (const auto* container : containers) {
      troubles.push_back({container->service, told(*container), compose_->engine().last_lines(*container, told_lines)});
    }
    return troubles;
  }

  const Compose* compose_;
  std::vector<std::string> services_;
  std::vector<Container> now_;
  std::vector<const Container*> failed_;
  std::vector<const Container*> waiting_;
};

base::Error compose_failed(const Compose& compose, int status) {
  return base::Error(base::Exit::internal, fmt::format("`{} up` failed with exit status {}",
                                                       base::join(compose.engine().compose(), " "), status))
      .hint("what it said stands above");
}

}  // namespace

void create(const Compose& compose, const std::vector<std::string>& services, std::chrono::milliseconds patience) {
  std::vector<std::string> up{"up", "--no-start", "--no-deps"};
  up.insert(up.end(), services.begin(), services.end());
  const auto status = run_until(compose.argv(up), Clock::now() + patience);
  if (!status) throw base::Error(base::Exit::internal, "compose makes no containers in time").at(compose.project());
  if (*status != 0) throw compose_failed(compose, *status);
}

Outcome launch(const Compose& compose, const std::vector<std::string>& services, std::chrono::milliseconds patience) {
  const auto end = Clock::now() + patience;
  std::vector<std::string> up{"up", "--detach"};
  up.insert(up.end(), services.begin(), services.end());
  const auto status = run_until(compose.argv(up), end);
  Watch watch(compose, services);
  watch.look();
  if (status && *status != 0 && !watch.has_failed()) throw compose_failed(compose, *status);
  while (!watch.is_up() && !watch.has_failed() && Clock::now() < end) {
    std::this_thread::sleep_for(look_interval);
    watch.look();
  }
  if (watch.has_failed()) return {watch.failures(), true};
  return {watch.awaited(), status && watch.is_up()};
}

base::Error error_of(const Compose& compose, const Outcome& outcome, std::chrono::milliseconds patience) {
  std::vector<std::string> all;
  for (const auto& trouble : outcome.troubles) {
    all.push_back(fmt::format("the service '{}' {}", trouble.service, trouble.what));
  }
  auto what = base::join(all, ", ");
  if (!outcome.in_time) {
    what = fmt::format("not up within {} s: {}", std::chrono::duration_cast<std::chrono::seconds>(patience).count(),
                       what.empty() ? "compose did not end" : what);
  }
  return base::Error(base::Exit::does_not_hold, what)
      .at(compose.project())
      .hint(outcome.in_time ? "its last lines stand above" : "--timeout allows it longer");
}

}  // namespace debone::stack
