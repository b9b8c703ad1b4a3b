#include "init/cron.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "init/failure.h"
#include "init/text.h"

namespace debone::init {
namespace {

struct Field {
  std::string_view name;
  unsigned least;
  unsigned most;
  std::string_view names;  // three letters each, for the values from `least` on
};
constexpr Field fields[] = {{"second", 0, 59, ""},
                            {"minute", 0, 59, ""},
                            {"hour", 0, 23, ""},
                            {"day", 1, 31, ""},
                            {"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
                            {"weekday", 0, 7, "sunmontuewedthufrisat"}};

constexpr std::pair<std::string_view, std::string_view> nicknames[] = {
    {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"}, {"@weekly", "0 0 * * 0"},
    {"@daily", "0 0 * * *"},  {"@midnight", "0 0 * * *"}, {"@hourly", "0 * * * *"}};

unsigned value_of(std::string_view text, const Field& field) {
  if (const auto number = number_of(text, field.most); number && *number >= field.least) {
    return static_cast<unsigned>(*number);
  }
  if (text.size() == 3) {
    std::string lower(text);
    for (char& c : lower) c = static_cast<char>(c | 0x20);
    for (std::size_t at = 0; at < field.names.size(); at += 3) {
      if (field.names.substr(at, 3) == lower) return field.least + static_cast<unsigned>(at / 3);
    }
  }
  throw Failure{cat("'", text, "' is no ", field.name, " (", field.least, " to ", field.most, ")")};
}

// "*", "3", "1-5", each with "/N" or without, in a list.
std::bitset<60> values_of(std::string_view text, const Field& field) {
  std::bitset<60> values;
  for (const auto item : split(text, ',')) {
    const auto slash = item.find('/');
    const auto range = item.substr(0, slash);
    std::uint64_t step = 1;
    unsigned first = field.least;
    unsigned last = field.most;
    if (range != "*") {
      const auto dash = range.find('-');
      first = value_of(range.substr(0, dash), field);
      if (dash != std::string_view::npos) {
        last = value_of(range.substr(dash + 1), field);
      } else if (slash == std::string_view::npos) {
        last = first;
      }
      if (last < first) throw Failure{cat("'", range, "' runs backwards")};
    }
    if (slash != std::string_view::npos) {
      const auto number = number_of(item.substr(slash + 1), field.most);
      if (!number || *number == 0) throw Failure{cat("'", item, "' has no step from 1 to ", field.most)};
      step = *number;
    }
    for (std::uint64_t value = first; value <= last; value += step) values.set(value);
  }
  return values;
}

template <std::size_t Size>
void put(std::bitset<Size>& to, const std::bitset<60>& from) {
  for (std::size_t i = 0; i < std::min<std::size_t>(Size, 60); ++i) to[i] = from[i];
}

std::tm local(std::time_t time) {
  std::tm parts{};
  ::localtime_r(&time, &parts);
  return parts;
}

bool right_day(const Cron& cron, const std::tm& at) {
  if (!cron.months[static_cast<std::size_t>(at.tm_mon) + 1]) return false;
  const bool day = cron.days[static_cast<std::size_t>(at.tm_mday)];
  const bool weekday = cron.weekdays[static_cast<std::size_t>(at.tm_wday)];
  return cron.any_day || cron.any_weekday ? day && weekday : day || weekday;
}

bool matches(const Cron& cron, const std::tm& at) {
  return right_day(cron, at) && cron.hours[static_cast<std::size_t>(at.tm_hour)] &&
         cron.minutes[static_cast<std::size_t>(at.tm_min)];
}

// Whether the clock jumped forward at `time` over a time that `cron` names.
bool left_out(const Cron& cron, std::time_t time, const std::tm& at) {
  const auto before = local(time - 60);
  const auto gap = at.tm_gmtoff - before.tm_gmtoff;
  if (gap <= 0) return false;
  // The clock times of the gap are those of the old offset.
  for (long passed = 0; passed < gap; passed += 60) {
    const auto unshifted = static_cast<std::time_t>(time + before.tm_gmtoff + passed);
    std::tm skipped{};
    ::gmtime_r(&unshifted, &skipped);
    if (matches(cron, skipped)) return true;
  }
  return false;
}

// Whether the clock showed the same time before, since it was set back within the last three hours.
bool shown_before(std::time_t time, const std::tm& at) {
  const auto back = local(time - 3L * 3600).tm_gmtoff - at.tm_gmtoff;
  if (back <= 0) return false;
  const auto earlier = local(time - back);
  return earlier.tm_hour == at.tm_hour && earlier.tm_min == at.tm_min && earlier.tm_mday == at.tm_mday;
}

std::time_t next_midnight(std::time_t time, std::tm at) {
  at.tm_mday += 1;
  at.tm_hour = at.tm_min = at.tm_sec = 0;
  at.tm_isdst = -1;
  const auto found = std::mktime(&at);
  return std::max<std::time_t>(found - found % 60, time + 60);
}

}  // namespace

Cron cron_of(std::string_view text) {
  if (text.starts_with('@')) {
    const auto* found = std::ranges::find(nicknames, text, &std::pair<std::string_view, std::string_view>::first);
    if (found == std::end(nicknames))
      throw Failure{cat("'", text, "' is none of @hourly, @daily, @weekly, @monthly, @yearly")};
    text = found->second;
  }
  std::vector<std::string_view> parts;
  for (const auto part : split(text, ' ')) {
    if (!part.empty()) parts.push_back(part);
  }
  if (parts.size() == 5) parts.insert(parts.begin(), "0");
  if (parts.size() != std::size(fields)) {
    throw Failure{cat("'", text, "' has ", parts.size(), parts.size() == 1 ? " field" : " fields",
                      ", not five: minute, hour, day, month, weekday")};
  }
  std::array<std::bitset<60>, std::size(fields)> values;
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = values_of(parts[i], fields[i]);
  Cron cron;
  cron.seconds = values[0];
  cron.minutes = values[1];
  put(cron.hours, values[2]);
  put(cron.days, values[3]);
  put(cron.months, values[4]);
  put(cron.weekdays, values[5]);
  if (values[5][7]) cron.weekdays.set(0);
  cron.any_hour = parts[2].starts_with('*');
  cron.any_day = parts[3].starts_with('*');
  cron.any_weekday = parts[5].starts_with('*');
  if (cron.any_weekday) {
    constexpr std::array<std::size_t, 13> last{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool comes = false;
    for (std::size_t month = 1; month <= 12; ++month) {
      for (std::size_t day = 1; day <= last[month]; ++day) comes = comes || (cron.months[month] && cron.days[day]);
    }
    if (!comes) throw Failure{cat("'", text, "' names a day that never comes")};
  }
  return cron;
}

std::time_t next_time(const Cron& cron, std::time_t after) {
  // A whole minute that is right, and the first second in it that is.
  auto minute = after - after % 60;
  auto second = static_cast<std::size_t>(after % 60) + 1;
  for (;;) {
    while (second < 60 && !cron.seconds[second]) ++second;
    const auto at = local(minute);
    auto next = minute + 60;
    if (second < 60) {
      if (!cron.any_hour && left_out(cron, minute, at)) return minute + static_cast<std::time_t>(second);
      if (!right_day(cron, at)) {
        next = next_midnight(minute, at);
      } else if (!cron.hours[static_cast<std::size_t>(at.tm_hour)]) {
        next = minute + 60L * (60 - at.tm_min);
      } else if (cron.minutes[static_cast<std::size_t>(at.tm_min)] && (cron.any_hour || !shown_before(minute, at))) {
        return minute + static_cast<std::time_t>(second);
      }
    }
    minute = next;
    second = 0;
  }
}

}  // namespace debone::init
