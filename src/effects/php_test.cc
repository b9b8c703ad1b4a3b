#include <gtest/gtest.h>

#include "effects/testing.h"

namespace debone::effects {
namespace {

using testing::Image;
using testing::Texts;

Image with_php() {
  Image image;
  image.add("php8.4-common",
            {{"usr/share/php8.4-common/common/pdo.ini", "; configuration\n; priority=10\nextension=pdo\n"},
             {"usr/share/php8.4-common/common/ctype.ini", "; priority=20\nextension=ctype\n"},
             {"usr/share/php8.4-common/changelog", "no module"}});
  image.add("php8.4-cli", {{"usr/lib/php/8.4/sapi/cli", ""}, {"usr/lib/php/8.4/php.ini-production.cli", "for cli"}});
  image.add("php8.4-fpm", {{"usr/lib/php/8.4/sapi/fpm", ""}, {"usr/lib/php/8.4/php.ini-production", "for all"}});
  // A PECL package ships its settings where they count; this one does not state a priority.
  image.add("php-redis", {{"etc/php/8.4/mods-available/redis.ini", "extension=redis.so\n"}});
  for (const auto* sapi : {"cli", "fpm"}) image.directory(fmt::format("etc/php/8.4/{}/conf.d", sapi));
  return image;
}

TEST(Php, EnablesEveryModuleForEverySapi) {
  auto image = with_php();
  image.run(php);
  Texts expected{{"etc/php/8.4/mods-available/ctype.ini", "; priority=20\nextension=ctype\n"},
                 {"etc/php/8.4/mods-available/pdo.ini", "; configuration\n; priority=10\nextension=pdo\n"},
                 {"etc/php/8.4/mods-available/redis.ini", "extension=redis.so\n"},
                 {"etc/php/8.4/cli/php.ini", "for cli"},
                 {"etc/php/8.4/fpm/php.ini", "for all"}};
  for (const std::string sapi : {"cli", "fpm"}) {
    expected["etc/php/8.4/" + sapi + "/conf.d/10-pdo.ini"] = "-> /etc/php/8.4/mods-available/pdo.ini";
    expected["etc/php/8.4/" + sapi + "/conf.d/20-ctype.ini"] = "-> /etc/php/8.4/mods-available/ctype.ini";
    expected["etc/php/8.4/" + sapi + "/conf.d/20-redis.ini"] = "-> /etc/php/8.4/mods-available/redis.ini";
  }
  EXPECT_EQ(image.below("etc/php"), expected);
  Texts registry;
  for (const std::string module : {"ctype", "pdo", "redis"})
    for (const std::string place : {"registry", "cli/enabled_by_maint", "fpm/enabled_by_maint"})
      registry[fmt::format("var/lib/php/modules/8.4/{}/{}", place, module)] = "";
  EXPECT_EQ(image.below("var/lib/php/modules"), registry);
  EXPECT_EQ(image.mode("etc/php/8.4/fpm/php.ini"), "644 0:0");
}

TEST(Php, ReadsPrioritiesAsPhpenmodDoes) {
  Image image;
  image.add("php8.2-cli", {{"usr/lib/php/8.2/sapi/cli", ""}});
  image.directory("etc/php/8.2/cli/conf.d");
  const std::map<std::string, std::string> priorities{
      {"; priority=15\n", "15"},
      {";priority = 05 \n", "05"},
      {";\tpriority\t=\t7\n; priority=8\n", "7"},
      {"; priority=ten\n; priority=9\n", "9"},
      {"; priority=\n", "20"},
      {"priority=10\n", "20"},
      {" ; priority=10\n", "20"},
      {"; my priority=10\n", "20"},
      {"; priority=10 # first\n", "20"},
      {"", "20"},
      {"; priority=30", "30"},
  };
  int number = 0;
  for (const auto& [ini, priority] : priorities)
    image.file(fmt::format("etc/php/8.2/mods-available/m{}.ini", number++), ini);
  image.run(php);
  number = 0;
  for (const auto& [ini, priority] : priorities) {
    EXPECT_EQ(image.text(fmt::format("etc/php/8.2/cli/conf.d/{}-m{}.ini", priority, number)),
              fmt::format("-> /etc/php/8.2/mods-available/m{}.ini", number))
        << ini;
    ++number;
  }
}

TEST(Php, LeavesAloneWhatIsThere) {
  auto image = with_php();
  image.file("etc/php/8.4/mods-available/pdo.ini", "; priority=11\nmine\n");
  image.link("etc/php/8.4/cli/conf.d/20-redis.ini", "/dev/null");
  image.tree.remove(at("etc/php/8.4/fpm/conf.d"));
  image.run(php);
  EXPECT_EQ(image.text("etc/php/8.4/cli/conf.d/11-pdo.ini"), "-> /etc/php/8.4/mods-available/pdo.ini");
  EXPECT_EQ(image.text("etc/php/8.4/cli/conf.d/20-redis.ini"), "-> /dev/null");
  EXPECT_EQ(image.text("etc/php/8.4/fpm/conf.d"), "(nothing)");
  EXPECT_EQ(image.text("var/lib/php/modules/8.4/fpm"), "(nothing)");
}

TEST(Php, EachVersionHasItsOwn) {
  auto image = with_php();
  image.add("php8.3-cli", {{"usr/lib/php/8.3/sapi/cli", ""}, {"usr/share/php8.3-common/common/ffi.ini", ""}});
  image.directory("etc/php/8.3/cli/conf.d");
  image.run(php);
  EXPECT_EQ(image.below("etc/php/8.3"),
            (Texts{{"etc/php/8.3/cli/conf.d/20-ffi.ini", "-> /etc/php/8.3/mods-available/ffi.ini"},
                   {"etc/php/8.3/mods-available/ffi.ini", ""}}));
}

}  // namespace
}  // namespace debone::effects
