// When a job is due, while the clock may be set and the machine may sleep: a time that was missed by less than an hour
// is made up for once, one that was missed by more is not, and none comes twice because the clock was set back.
#pragma once

#include <ctime>

#include "init/cron.h"

namespace debone::init {

inline constexpr std::time_t made_up_for = 3600;  // seconds

enum class Due { no, yes, missed };

class Timetable {
 public:
  Timetable(const Cron& cron, std::time_t now) : cron_(cron), next_(next_time(cron, now)) {}

  std::time_t next() const { return next_; }

  // Whether it is due at `now`; if it was, the next time comes after.
  Due ask(std::time_t now);

  // The clock was set, and shows `now`.
  void clock_was_set(std::time_t now);

 private:
  Cron cron_;
  std::time_t last_ = 0;  // the time that was due last
  std::time_t next_;
};

}  // namespace debone::init
