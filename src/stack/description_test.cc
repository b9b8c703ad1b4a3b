#include "stack/description.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace debone::stack {
namespace {

const std::string services = R"(services:
  db: {image: mariadb}
  web:
    image: shop-nginx
    environment: {URL: x}
  cli: {image: shop-cli, profiles: [cli]}
)";

Description described(const std::string& block) { return describe(services + "x-debone:\n" + block, "compose.yaml"); }

std::string error_of(const std::string& block) {
  try {
    described(block);
  } catch (const base::Error& error) {
    return error.code() == base::Exit::usage ? error.render() : "not a usage error: " + error.render();
  }
  return "no error";
}

TEST(Description, HasAllThatTheBlockSays) {
  const auto description = described(R"(
  images: {shop-nginx: shop-nginx.yaml, mariadb: include/mariadb.yaml, shop-cli: php-cli}
  address: {service: web, variable: URL}
  admin: {service: cli, command: [shop, register, -u, EMAIL, -f, FIRST, -l, LAST]}
  backup:
    database:
      service: db
      variable: NAME
      host: {service: web, variable: DB}
      dump: [mariadb-dump, DATABASE]
      load: [mariadb, DATABASE]
      ends: "-- Dump completed"
    folders: [{service: web, path: /srv/uploads}, {service: web, path: /srv/keys/}]
  secrets: {secrets/password: hex24}
)");
  ASSERT_EQ(description.images.size(), 3U);
  EXPECT_EQ(description.images[0].image, "mariadb");
  EXPECT_TRUE(description.images[0].is_file);
  EXPECT_EQ(description.images[0].place, "compose.yaml:9:50");
  EXPECT_EQ(description.images[1].recipe, "php-cli");
  EXPECT_FALSE(description.images[1].is_file);
  EXPECT_EQ(description.address->variable, "URL");
  EXPECT_EQ(description.admin->for_user("ada@example.org", "Ada", "Lovelace"),
            (std::vector<std::string>{"shop", "register", "-u", "ada@example.org", "-f", "Ada", "-l", "Lovelace"}));
  const auto& database = *description.backup->database;
  EXPECT_EQ(database.ends, "-- Dump completed");
  EXPECT_EQ(database.variable, "NAME");
  EXPECT_EQ(database.host->service + " " + database.host->variable, "web DB");
  ASSERT_EQ(description.backup->folders.size(), 2U);
  EXPECT_EQ(description.backup->folders[1].path.absolute(), "/srv/keys");
  ASSERT_EQ(description.secrets.size(), 1U);
  EXPECT_EQ(description.secrets[0].bytes, 24U);
}

TEST(Description, IsEmptyWhereNothingIsSaid) {
  const auto description = describe(services, "compose.yaml");
  EXPECT_TRUE(description.images.empty());
  EXPECT_FALSE(description.backup);
}

TEST(Description, KnowsItsKeys) {
  EXPECT_EQ(error_of("  image: {}\n"),
            "error: compose.yaml:8:3: unknown key 'image' in 'x-debone'\n  hint: did you mean 'images'?\n");
  EXPECT_EQ(error_of("  images: []\n"), "error: compose.yaml:8:11: 'images' must be a map, not a list\n");
  EXPECT_EQ(error_of("  address: {service: web}\n"), "error: compose.yaml:8:12: 'address' has no 'variable'\n");
}

TEST(Description, NamesServicesAndImagesOfTheFile) {
  EXPECT_EQ(error_of("  images: {shop-ngnix: a.yaml}\n"),
            "error: compose.yaml:8:12: no service of this file has the image 'shop-ngnix'\n  hint: did you mean "
            "'shop-nginx'?\n");
  EXPECT_EQ(error_of("  address: {service: fpm, variable: URL}\n"),
            "error: compose.yaml:8:22: no service of this file is called 'fpm'\n  hint: there are 'db', 'web' and "
            "'cli'\n");
}

TEST(Description, RefusesWhatCannotBe) {
  EXPECT_EQ(error_of("  images: {mariadb: /etc/x.yaml}\n"),
            "error: compose.yaml:8:21: '/etc/x.yaml' is an absolute path\n  hint: a stack's recipes lie beside its "
            "compose file\n");
  EXPECT_EQ(error_of("  admin: {service: cli, command: [register]}\n"),
            "error: compose.yaml:8:34: 'command' has no word EMAIL\n  hint: it stands for the address that the user "
            "gives\n");
  EXPECT_EQ(error_of("  backup: {}\n"),
            "error: compose.yaml:8:11: 'backup' names nothing\n  hint: name a 'database' or 'folders'\n");
  EXPECT_EQ(error_of("  backup: {folders: [{service: db, path: /}]}\n"),
            "error: compose.yaml:8:42: 'path' is the root\n  hint: name a volume's folder\n");
  EXPECT_EQ(
      error_of("  backup: {folders: [{service: db, path: /a}, {service: db, path: /a/}]}\n"),
      "error: compose.yaml:8:47: the folder 'db:/a' stands twice\n  hint: its first place is compose.yaml:8:22\n");
  EXPECT_EQ(error_of("  secrets: {../x: hex24}\n"),
            "error: compose.yaml:8:13: '../x' is no file below the compose file's folder\n  hint: for example "
            "secrets/database_password\n");
  EXPECT_EQ(
      error_of("  secrets: {x: hex8}\n"),
      "error: compose.yaml:8:16: 'hex8' is not how a secret is made\n  hint: hex24 makes 24 random bytes, written "
      "as 48 digits; 16 to 64 are possible\n");
  EXPECT_EQ(error_of("  backup: {database: {service: db, dump: [], load: [a], ends: b}}\n"),
            "error: compose.yaml:8:42: 'dump' is empty\n");
  EXPECT_EQ(error_of("  backup: {database: {service: db, dump: [a, DATABASE], load: [a], ends: b, variable: N}}\n"),
            "error: compose.yaml:8:63: 'load' has no word DATABASE\n  hint: it stands for what the variable N says\n");
  EXPECT_EQ(error_of("  backup: {database: {service: db, dump: [a], load: [a], ends: b, host: {service: db}}}\n"),
            "error: compose.yaml:8:73: 'host' has no 'variable'\n");
}

}  // namespace
}  // namespace debone::stack
