#include "stack/configuration.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace debone::stack {
namespace {

constexpr auto answer = R"(services:
  db: {image: mariadb}
  web:
    environment:
      HOST: db.example.org
      NOTHING: null
      QUOTED: '3306'
)";

TEST(Configuration, GivesAVariableItsValue) {
  EXPECT_EQ(configured(answer, {"web", "HOST"}), "db.example.org");
  EXPECT_EQ(configured(answer, {"web", "QUOTED"}), "3306");
}

TEST(Configuration, MayGiveItNone) {
  EXPECT_EQ(configured(answer, {"web", "NOTHING"}), std::nullopt);
  EXPECT_EQ(configured(answer, {"web", "OTHER"}), std::nullopt);
  EXPECT_EQ(configured(answer, {"db", "HOST"}), std::nullopt);
  EXPECT_EQ(configured(answer, {"cli", "HOST"}), std::nullopt);
}

TEST(Configuration, IsYaml) { EXPECT_THROW(configured("services: [", {"web", "HOST"}), base::Error); }

}  // namespace
}  // namespace debone::stack
