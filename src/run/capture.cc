#include "run/capture.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/process.h"
#include "run/enclosure.h"

namespace debone::run {
namespace {

using base::Error;
using base::Exit;
using Clock = std::chrono::steady_clock;

void read_some(base::Fd& from, std::string& into) {
  std::array<char, 65536> buffer{};
  const auto got = ::read(from.get(), buffer.data(), buffer.size());
  if (got < 0 && errno == EINTR) return;
  if (got <= 0) {
    from = base::Fd();
    return;
  }
  into.append(buffer.data(), static_cast<std::size_t>(got));
}

void require_no_signal() {
  if (base::was_signalled()) throw Error(Exit::internal, "a signal ended the tests");
}

// Reads both until nobody can write to them any more.
CutShort catch_both(base::Pipe& out, base::Pipe& err, Caught& caught, Clock::time_point end) {
  while (out.read || err.read) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0) return CutShort::by_time;
    std::array<pollfd, 2> polled{{{out.read.get(), POLLIN, 0}, {err.read.get(), POLLIN, 0}}};
    if (::poll(polled.data(), polled.size(), static_cast<int>(std::min<std::int64_t>(left, 1'000'000))) < 0) {
      if (errno != EINTR) throw base::system_error("wait", "container", errno);
      require_no_signal();
      continue;
    }
    if (polled[0].revents != 0) read_some(out.read, caught.out);
    if (polled[1].revents != 0) read_some(err.read, caught.err);
    if (std::max(caught.out.size(), caught.err.size()) > most_caught) return CutShort::by_size;
  }
  require_no_signal();  // one that came while this did not wait has ended the program
  return CutShort::no;
}

Caught catch_one(const Bundle& bundle, const std::optional<IdMaps>& id_maps, std::chrono::milliseconds timeout) {
  Caught caught;
  base::Pipe out;
  base::Pipe err;
  const auto end = Clock::now() + timeout;
  try {
    const int status = in_enclosure(
        id_maps, Terminal::own_session,
        [&] {
          const base::Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
          return base::wait_in_foreground(
              base::start(bundle.command({"run", "--bundle", bundle.folder().string(), bundle.id()}),
                          {null.get(), out.write.get(), err.write.get()}));
        },
        [&] {
          out.write = base::Fd();
          err.write = base::Fd();
          caught.cut_short = catch_both(out, err, caught, end);
          if (caught.cut_short == CutShort::no) return;
          throw Error(Exit::does_not_hold, "the program was cut short");  // has the container killed
        },
        [&] {
          out.read = base::Fd();
          err.read = base::Fd();
        });
    caught.ended.status = status == 0 ? 0 : bundle.failure_of_runc().value_or(status);
  } catch (const Error&) {
    if (caught.cut_short == CutShort::no) throw;
  }
  return caught;
}

}  // namespace

std::vector<Caught> run_each(Launch launch, const std::vector<Process>& processes, std::chrono::milliseconds timeout,
                             const std::function<bool(const Caught&)>& go_on) {
  std::vector<Caught> all;
  auto container = launch.container;
  launch.container.process = processes.front();
  auto ended = in_bundle(std::move(launch), [&](Bundle& bundle, const std::optional<IdMaps>& id_maps) {
    for (const auto& process : processes) {
      container.process = process;
      bundle.write_spec(spec_text(container));
      all.push_back(catch_one(bundle, id_maps, timeout));
      if (all.back().cut_short != CutShort::no || !go_on(all.back())) break;
    }
    return 0;
  });
  if (all.empty()) all.push_back({std::move(ended), CutShort::no, {}, {}});
  return all;
}

}  // namespace debone::run
