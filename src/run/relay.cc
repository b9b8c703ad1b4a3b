#include "run/relay.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "base/error.h"
#include "base/file.h"

namespace debone::run {
namespace {

// What is read at once, or nothing at the end.
std::string_view read_some(int fd, std::array<char, 65536>& buffer) {
  for (;;) {
    const auto got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    return {buffer.data(), static_cast<std::size_t>(got > 0 ? got : 0)};
  }
}

// Writes what was read from a pipe to a stream of this process; without readers on either side the pipe is closed.
void pass_on(base::Fd& from, int to, std::array<char, 65536>& buffer) {
  const auto bytes = read_some(from.get(), buffer);
  try {
    base::write_all(to, bytes, "standard output");
    if (!bytes.empty()) return;
  } catch (const base::Error&) {  // the container's next write fails as this one did
  }
  from = base::Fd();
}

}  // namespace

void Relay::keep_far_ends() {
  in_.write = base::Fd();
  out_.read = base::Fd();
  err_.read = base::Fd();
  trace_.read = base::Fd();
}

void Relay::copy(const std::function<void(std::string_view bytes)>& on_trace) {
  in_.read = base::Fd();
  out_.write = base::Fd();
  err_.write = base::Fd();
  trace_.write = base::Fd();
  ::fcntl(in_.write.get(), F_SETFL, O_NONBLOCK);

  std::array<char, 65536> buffer{};
  std::string waiting;  // read from standard input and not yet taken
  bool more_input = true;
  while (out_.read || err_.read || trace_.read) {
    const bool reads = in_.write && more_input && waiting.empty();
    std::array<pollfd, 5> polled{{{trace_.read.get(), POLLIN, 0},
                                  {out_.read.get(), POLLIN, 0},
                                  {err_.read.get(), POLLIN, 0},
                                  {reads ? 0 : -1, POLLIN, 0},
                                  {in_.write.get(), static_cast<short>(waiting.empty() ? 0 : POLLOUT), 0}}};
    if (::poll(polled.data(), polled.size(), -1) < 0) {
      if (errno == EINTR) continue;
      throw base::system_error("wait", "container", errno);
    }
    if (polled[0].revents != 0) {
      const auto bytes = read_some(trace_.read.get(), buffer);
      if (bytes.empty()) trace_.read = base::Fd();
      on_trace(bytes);
    }
    if (polled[1].revents != 0) pass_on(out_.read, 1, buffer);
    if (polled[2].revents != 0) pass_on(err_.read, 2, buffer);
    if (polled[3].revents != 0) {
      waiting = read_some(0, buffer);
      more_input = !waiting.empty();
    }
    if (!waiting.empty() && polled[4].revents != 0) {
      const auto written = ::write(in_.write.get(), waiting.data(), waiting.size());
      if (written > 0) waiting.erase(0, static_cast<std::size_t>(written));
      if (written < 0 && errno != EAGAIN && errno != EINTR) in_.write = base::Fd();
    }
    // The container reads no more, or there is no more to read.
    if ((polled[4].revents & (POLLERR | POLLNVAL)) != 0 || (!more_input && waiting.empty())) in_.write = base::Fd();
  }
}

}  // namespace debone::run
