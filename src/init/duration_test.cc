#include "init/duration.h"

#include <gtest/gtest.h>

#include "init/failure.h"

namespace debone::init {
namespace {

std::string refusal(std::string_view text) {
  try {
    duration_of(text);
  } catch (const Failure& failure) {
    return failure.message;
  }
  return "accepted";
}

TEST(DurationText, HasUnitsOrIsSeconds) {
  EXPECT_EQ(duration_of("500ms"), Duration(500));
  EXPECT_EQ(duration_of("10s"), Duration(10'000));
  EXPECT_EQ(duration_of("1m30s"), Duration(90'000));
  EXPECT_EQ(duration_of("2h"), Duration(7'200'000));
  EXPECT_EQ(duration_of("0s"), Duration(0));
  EXPECT_EQ(duration_of("60"), Duration(60'000));
  EXPECT_EQ(duration_of("0"), Duration(0));
  for (const auto* text : {"", "s", "1x", "1s2", "1s1m", "1s1s", "-1s", "1.5s", " 1s", "1 s"}) {
    EXPECT_EQ(refusal(text), std::string("'") + text + "' is no duration, such as 10s or 1m30s");
  }
  EXPECT_EQ(refusal("8785h"), "'8785h' is over a year");
  EXPECT_EQ(refusal("99999999"), "'99999999' is over a year");
  EXPECT_NE(refusal("99999999999999999999h"), "accepted");
}

TEST(DurationText, IsWrittenAsItIsRead) {
  EXPECT_EQ(written(duration_of("1h1m1s1ms")), "1h1m1s1ms");
  EXPECT_EQ(written(Duration(0)), "0s");
  EXPECT_EQ(written(duration_of("90s")), "1m30s");
  EXPECT_EQ(seconds_of(Duration(1005)), "1.005");
}

}  // namespace
}  // namespace debone::init
