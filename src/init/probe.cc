#include "init/probe.h"

#include <fcntl.h>
#include <netdb.h>
#include <nss.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "init/failure.h"
#include "init/text.h"

namespace debone::init {
namespace {

constexpr std::size_t largest_status_line = 4096;

void await(int fd, short events, Clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<Duration>(deadline - Clock::now()).count();
    if (left <= 0) throw Failure{no_answer};
    pollfd watched{fd, events, 0};
    const int ready = ::poll(&watched, 1, static_cast<int>(std::min<std::int64_t>(left, 3'600'000)));
    if (ready > 0) return;
    if (ready < 0 && errno != EINTR) throw Failure{reason_of(errno)};
  }
}

Fd connected(int family, const sockaddr* address, socklen_t length, Clock::time_point deadline) {
  Fd socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) throw Failure{reason_of(errno)};
  if (::connect(socket.get(), address, length) == 0) return socket;
  if (errno != EINPROGRESS) throw Failure{reason_of(errno)};
  await(socket.get(), POLLOUT, deadline);
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) throw Failure{reason_of(error)};
  return socket;
}

Fd connect_unix(const std::string& path, Clock::time_point deadline) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw Failure{"the path is too long for a socket"};
  std::memcpy(address.sun_path, path.data(), path.size());
  return connected(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address, deadline);
}

Fd connect_tcp(const Target& target, Clock::time_point deadline) {
  // Files and DNS alone, which are part of a static program: no library of the image is loaded.
  ::__nss_configure_lookup("hosts", "files dns");
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(target.host.c_str(), target.port.c_str(), &hints, &found);
  if (error != 0) throw Failure{cat("no address of ", target.host, ": ", ::gai_strerror(error))};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  Failure last{"no address"};
  for (const auto* address = found; address != nullptr; address = address->ai_next) {
    try {
      return connected(address->ai_family, address->ai_addr, address->ai_addrlen, deadline);
    } catch (const Failure& failure) {
      last = failure;
    }
  }
  throw last;
}

void probe_http(const Target& target, Clock::time_point deadline) {
  const auto connection = connect_to(target, deadline);
  const bool ipv6 = target.host.find(':') != std::string::npos;
  const auto host = ipv6 ? cat('[', target.host, ']') : target.host;
  send_all(connection.get(),
           cat("GET ", target.path, " HTTP/1.1\r\nHost: ", host, target.port == "80" ? "" : ":" + target.port,
               "\r\nUser-Agent: debone-init\r\nAccept: */*\r\nConnection: close\r\n\r\n"),
           deadline);
  std::string answer;
  while (answer.find('\n') == std::string::npos && answer.size() < largest_status_line) {
    const auto piece = receive(connection.get(), deadline);
    if (piece.empty()) break;
    answer += piece;
  }
  if (const auto reason = judge_http(answer); !reason.empty()) throw Failure{reason};
}

}  // namespace

Fd connect_to(const Target& target, Clock::time_point deadline) {
  return target.kind == TargetKind::unix_socket ? connect_unix(target.path, deadline) : connect_tcp(target, deadline);
}

void send_all(int fd, std::string_view bytes, Clock::time_point deadline) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      await(fd, POLLOUT, deadline);
    } else if (errno != EINTR) {
      throw Failure{reason_of(errno)};
    }
  }
}

std::string receive(int fd, Clock::time_point deadline) {
  std::array<char, 4096> buffer;
  for (;;) {
    const auto got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got >= 0) return {buffer.data(), static_cast<std::size_t>(got)};
    if (errno == EAGAIN) {
      await(fd, POLLIN, deadline);
    } else if (errno != EINTR) {
      throw Failure{reason_of(errno)};
    }
  }
}

std::string judge_http(std::string_view answer) {
  // "HTTP/1.1 200 OK"
  const bool is_http = answer.starts_with("HTTP/1.") && answer.size() >= 12 && answer[8] == ' ';
  const auto status = is_http ? number_of(answer.substr(9, 3), 999) : std::nullopt;
  if (!status) return "the answer is no HTTP";
  return *status < 200 || *status >= 400 ? cat("status ", *status) : "";
}

std::string probe(const Target& target, Duration limit) {
  const auto deadline = Clock::now() + limit;
  try {
    switch (target.kind) {
      case TargetKind::tcp:
      case TargetKind::unix_socket: connect_to(target, deadline); break;
      case TargetKind::http: probe_http(target, deadline); break;
      case TargetKind::file:
        if (!exists(target.path)) return "no such file";
        break;
    }
    return {};
  } catch (const Failure& failure) {
    return failure.message;
  }
}

}  // namespace debone::init
