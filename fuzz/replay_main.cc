// Runs a fuzz target over every file of the folders named, whole and damaged: cut short at many places, and with
// single bytes changed. The same damage each time, so that a failure comes again.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "fuzz.h"

namespace {

constexpr std::size_t places_to_damage = 96;

// In memory of exactly its size, so that AddressSanitizer sees a read behind the end.
void run(std::string_view bytes) {
  const std::unique_ptr<std::uint8_t[]> copy(new std::uint8_t[bytes.size()]);
  std::ranges::transform(bytes, copy.get(), [](char c) { return static_cast<std::uint8_t>(c); });
  LLVMFuzzerTestOneInput(copy.get(), bytes.size());
}

void run_damaged(const std::string& bytes) {
  const auto step = std::max<std::size_t>(1, bytes.size() / places_to_damage);
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    run(std::string_view(bytes).substr(0, at));
    for (const char mask : {'\x01', '\x80', '\xff'}) {
      auto changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ mask);
      run(changed);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  if (files.empty()) {
    std::fputs("no corpus\n", stderr);
    return 1;
  }
  run({});
  for (const auto& file : files) {
    std::printf("%s\n", file.c_str());
    std::fflush(stdout);
    const auto bytes = debone::base::read_file(file, 16U << 20U);
    run(bytes);
    run_damaged(bytes);
  }
  return 0;
}
