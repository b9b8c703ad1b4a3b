// debone-init health: does a service answer?
#pragma once

#include <string>
#include <vector>

#include "init/duration.h"

namespace debone::init {

struct Health {
  std::string kind;  // "tcp", "http", "unix", "file", "fcgi"
  std::vector<std::string> addresses;
  std::string path = "/fpm-ping";  // of fcgi
  Duration timeout{3000};          // of each
};

// Asks each address; an empty text where all answer, else what is wrong with the first that does not. Throws Failure
// where an address is none.
std::string ask(const Health& health);

}  // namespace debone::init
