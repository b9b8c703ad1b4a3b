// What is waited for: tcp://HOST:PORT, unix:///PATH, http://HOST[:PORT]/PATH, file:///PATH.
#pragma once

#include <string>
#include <string_view>

namespace debone::init {

enum class TargetKind { tcp, unix_socket, http, file };

struct Target {
  TargetKind kind = TargetKind::tcp;
  std::string host;  // of tcp and http, without an IPv6 address's brackets
  std::string port;  // likewise, decimal
  std::string path;  // of the others: absolute; of http with its query
};

// Throws Failure where it is none.
Target target_of(std::string_view text);

// "HOST:PORT" or "[IPv6]:PORT". `text` is how errors name it.
void read_host_and_port(std::string_view address, std::string_view text, Target& target);

}  // namespace debone::init
