#include "trace/strace_reader.h"

#include <algorithm>
#include <limits>

#include "base/text.h"

namespace debone::trace {
namespace {

constexpr std::string_view unfinished_mark = "<unfinished ...>";

bool is_octal(char c) { return c >= '0' && c <= '7'; }

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || base::is_digit(c) || c == '_';
  });
}

// A text that is read from its front.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}
  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  bool take(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view part) {
    if (!rest().starts_with(part)) return false;
    at_ += part.size();
    return true;
  }
  void skip() { ++at_; }
  void skip_blanks() {
    while (take(' ')) continue;
  }
  std::string_view rest() const { return text_.substr(at_); }
  std::string_view since(std::size_t begin) const { return text_.substr(begin, at_ - begin); }
  std::size_t at() const { return at_; }

  // The bytes up to `end`, which is taken too; escapes as strace's string_quote() makes them.
  std::optional<std::string> quoted(char end) {
    std::string bytes;
    while (!at_end()) {
      if (take(end)) return bytes;
      if (!take('\\')) {
        bytes += peek();
        skip();
        continue;
      }
      if (is_octal(peek())) {
        unsigned value = 0;
        for (int digits = 0; digits < 3 && is_octal(peek()); ++digits, skip())
          value = value * 8 + static_cast<unsigned>(peek() - '0');
        bytes += static_cast<char>(value & 0xFFU);
        continue;
      }
      constexpr std::string_view letters = "tnvfr\"\\";
      constexpr std::string_view meant = "\t\n\v\f\r\"\\";
      const auto which = letters.find(peek());
      if (at_end() || which == std::string_view::npos) return std::nullopt;
      bytes += meant[which];
      skip();
    }
    return std::nullopt;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

// One argument, up to the comma or bracket behind it: nested brackets, quoted strings, what -y adds to descriptors.
std::optional<Argument> argument(Cursor& cursor) {
  Argument argument;
  const auto begin = cursor.at();
  std::string closing;
  bool plain = true;  // a whole string and nothing else
  while (!cursor.at_end()) {
    const char c = cursor.peek();
    if (closing.empty() && (c == ',' || c == ')')) break;
    if (c == '"') {
      plain = plain && cursor.at() == begin;
      cursor.skip();
      auto bytes = cursor.quoted('"');
      if (!bytes) return std::nullopt;
      if (plain) argument.string = std::move(bytes);
      plain = false;
      continue;
    }
    if (c == '<') {
      cursor.skip();
      // Not each is a descriptor's, and none else is quoted: `<<` of a shift, `<TCP:[1->2]>`.
      const auto before = cursor;
      auto path = cursor.quoted('>');
      if (!path) {
        cursor = before;
      } else if (closing.empty() && path->starts_with('/')) {
        argument.path = std::move(*path);
      }
      continue;
    }
    if (c == '(' || c == '[' || c == '{') closing += c == '(' ? ')' : c == '[' ? ']' : '}';
    if (!closing.empty() && c == closing.back()) closing.pop_back();
    cursor.skip();
  }
  argument.text = base::trim(cursor.since(begin));  // before the second half of a call there is a blank
  // `"abc"...` is a string cut short, and no path.
  if (argument.string && argument.text.ends_with("...")) argument.string.reset();
  return argument;
}

// `3</etc/x>`, `-1 ENOENT (No such file or directory)`, `6 /* 34 in strace's PID NS */`, `?`
bool result(Cursor& cursor, Call& call) {
  if (cursor.take('?')) {  // it never returned
    call.error = "?";
    return true;
  }
  const bool negative = cursor.take('-');
  const auto begin = cursor.at();
  while (base::is_digit(cursor.peek())) cursor.skip();
  const auto number = base::parse_decimal(cursor.since(begin));
  if (!number || *number > std::numeric_limits<std::int64_t>::max()) return false;
  call.result = static_cast<std::int64_t>(*number) * (negative ? -1 : 1);
  if (cursor.take('<')) {
    auto path = cursor.quoted('>');
    if (!path) return false;
    if (path->starts_with('/') && !cursor.take("(deleted)")) call.result_path = std::move(*path);
  }
  cursor.skip_blanks();
  if (negative) {
    const auto words = base::words(cursor.rest());
    if (words.empty() || !is_name(words[0])) return false;
    call.error = words[0];
    return true;
  }
  constexpr std::string_view comment_end = " in strace's PID NS */";
  if (cursor.take("/* ") && cursor.rest().ends_with(comment_end)) {
    const auto seen = base::parse_decimal(cursor.rest().substr(0, cursor.rest().size() - comment_end.size()));
    if (!seen) return false;
    call.result_process = *seen;
  } else if (call.result > 0) {
    call.result_process = static_cast<std::uint64_t>(call.result);
  }
  return true;
}

// The number at the front, with the blanks behind it.
std::optional<std::uint64_t> take_number(Cursor& cursor) {
  const auto begin = cursor.at();
  while (base::is_digit(cursor.peek())) cursor.skip();
  const auto number = base::parse_decimal(cursor.since(begin));
  if (!number || !cursor.take(' ')) return std::nullopt;
  cursor.skip_blanks();
  return number;
}

}  // namespace

