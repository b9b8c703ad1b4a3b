#include "resolve/similar_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace debone::resolve {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(SimilarNames, GoOnWhereTheNameEnds) {
  EXPECT_THAT(similar_names("firefox", {"firehol", "firefox-esr-l10n-all", "firefox-esr"}), ElementsAre("firefox-esr"));
  EXPECT_THAT(similar_names("docker", {"kdocker", "docker.io", "docker-cli", "docker-compose"}),
              ElementsAre("docker.io", "docker-cli", "docker-compose"));
  EXPECT_THAT(similar_names("python", {"bpython", "python3", "python3-yaml", "pythonia"}), ElementsAre("python3"));
  EXPECT_THAT(similar_names("mysql-server", {"lyskom-server", "default-mysql-server"}),
              ElementsAre("default-mysql-server"));
  EXPECT_THAT(similar_names("mariadb", {"mariadb-server", "mariadb-test", "mariadb-client", "mariadb-backup",
                                        "mariadb-common", "mariadb-server"}),
              ElementsAre("mariadb-test", "mariadb-backup", "mariadb-client", "mariadb-common", "mariadb-server"));
  EXPECT_THAT(similar_names("x", {"x-6", "x-5", "x-4", "x-3", "x-2", "x-1"}), SizeIs(5));
  EXPECT_THAT(similar_names("libicu", {"libicu-dev", "libicu76", "libicu4j-java"}),
              ElementsAre("libicu76", "libicu-dev", "libicu4j-java"));
}

TEST(SimilarNames, LookLikeTheName) {
  EXPECT_THAT(similar_names("libsl3", {"libsdl", "libssl3t64"}), ElementsAre("libssl3t64"));
  EXPECT_THAT(similar_names("php8.2-fpm", {"php8.4-fpm", "php8.4-fpm-dbgsym"}), ElementsAre("php8.4-fpm"));
  EXPECT_THAT(similar_names("libpng1", {"libpng16-16t64", "libpng"}), ElementsAre("libpng"));
  EXPECT_THAT(similar_names("nothing-like-it", {"libc6", "bash"}), IsEmpty());
  EXPECT_THAT(similar_names("x", {}), IsEmpty());
}

}  // namespace
}  // namespace debone::resolve
