#include "archive/content_range.h"

#include <gtest/gtest.h>

namespace debone::archive {
namespace {

TEST(ContentRange, IsReadAsServersWriteIt) {
  const auto range = parse_content_range("bytes 100-199/200");
  ASSERT_TRUE(range);
  EXPECT_EQ(range->first, 100U);
  EXPECT_EQ(range->total, 200U);
  const auto unknown = parse_content_range("bytes 0-9/*");
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->first, 0U);
  EXPECT_FALSE(unknown->total);
}

TEST(ContentRange, WhatIsNoneIsNothing) {
  for (const auto* text : {"", "bytes", "bytes ", "bytes 1-2", "bytes */200", "lines 1-2/3", "bytes -2/3",
                           "bytes 1/2-3", "bytes 1-2/x", "bytes 99999999999999999999-1/2", "bytes 1-2/"}) {
    EXPECT_FALSE(parse_content_range(text)) << text;
  }
}

}  // namespace
}  // namespace debone::archive