std::optional<Call> parse_call(std::string_view text) {
  Call call;
  const auto open = text.find('(');
  if (open == std::string_view::npos || !is_name(text.substr(0, open))) return std::nullopt;
  call.name = text.substr(0, open);
  Cursor cursor(text.substr(open + 1));
  cursor.skip_blanks();
  while (!cursor.take(')')) {
    auto next = argument(cursor);
    if (!next || cursor.at_end()) return std::nullopt;
    call.arguments.push_back(std::move(*next));
    if (cursor.take(',')) cursor.skip_blanks();
  }
  cursor.skip_blanks();
  if (!cursor.take("= ") || !result(cursor, call)) return std::nullopt;
  return call;
}

void StraceReader::add(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const auto part = bytes.substr(0, end);
    bytes.remove_prefix(std::min(bytes.size(), part.size() + 1));
    if (rest_.size() + part.size() > largest_line) {
      if (!skipping_) ++passed_over_;
      skipping_ = true;
      rest_.clear();
    }
    if (!skipping_) rest_ += part;
    if (end == std::string_view::npos) return;
    if (!skipping_) line(rest_);
    skipping_ = false;
    rest_.clear();
  }
}

void StraceReader::line(std::string_view text) {
  if (!text.empty() && !understand(text)) ++passed_over_;
}

bool StraceReader::understand(std::string_view text) {
  Cursor cursor(text);
  const auto thread = take_number(cursor);
  if (!thread) return false;
  if (cursor.take("--- ")) return true;  // a signal
  if (cursor.take("+++ ")) {
    if (cursor.take("superseded by execve in pid ")) {
      const auto by = take_number(cursor);
      if (!by) return false;
      if (const auto half = unfinished_.extract(*by)) {
        unfinished_[*thread] = half.mapped();
      }
      listener_.on_takeover(*by, *thread);
      return true;
    }
    if (unfinished_.erase(*thread) > 0) ++passed_over_;
    listener_.on_end(*thread);
    return true;
  }
  std::string whole;
  if (cursor.take("<... ")) {
    const auto half = unfinished_.extract(*thread);
    const auto end = cursor.rest().find(" resumed>");
    if (!half || end == std::string_view::npos) return false;
    constexpr std::string_view resumed = " resumed>";
    whole = half.mapped();
    whole += cursor.rest().substr(end + resumed.size());
    if (whole.size() > 2 * largest_line) return false;
  } else {
    whole = cursor.rest();
  }
  if (whole.ends_with(unfinished_mark)) {
    whole.resize(whole.size() - unfinished_mark.size());
    if (unfinished_.size() >= most_unfinished) return false;
    return unfinished_.emplace(*thread, std::move(whole)).second;
  }
  auto call = parse_call(whole);
  if (!call) return false;
  call->thread = *thread;
  listener_.on_call(*call);
  return true;
}

}  // namespace debone::trace
