#include "init/listeners.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "init/failure.h"
#include "init/target.h"
#include "init/text.h"

namespace debone::init {
namespace {

struct Address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
  bool any = false;  // all addresses of both families
};

Address ipv6(const in6_addr& host, std::uint16_t port) {
  Address address;
  auto* in = reinterpret_cast<sockaddr_in6*>(&address.bytes);
  in->sin6_family = AF_INET6;
  in->sin6_port = htons(port);
  in->sin6_addr = host;
  address.size = sizeof *in;
  return address;
}

Address ipv4(in_addr host, std::uint16_t port) {
  Address address;
  auto* in = reinterpret_cast<sockaddr_in*>(&address.bytes);
  in->sin_family = AF_INET;
  in->sin_port = htons(port);
  in->sin_addr = host;
  address.size = sizeof *in;
  return address;
}

std::uint16_t port_of(const std::string& text) {
  return static_cast<std::uint16_t>(number_of(text, UINT16_MAX).value_or(0));
}

Address address_of(std::string_view text) {
  if (const auto port = number_of(text, UINT16_MAX); port && *port > 0) {
    auto address = ipv6(in6addr_any, static_cast<std::uint16_t>(*port));
    address.any = true;
    return address;
  }
  Target target;
  read_host_and_port(text, text, target);
  in_addr four{};
  in6_addr six{};
  if (::inet_pton(AF_INET, target.host.c_str(), &four) == 1) return ipv4(four, port_of(target.port));
  if (::inet_pton(AF_INET6, target.host.c_str(), &six) == 1) return ipv6(six, port_of(target.port));
  throw Failure{cat("'", text, "' is neither PORT nor ADDRESS:PORT, with an IP address")};
}

// Nothing where the kernel does not have the family.
Fd made(const Address& address) {
  Fd socket(::socket(address.bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return socket;
  const int on = 1;
  const int both = address.any ? 0 : 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.bytes.ss_family == AF_INET6) ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &both, sizeof both);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address.bytes), address.size) != 0 ||
      ::listen(socket.get(), SOMAXCONN) != 0) {
    return {};
  }
  return socket;
}

}  // namespace

void check_listen_address(std::string_view text) { address_of(text); }

Listeners Listeners::open(const std::vector<std::string>& addresses) {
  Listeners all;
  for (const auto& text : addresses) {
    const auto address = address_of(text);
    auto socket = made(address);
    // A machine without IPv6.
    if (!socket && address.any && errno != EADDRINUSE && errno != EACCES) socket = made(ipv4({}, port_of(text)));
    if (!socket) throw Failure{cat("cannot listen at ", text, ": ", reason_of(errno))};
    all.sockets_.push_back(std::move(socket));
  }
  return all;
}

std::vector<int> Listeners::descriptors() const {
  std::vector<int> all;
  for (const auto& socket : sockets_) all.push_back(socket.get());
  return all;
}

bool Listeners::any_waiting() const {
  return std::ranges::any_of(sockets_, [](const Fd& socket) {
    pollfd watched{socket.get(), POLLIN, 0};
    return ::poll(&watched, 1, 0) == 1 && watched.revents == POLLIN;
  });
}

void Listeners::take_no_more() const {
  for (const auto& socket : sockets_) ::listen(socket.get(), 0);
}

void Listeners::close() {
  for (const auto& socket : sockets_) ::shutdown(socket.get(), SHUT_RD);
  sockets_.clear();
}

}  // namespace debone::init
