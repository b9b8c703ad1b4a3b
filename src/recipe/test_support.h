// What the tests of this room share.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "recipe/load.h"

namespace debone::recipe {

// A recipe called x.yaml in the folder /home/user.
inline Recipe parsed(std::string_view text) { return parse(text, "x.yaml", "/home/user", nullptr); }

// The rendered Error that `fn` throws, or what it did not do.
template <typename Fn>
std::string error_of(Fn&& fn) {
  try {
    fn();
  } catch (const base::Error& error) {
    return error.code() == base::Exit::usage ? error.render() : "not a usage error: " + error.render();
  }
  return "no error";
}

}  // namespace debone::recipe
