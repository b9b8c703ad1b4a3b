// A line of crontab(5), without its command: five fields, or six with the second first, or @hourly and its like; and
// the next time that it names.
#pragma once

#include <bitset>
#include <ctime>
#include <optional>
#include <string_view>

namespace debone::init {

// Bits by value: second and minute 0 to 59, hour 0 to 23, day 1 to 31, month 1 to 12, weekday 0 (Sunday) to 6.
struct Cron {
  std::bitset<60> seconds;
  std::bitset<60> minutes;
  std::bitset<24> hours;
  std::bitset<32> days;
  std::bitset<13> months;
  std::bitset<7> weekdays;
  // Whether the field begins with `*`: a day is right by day and weekday where one of them does, else by either.
  bool any_day = false;
  bool any_weekday = false;
  // The hour begins with `*`: it follows the clock. Else it is a time of the day, which comes once in each day that
  // has it, and right after the gap where the clock's change leaves it out.
  bool any_hour = false;
};

// Throws Failure where it is none, or names a day that never comes (31 February).
Cron cron_of(std::string_view text);

// The first time after `after` that `cron` names, by the process's time zone (tzset(3)).
std::time_t next_time(const Cron& cron, std::time_t after);

}  // namespace debone::init
