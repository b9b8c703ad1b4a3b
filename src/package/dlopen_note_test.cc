#include "package/dlopen_note.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace debone::package {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(DlopenNote, NamesSonamesOfEveryPriority) {
  using namespace std::string_literals;
  EXPECT_THAT(read_dlopen_note(R"([{"feature":"xz","priority":"suggested","soname":["liblzma.so.5"]},)"
                               R"({"soname":["libz.so.1","libz-ng.so.2"],"priority":"required"}])"
                               "\0\0\0"s),
              ElementsAre("liblzma.so.5", "libz.so.1", "libz-ng.so.2"));
}

TEST(DlopenNote, WhatIsMalformedNamesNothing) {
  for (const auto* text :
       {"", "{", "[1, null, []]", R"({"soname":["a.so"]})", R"([{"soname":"a.so"}])", R"([{"soname":[7]}])"})
    EXPECT_THAT(read_dlopen_note(text), IsEmpty()) << text;
}

TEST(DlopenNote, IsBounded) {
  std::string text = R"([{"soname":["a.so")";
  for (int i = 0; i < 5000; ++i) text += R"(,"a.so")";
  EXPECT_EQ(read_dlopen_note(text + "]}]").size(), 1000U);
  EXPECT_THAT(read_dlopen_note(std::string(100'000, '[')), IsEmpty());
}

}  // namespace
}  // namespace debone::package
