// For tests alone: tar archives made field by field, well-formed or not, and a matcher for errors.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace debone::base {

// One header block; every field may be set to what no archiver would write.
struct TestHeader {
  std::string name;
  char type = '0';
  std::string content = {};
  std::string link = {};
  unsigned mode = 0644;
  std::string uid = "0000000";
  std::string gid = "0000000";
  std::string mtime = "00000000000";
  std::string size = {};  // as in the field; empty: that of the content
  std::string magic = std::string("ustar\0", 6) + "00";
  std::string user = "root";
  std::string group = "root";
  std::string prefix = {};
  bool bad_checksum = false;
};

inline std::string tar_padded(std::string content) {
  content.resize((content.size() + 511) / 512 * 512);
  return content;
}

// The header's block and its content, padded.
inline std::string tar_entry(const TestHeader& header) {
  std::string block(512, '\0');
  const auto set = [&](std::size_t offset, std::string_view value) { block.replace(offset, value.size(), value); };
  set(0, std::string_view(header.name).substr(0, 100));
  set(100, fmt::format("{:07o}", header.mode));
  set(108, header.uid);
  set(116, header.gid);
  set(124, header.size.empty() ? fmt::format("{:011o}", header.content.size()) : header.size);
  set(136, header.mtime);
  set(148, "        ");
  block[156] = header.type;
  set(157, std::string_view(header.link).substr(0, 100));
  set(257, header.magic);
  set(265, header.user);
  set(297, header.group);
  set(345, header.prefix);
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  set(148, fmt::format("{:06o}", header.bad_checksum ? sum + 1 : sum) + std::string("\0 ", 2));
  return block + tar_padded(header.content);
}

inline std::string tar_end() { return std::string(1024, '\0'); }

// "LENGTH KEY=VALUE\n" with the length of itself.
inline std::string pax_record(std::string_view key, std::string_view value) {
  const auto rest = fmt::format(" {}={}\n", key, value);
  auto length = rest.size() + 1;
  while (fmt::format("{}", length).size() + rest.size() != length) ++length;
  return fmt::format("{}{}", length, rest);
}

// The error that `fn` throws.
template <typename Fn>
Error error_of(Fn&& fn) {
  try {
    std::forward<Fn>(fn)();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no Error was thrown";
  return {Exit::done, "no error"};
}

}  // namespace debone::base
