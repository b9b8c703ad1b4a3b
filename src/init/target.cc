#include "init/target.h"

#include <algorithm>

#include "init/failure.h"
#include "init/text.h"

namespace debone::init {
namespace {

Failure wrong(std::string_view text, std::string_view why) { return Failure{cat("'", text, "' ", why)}; }

std::string absolute(std::string_view path, std::string_view text) {
  if (!path.starts_with('/')) throw wrong(text, "names no absolute path: three slashes, as in unix:///run/x");
  return std::string(path);
}

}  // namespace

void read_host_and_port(std::string_view address, std::string_view text, Target& target) {
  const auto colon = address.rfind(':');
  if (colon == std::string_view::npos || colon == 0) throw wrong(text, "is not HOST:PORT");
  auto host = address.substr(0, colon);
  const auto port = address.substr(colon + 1);
  const bool in_brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (in_brackets) host = host.substr(1, host.size() - 2);
  if (host.find_first_of("[]/@ \t\r\n") != std::string_view::npos ||
      (!in_brackets && host.find(':') != std::string_view::npos)) {
    throw wrong(text, "is not HOST:PORT; an IPv6 address stands in brackets");
  }
  const auto number = number_of(port, 65535);
  if (!number || *number == 0) throw wrong(text, "has no port from 1 to 65535");
  target.host = host;
  target.port = std::to_string(*number);
}

Target target_of(std::string_view text) {
  const auto separator = text.find("://");
  const auto scheme = text.substr(0, separator);
  if (separator == std::string_view::npos) throw wrong(text, "is not tcp://, unix://, http:// or file://");
  const auto rest = text.substr(separator + 3);
  if (std::ranges::any_of(rest, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; })) {
    throw wrong(text, "holds a blank or a control character");
  }
  Target target;
  if (scheme == "tcp") {
    read_host_and_port(rest, text, target);
  } else if (scheme == "unix" || scheme == "file") {
    target.kind = scheme == "unix" ? TargetKind::unix_socket : TargetKind::file;
    target.path = absolute(rest, text);
  } else if (scheme == "http") {
    target.kind = TargetKind::http;
    const auto slash = rest.find('/');
    const auto authority = std::string(rest.substr(0, slash));
    target.path = slash == std::string_view::npos ? "/" : std::string(rest.substr(slash));
    const auto bracket = authority.rfind(']');
    const auto colon = authority.find(':', bracket == std::string::npos ? 0 : bracket);
    read_host_and_port(colon == std::string::npos ? authority + ":80" : authority, text, target);
  } else if (scheme == "https") {
    throw wrong(text, "needs TLS, which is not here: wait for its port by tcp://");
  } else {
    throw wrong(text, "is not tcp://, unix://, http:// or file://");
  }
  return target;
}

}  // namespace debone::init
