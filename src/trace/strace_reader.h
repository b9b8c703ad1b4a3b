// What `strace -f -y -o` writes, read back as calls: who called what, with which arguments, and what came of it. Calls
// that strace shows in two halves ("<unfinished ...>", "<... resumed>") are put together. The text is made of what a
// traced program passed to the kernel, so it is hostile: lengths are bounded, and a line that is not understood is
// counted and passed over.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace debone::trace {

struct Argument {
  std::string text;                   // as strace shows it: `AT_FDCWD</srv>`, `O_RDONLY|O_CLOEXEC`, `"/etc/x"`
  std::optional<std::string> string;  // of a whole quoted string: its bytes
  std::string path;                   // of a descriptor that is a file: where it was opened; otherwise empty
};

struct Call {
  std::uint64_t thread = 0;  // the caller's id, as strace sees it
  std::string name;          // "openat"
  std::vector<Argument> arguments;
  std::int64_t result = 0;
  std::string result_path;           // of a descriptor, as Argument::path
  std::uint64_t result_process = 0;  // of a new process: its id, as strace sees it
  std::string error;                 // "ENOENT", or empty where the call succeeded
};

// The call that a line shows, or nothing. `thread` is 0: it is not part of the text.
std::optional<Call> parse_call(std::string_view text);

class StraceReader {
 public:
  // The longest line that is read: PATH_MAX bytes, each written as `\ooo`, twice, and room for the rest.
  static constexpr std::size_t largest_line = 65536;
  // More threads than that with half a call each are not kept.
  static constexpr std::size_t most_unfinished = 65536;

  struct Listener {
    std::function<void(const Call&)> on_call;
    std::function<void(std::uint64_t thread)> on_end;
    // A thread has executed a program: it goes on under the id of its process, whose other threads are gone.
    std::function<void(std::uint64_t thread, std::uint64_t process)> on_takeover;
  };
  explicit StraceReader(Listener listener) : listener_(std::move(listener)) {}

  // Bytes as they come, lines cut anywhere.
  void add(std::string_view bytes);
  // Lines that were not understood, and calls that never ended.
  std::uint64_t passed_over() const { return passed_over_; }

 private:
  void line(std::string_view text);
  bool understand(std::string_view text);

  Listener listener_;
  std::string rest_;  // of a line whose end has not come yet
  bool skipping_ = false;
  std::map<std::uint64_t, std::string> unfinished_;  // by thread: the first half of its call
  std::uint64_t passed_over_ = 0;
};

}  // namespace debone::trace
