#include "init/timetable.h"

#include <algorithm>

namespace debone::init {

Due Timetable::ask(std::time_t now) {
  if (now < next_) return Due::no;
  const bool missed = now - next_ >= made_up_for;
  last_ = next_;
  next_ = next_time(cron_, now);
  return missed ? Due::missed : Due::yes;
}

void Timetable::clock_was_set(std::time_t now) {
  // Set forward, ask() sees to it. Set back, it begins anew, behind the time that was due last if that is near.
  const bool just_done = last_ > now && last_ - now < made_up_for;
  next_ = std::min(next_, next_time(cron_, just_done ? last_ : now));
}

}  // namespace debone::init
