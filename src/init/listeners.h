// Sockets that debone-init opens for the process and hands to it, as sd_listen_fds(3) has it. It keeps them, too, so
// that at the end it can close them to others while the process still answers: what a program that is told to end does
// not accept any more, the kernel would go on to take in, and reset when the program is gone.
#pragma once

#include <string>
#include <vector>

#include "init/file.h"

namespace debone::init {

class Listeners {
 public:
  // Of each "PORT", which is that of all addresses, "ADDRESS:PORT" or "[IPv6]:PORT". Throws Failure where one cannot be
  // listened at.
  static Listeners open(const std::vector<std::string>& addresses);

  bool empty() const { return sockets_.empty(); }
  std::vector<int> descriptors() const;

  // Whether there is a connection that nobody has accepted yet.
  bool any_waiting() const;
  // Lets hardly anybody wait any more: who comes now is told nothing, tries again within a second, and is refused by
  // then.
  void take_no_more() const;
  // Whoever comes is refused, and who waits is reset; also in the processes that have them.
  void close();

 private:
  std::vector<Fd> sockets_;
};

// Throws Failure where it is no such address.
void check_listen_address(std::string_view text);

// The descriptor that the process gets first.
inline constexpr int first_listener = 3;

}  // namespace debone::init
