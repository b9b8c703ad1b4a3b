#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "base/text.h"
#include "cli/output.h"

namespace debone::cli {
namespace {

constexpr std::size_t bar_width = 30;

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

}  // namespace

Progress::Progress() {
  const char* term = std::getenv("TERM");
  terminal_ = ::isatty(STDERR_FILENO) == 1 && term != nullptr && std::string_view(term) != "dumb";
  colour_ = terminal_ && !is_set("NO_COLOR");  // https://no-color.org
}

void Progress::line(std::string_view name, std::chrono::steady_clock::duration time, const std::string& said) {
  const std::scoped_lock lock(mutex_);
  clear_bar();
  const auto seconds = std::chrono::duration<double>(time).count();
  timings_.push_back({std::string(name), seconds});
  const auto padded = fmt::format("{:<9}", name);
  print_error(fmt::format("{} {:>6.2f} s  {}\n", colour_ ? "\033[1m" + padded + "\033[0m" : padded, seconds,
                          base::printable(said)));
}

void Progress::warning(const std::string& text) {
  const std::scoped_lock lock(mutex_);
  clear_bar();
  warnings_.push_back(text);
  print_error(fmt::format("{} {}\n", colour_ ? "\033[33mwarning:\033[0m" : "warning:", base::printable(text)));
}

void Progress::fetched(std::uint64_t done, std::uint64_t total) {
  if (!terminal_ || total == 0) return;
  const std::scoped_lock lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (bar_shown_ && done < total && now - bar_drawn_ < std::chrono::milliseconds(80)) return;
  const auto part = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(bar_width));
  print_error(fmt::format("\r\033[Kfetch     [{}{}] {} of {}", std::string(filled, '='),
                          std::string(bar_width - filled, ' '), base::human_size(done), base::human_size(total)));
  bar_shown_ = true;
  bar_drawn_ = now;
}

void Progress::clear_bar() {
  if (!bar_shown_) return;
  print_error("\r\033[K");
  bar_shown_ = false;
}

}  // namespace debone::cli
