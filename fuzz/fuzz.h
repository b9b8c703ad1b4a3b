// What the fuzzers share. A parser of outside bytes may refuse them by throwing base::Error, and by nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace debone::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Runs `fn`; a base::Error is a proper answer.
template <typename Fn>
void let_refuse(Fn&& fn) {
  try {
    fn();
  } catch (const base::Error& error) {
    static_cast<void>(error.render());
  }
}

// Stops the fuzzer where `holds` is false.
inline void require(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace debone::fuzz
