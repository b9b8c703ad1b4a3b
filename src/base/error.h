// The one error type of debone. An Error is thrown where something goes wrong, gains
// context on its way up, and is rendered once, in main. Outcomes that a caller must branch
// on are returned, never thrown.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace debone::base {

// What the process exits with.
enum class Exit : int {
  done = 0,
  does_not_hold = 1,  // the thing asked about does not hold: a check, a limit, a difference
  usage = 2,          // the command line or the recipe is wrong
  network = 3,        // the network or a source could not be had
  trust = 4,          // a signature, a hash or an expiry date
  internal = 5,       // debone or the machine
};

// Rendered as
//     error: PLACE: WHAT
//       while FRAME
//       hint: HINT
// with absent parts left out. `what` begins in lower case and has no full stop.
class Error : public std::exception {
 public:
  Error(Exit code, std::string what) : code_(code), what_(std::move(what)) {}

  // Where it happened: `php-fpm.yaml:7:5`, a URL, a path, `libc6_2.41_amd64.deb`.
  Error&& at(std::string place) && {
    place_ = std::move(place);
    return std::move(*this);
  }
  // The way out, as a sentence without a full stop.
  Error&& hint(std::string text) && {
    hint_ = std::move(text);
    return std::move(*this);
  }
  // Adds what was being done: "resolving php-fpm" is rendered as "while resolving php-fpm".
  void add_frame(std::string frame) { frames_.push_back(std::move(frame)); }
  // Names the place unless one is named already.
  void place_if_none(std::string place) {
    if (place_.empty()) place_ = std::move(place);
  }

  Exit code() const { return code_; }
  const std::string& message() const { return what_; }
  const std::string& place() const { return place_; }
  const std::string& hint_text() const { return hint_; }
  const std::vector<std::string>& frames() const { return frames_; }
  const char* what() const noexcept override { return what_.c_str(); }

  // The text for a person, ending in a newline. Control characters of outside text are
  // shown as escapes, so that no archive or recipe can drive the terminal; of a part that outside text has made
  // longer than 2000 bytes the middle is left out.
  std::string render() const;

 private:
  Exit code_;
  std::string what_;
  std::string place_;
  std::string hint_;
  std::vector<std::string> frames_;
};

// Runs `fn`; an Error that leaves it gains the frame "while FRAME".
template <typename Fn>
decltype(auto) while_doing(std::string_view frame, Fn&& fn) {
  try {
    return std::forward<Fn>(fn)();
  } catch (Error& error) {
    error.add_frame(std::string(frame));
    throw;
  }
}

}  // namespace debone::base
