#include "init/log.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <functional>
#include <utility>

#include "init/text.h"

namespace debone::init {
namespace {

constexpr std::array<std::string_view, 3> level_names{"info", "warning", "error"};

// How many bytes of UTF-8 stand at the front of `text`; 0 where it is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const auto first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return 0;
  }
  const auto second = byte(1);
  const bool wrong = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                     (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
  return wrong ? 0 : length;
}

// RFC 3339 in UTC, with milliseconds.
std::string now() {
  std::timespec time{};
  std::timespec_get(&time, TIME_UTC);
  std::tm parts{};
  ::gmtime_r(&time.tv_sec, &parts);
  std::array<char, 32> text{};
  const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  const auto ms = std::to_string(1000 + time.tv_nsec / 1'000'000);
  return cat(std::string_view(text.data(), length), '.', std::string_view(ms).substr(1), 'Z');
}

std::string with_stars(const std::string& text, const std::string& secret) {
  std::string shown;
  std::size_t begin = 0;
  for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, begin)) {
    shown.append(text, begin, at - begin).append("***");
    begin = at + secret.size();
  }
  return shown.append(text, begin);
}

void write_all(std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // nobody reads; the work goes on
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

std::string text_value(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string json = "\"";
  while (!text.empty()) {
    const auto length = sequence_length(text);
    const char c = text[0];
    if (length == 0) {
      json += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      json += "\\u00";
      json += digits[static_cast<std::size_t>(c) >> 4U];
      json += digits[static_cast<std::size_t>(c) & 15U];
    } else {
      json += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return json + '"';
}

void Log::info(Subject subject, std::string_view message, std::initializer_list<LogField> fields) const {
  write(Level::info, subject, message, fields);
}
void Log::warning(Subject subject, std::string_view message, std::initializer_list<LogField> fields) const {
  write(Level::warning, subject, message, fields);
}
void Log::error(Subject subject, std::string_view message, std::initializer_list<LogField> fields) const {
  write(Level::error, subject, message, fields);
}

void Log::hide(std::string secret) {
  hidden_.push_back(std::move(secret));
  std::ranges::sort(hidden_, std::greater(), &std::string::size);
}

void Log::write(Level level, Subject subject, std::string_view text, std::initializer_list<LogField> fields) const {
  std::string message(text);
  for (const auto& secret : hidden_) message = with_stars(message, secret);
  const auto name = level_names[static_cast<std::size_t>(level)];
  std::string line;
  if (form_ == LogForm::json) {
    line = cat("{\"time\":\"", now(), "\",\"level\":\"", name, '"');
    if (!subject.kind.empty()) line += cat(",\"", subject.kind, "\":", text_value(subject.name));
    for (const auto& field : fields) line += cat(",\"", field.name, "\":", field.value);
    line += cat(",\"msg\":", text_value(message), "}\n");
  } else {
    line = "debone-init: ";
    if (level != Level::info) line += cat(name, ": ");
    if (!subject.kind.empty()) line += cat(subject.kind, ' ', subject.name, ": ");
    for (const char c : message) line += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    line += '\n';
  }
  write_all(line);
}

}  // namespace debone::init
