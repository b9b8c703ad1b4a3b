#include "init/cron.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "init/failure.h"
#include "init/timetable.h"

namespace debone::init {
namespace {

class CronTest : public testing::Test {
 protected:
  void zone(const char* name) {
    ::setenv("TZ", (std::string(":/usr/share/zoneinfo/") + name).c_str(), 1);
    ::tzset();
  }
  void TearDown() override {
    ::unsetenv("TZ");
    ::tzset();
  }
};

// Seconds of "YYYY-MM-DD HH:MM:SS" in UTC.
std::time_t utc(const char* text) {
  std::tm parts{};
  EXPECT_NE(::strptime(text, "%Y-%m-%d %H:%M:%S", &parts), nullptr);
  return ::timegm(&parts);
}

std::string text_of(std::time_t time) {
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  return text;
}

std::string next(const char* cron, const char* after) { return text_of(next_time(cron_of(cron), utc(after))); }

std::string refusal(std::string_view text) {
  try {
    cron_of(text);
  } catch (const Failure& failure) {
    return failure.message;
  }
  return "accepted";
}

TEST_F(CronTest, Fields) {
  zone("Etc/UTC");
  EXPECT_EQ(next("* * * * *", "2026-01-01 00:00:00"), "2026-01-01 00:01:00");
  EXPECT_EQ(next("* * * * *", "2026-01-01 00:00:59"), "2026-01-01 00:01:00");
  EXPECT_EQ(next("*/15 8-10 * * mon-FRI", "2026-01-02 10:45:00"), "2026-01-05 08:00:00");
  EXPECT_EQ(next("5/20 * * * *", "2026-01-01 00:00:00"), "2026-01-01 00:05:00");
  EXPECT_EQ(next("0 0 29 2 *", "2026-01-01 00:00:00"), "2028-02-29 00:00:00");
  EXPECT_EQ(next("0 0 1 jan,jul *", "2026-01-01 00:00:00"), "2026-07-01 00:00:00");
  EXPECT_EQ(next("0 0 * * 7", "2026-01-01 00:00:00"), "2026-01-04 00:00:00");
  EXPECT_EQ(next("0 0 13 * 5", "2026-01-01 00:00:00"), "2026-01-02 00:00:00");   // a Friday or a 13th
  EXPECT_EQ(next("0 0 */2 * 5", "2026-01-01 00:00:00"), "2026-01-09 00:00:00");  // a Friday with an odd day
  EXPECT_EQ(next("@hourly", "2026-12-31 23:30:00"), "2027-01-01 00:00:00");
  EXPECT_EQ(next("@weekly", "2026-01-01 00:00:00"), "2026-01-04 00:00:00");
  EXPECT_EQ(next("*/10 * * * * *", "2026-01-01 00:00:50"), "2026-01-01 00:01:00");
  EXPECT_EQ(next("30 59 23 * * *", "2026-01-01 23:59:30"), "2026-01-02 23:59:30");
}

TEST_F(CronTest, Refusals) {
  EXPECT_EQ(refusal("60 * * * *"), "'60' is no minute (0 to 59)");
  EXPECT_EQ(refusal("* 24 * * *"), "'24' is no hour (0 to 23)");
  EXPECT_EQ(refusal("* * 0 * *"), "'0' is no day (1 to 31)");
  EXPECT_EQ(refusal("* * * foo *"), "'foo' is no month (1 to 12)");
  EXPECT_EQ(refusal("* * * * 8"), "'8' is no weekday (0 to 7)");
  EXPECT_EQ(refusal("5-1 * * * *"), "'5-1' runs backwards");
  EXPECT_EQ(refusal("*/0 * * * *"), "'*/0' has no step from 1 to 59");
  EXPECT_EQ(refusal("1, * * * *"), "'' is no minute (0 to 59)");
  EXPECT_EQ(refusal("* * * *"), "'* * * *' has 4 fields, not five: minute, hour, day, month, weekday");
  EXPECT_EQ(refusal("0 0 31 2,4 *"), "'0 0 31 2,4 *' names a day that never comes");
  EXPECT_EQ(refusal("0 0 31 2 1"), "accepted");
  EXPECT_EQ(refusal("@reboot"), "'@reboot' is none of @hourly, @daily, @weekly, @monthly, @yearly");
}

// Berlin: 02:00 to 03:00 on 2026-03-29 at 01:00 UTC; 03:00 back to 02:00 on 2026-10-25 at 01:00 UTC.
TEST_F(CronTest, AGivenHourThatIsLeftOutComesRightAfterTheGap) {
  zone("Europe/Berlin");
  EXPECT_EQ(next("30 2 * * *", "2026-03-28 01:30:00"), "2026-03-29 01:00:00");
  EXPECT_EQ(next("30 2 * * *", "2026-03-29 01:00:00"), "2026-03-30 00:30:00");
  EXPECT_EQ(next("0 3 * * *", "2026-03-28 03:00:00"), "2026-03-29 01:00:00");
  EXPECT_EQ(next("30 2 29 3 *", "2026-01-01 00:00:00"), "2026-03-29 01:00:00");
  EXPECT_EQ(next("*/30 * * * *", "2026-03-29 00:30:00"), "2026-03-29 01:00:00");
  EXPECT_EQ(next("30 * * * *", "2026-03-29 00:30:00"), "2026-03-29 01:30:00");
}

TEST_F(CronTest, AGivenHourThatComesTwiceRunsOnce) {
  zone("Europe/Berlin");
  EXPECT_EQ(next("30 2 * * *", "2026-10-24 12:00:00"), "2026-10-25 00:30:00");
  EXPECT_EQ(next("30 2 * * *", "2026-10-25 00:30:00"), "2026-10-26 01:30:00");
  EXPECT_EQ(next("30 * * * *", "2026-10-25 00:30:00"), "2026-10-25 01:30:00");
  EXPECT_EQ(next("*/30 * * * *", "2026-10-25 00:30:00"), "2026-10-25 01:00:00");
}

// Lord Howe changes by half an hour; Beirut's gap begins at midnight.
TEST_F(CronTest, OddChanges) {
  zone("Australia/Lord_Howe");
  EXPECT_EQ(next("15 2 * * *", "2026-10-03 12:00:00"), "2026-10-03 15:30:00");
  EXPECT_EQ(next("45 1 * * *", "2026-04-04 14:00:00"), "2026-04-04 14:45:00");
  EXPECT_EQ(next("45 1 * * *", "2026-04-04 14:45:00"), "2026-04-05 15:15:00");
  zone("Asia/Beirut");
  EXPECT_EQ(next("30 0 * * *", "2026-03-28 12:00:00"), "2026-03-28 22:00:00");
}

// The plain meaning, minute by minute, away from any change of the clock.
TEST_F(CronTest, AgreesWithAWalkThroughTheMinutes) {
  zone("Etc/UTC");
  for (const auto* line : {"7 3 * * *", "*/17 1,5-9/2 * 2,6 *", "0 0 1-7 * sat", "59 23 31 12 *", "13 */5 */9 * 1-3"}) {
    const auto cron = cron_of(line);
    auto time = utc("2026-01-01 00:00:00");
    for (int i = 0; i < 20; ++i) {
      const auto found = next_time(cron, time);
      auto walk = time - time % 60 + 60;
      for (;; walk += 60) {
        std::tm at{};
        ::gmtime_r(&walk, &at);
        const bool day = cron.days[static_cast<unsigned>(at.tm_mday)];
        const bool weekday = cron.weekdays[static_cast<unsigned>(at.tm_wday)];
        const bool right = cron.any_day || cron.any_weekday ? day && weekday : day || weekday;
        if (cron.minutes[static_cast<unsigned>(at.tm_min)] && cron.hours[static_cast<unsigned>(at.tm_hour)] &&
            cron.months[static_cast<unsigned>(at.tm_mon + 1)] && right) {
          break;
        }
      }
      ASSERT_EQ(text_of(found), text_of(walk)) << line;
      time = found;
    }
  }
}

TEST_F(CronTest, StepsOfTheClock) {
  zone("Etc/UTC");
  const auto cron = cron_of("0 12 * * *");
  const auto noon = utc("2026-01-01 12:00:00");
  Timetable times(cron, noon - 30);
  EXPECT_EQ(times.ask(noon - 1), Due::no);
  // Forward over noon, by less than an hour: made up for, once.
  EXPECT_EQ(times.ask(noon + 900), Due::yes);
  EXPECT_EQ(times.ask(noon + 901), Due::no);
  // Back to before noon: not again.
  times.clock_was_set(noon - 60);
  EXPECT_EQ(times.ask(noon), Due::no);
  EXPECT_EQ(times.next(), noon + 86400);
  // Back by days, as where the clock was wrong at the start: the true times count.
  times.clock_was_set(noon - 5 * 86400 - 10);
  EXPECT_EQ(times.next(), noon - 5 * 86400);
  // Forward by days: said, not made up for.
  EXPECT_EQ(times.ask(noon + 3 * 86400 - 10), Due::missed);
  EXPECT_EQ(times.next(), noon + 3 * 86400);
}

}  // namespace
}  // namespace debone::init
