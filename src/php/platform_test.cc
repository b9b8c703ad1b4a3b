#include "php/platform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/error.h"
#include "php/framework.h"

namespace debone::php {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Extensions table() {
  std::ifstream file(DEBONE_SOURCE_DIR "/templates/php/extensions");
  std::stringstream text;
  text << file.rdbuf();
  return Extensions::parse(text.str());
}

Project project(const std::string& json, const std::optional<std::string>& lock = std::nullopt) {
  return read_project(json, "composer.json", lock, "composer.lock");
}

std::string summary(const Platform& platform) {
  auto text = platform.php.version;
  for (const auto& extension : platform.extensions) {
    text += " " + extension.name + "=" + (extension.package.empty() ? "-" : extension.package);
  }
  return text;
}

std::string chosen(const std::string& require, const std::set<std::string>& ignored = {}) {
  return summary(choose_platform(project("{\"require\": {" + require + "}}"), table(), ignored));
}

template <typename Fn>
std::string refusal(Fn&& fn) {
  try {
    fn();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Exit::usage);
    return error.render();
  }
  return "";
}

TEST(Platform, TheNewestPhpThatFits) {
  EXPECT_EQ(chosen(""), "8.4");
  EXPECT_EQ(chosen(R"("php": ">=8.1")"), "8.4");
  EXPECT_EQ(chosen(R"("php": "~8.2.0")"), "8.2");
  EXPECT_EQ(chosen(R"("php": "^8.1", "php-64bit": "<8.4")"), "8.2");
  EXPECT_EQ(chosen(R"("php": ">=8.1", "ext-imap": "*")"), "8.2 imap=php8.2-imap") << "PHP 8.4 has none";
  EXPECT_EQ(chosen(R"("php": "^7", "ext-json": "*")", {"php"}), "8.4 json=-");
}

TEST(Platform, ComposersTargetIsTakenWhereItFits) {
  const auto target = [](const std::string& php, const std::string& version) {
    return choose_platform(
        project(R"({"require": {"php": ")" + php + R"("}, "config": {"platform": {"php": ")" + version + R"("}}})"),
        table(), {});
  };
  EXPECT_EQ(target(">=8.1", "8.2.7").php.version, "8.2");
  EXPECT_THAT(target(">=8.1", "8.2.7").notes, IsEmpty());
  EXPECT_EQ(target(">=8.3", "8.2.7").php.version, "8.4");
  EXPECT_THAT(target(">=8.1", "8.20").notes,
              ElementsAre("config.platform of composer.json says PHP 8.20; the image has 8.4"));
}

TEST(Platform, ExtensionsAndTheirPackages) {
  EXPECT_EQ(
      chosen(R"("ext-Intl": "*", "ext-json": "*", "ext-pdo_mysql": "*", "ext-redis": ">=5", "ext-zend-opcache": "*")"),
      "8.4 intl=php8.4-intl json=- pdo_mysql=php8.4-mysql redis=php8.4-redis zend-opcache=php8.4-opcache");
  EXPECT_EQ(chosen(R"("php": "8.2.*", "ext-excimer": "*")"), "8.2 excimer=php-excimer");
  const auto platform = choose_platform(project(R"({"require": {"ext-pcntl": "*"}})"), table(), {});
  EXPECT_THAT(platform.notes,
              ElementsAre("composer.json requires ext-pcntl, which Debian's PHP has on the command line "
                          "alone, not in php-fpm"));
}

TEST(Platform, WhatTheLockedPackagesNeedCounts) {
  const auto locked =
      project(R"({"require": {"php": ">=8.1", "acme/a": "*"}, "require-dev": {"ext-xdebug": "*"}})", R"({
    "packages": [{"name": "acme/a", "require": {"php": "<8.4", "ext-gmp": "*", "composer-runtime-api": "^2", "acme/b": "1"}}],
    "packages-dev": [{"name": "acme/dev", "require": {"ext-pcov": "*"}}],
    "platform": {"ext-curl": "*"}, "platform-dev": {"ext-ast": "*"}, "platform-overrides": []})");
  EXPECT_EQ(summary(choose_platform(locked, table(), {})), "8.2 curl=php8.2-curl gmp=php8.2-gmp");
  EXPECT_EQ(choose_platform(locked, table(), {}).extensions.at(1).asked_by, "acme/a");
}

TEST(Platform, APolyfillStandsInForWhatDebianLacks) {
  const auto with = [](const std::string& key) {
    return project(R"({"require": {"acme/a": "*"}})",
                   R"({"packages": [{"name": "acme/a", "require": {"ext-nothing": "*", "ext-mbstring": "*"}},
                                    {"name": "acme/poly", ")" +
                       key + R"(": {"ext-nothing": "*", "ext-mbstring": "*"}}]})");
  };
  for (const auto* const key : {"provide", "replace"}) {
    EXPECT_EQ(summary(choose_platform(with(key), table(), {})), "8.4 mbstring=php8.4-mbstring") << key;
  }
  EXPECT_EQ(refusal([&] { choose_platform(with("suggest"), table(), {}); }),
            "error: composer.lock:1: no package of Debian 13 (trixie) is known for ext-nothing\n"
            "  hint: --ignore-platform-req ext-nothing writes the recipe without it; add a package that has it, from a "
            "source of your own\n");
}

TEST(Platform, NoPhpFits) {
  EXPECT_EQ(
      refusal([] { chosen(R"("php": "^7.4")"); }),
      "error: composer.json:1: no PHP of Debian fits: 8.4 of Debian 13 (trixie) is not '^7.4', which composer.json "
      "requires; 8.2 of Debian 12 (bookworm) is not '^7.4', which composer.json requires\n"
      "  hint: let composer.json allow one of them and run `composer update`; --ignore-platform-req php takes the "
      "newest\n");
  EXPECT_EQ(
      refusal([] { chosen(R"("php": "<8.4.12 || 8.3.*", "php-64bit": ">8.4.11")"); }).substr(0, 119),
      "error: composer.json:1: no PHP of Debian fits: 8.4 of Debian 13 (trixie) is not '>8.4.11', which composer.json "
      "requires");
  EXPECT_EQ(refusal([] { chosen(R"("php": "newest")"); }),
            "error: composer.json:1: 'newest' is no version of 'php' that is understood\n"
            "  hint: --ignore-platform-req php does without it\n");
  EXPECT_EQ(refusal([] { chosen(R"("php-zts": "*")"); }),
            "error: composer.json:1: Debian's PHP is not built as 'php-zts'\n"
            "  hint: --ignore-platform-req php-zts does without it\n");
  EXPECT_EQ(refusal([] { chosen(R"("php": ">=8.4", "ext-imap": "*")"); }),
            "error: composer.json:1: Debian 12 (bookworm) has ext-imap for PHP 8.2 alone, which does not fit here\n"
            "  hint: let composer.json allow PHP 8.2, or leave the extension out by --ignore-platform-req ext-imap\n");
}

TEST(Project, WrongTypesAreToldWithTheirLine) {
  const auto wrong = [](const std::string& json, const std::optional<std::string>& lock = std::nullopt) {
    return refusal([&] { project(json, lock); });
  };
  EXPECT_EQ(wrong("[]"), "error: composer.json:1: the file must be an object, not a list\n");
  EXPECT_EQ(wrong("{\n\"require\": \"php\"}"), "error: composer.json:2: 'require' must be an object, not a text\n");
  EXPECT_EQ(wrong("{\n\"require\": {\n\"ext-x\": 5}}"),
            "error: composer.json:3: 'ext-x' must be a text, not a number\n");
  EXPECT_EQ(wrong("{\"name\": {}}"), "error: composer.json:1: 'name' must be a text, not an object\n");
  EXPECT_EQ(wrong("{\"config\": {\"platform\": {\"php\": 8.2}}}"),
            "error: composer.json:1: 'php' must be a text, not a number\n");
  EXPECT_EQ(wrong("{\"require\": [], \"extra\": null}"), "");
  EXPECT_EQ(wrong("{}", "{\"packages\": {\"a\": 1}}"),
            "error: composer.lock:1: 'packages' must be a list, not an object\n");
  EXPECT_EQ(wrong("{}", "{\"packages\": [\n1]}"),
            "error: composer.lock:2: a package must be an object, not a number\n");
  EXPECT_EQ(wrong("{}", "{\"packages\": [{}]}"), "error: composer.lock:1: a package has no name\n");
  std::string many = "{\"packages\": [{\"name\": \"a\"}";
  for (std::size_t i = 0; i < most_packages; ++i) many += ",{\"name\": \"a\"}";
  EXPECT_EQ(wrong("{}", many + "]}"), "error: composer.lock:1: more than 5000 packages\n");
}

TEST(Extensions, ALineOfTheTableThatIsNoneIsADefect) {
  for (const auto* const line : {"intl\n", "intl php@-intl 8.4 cli\n"}) {
    try {
      Extensions::parse(line);
      ADD_FAILURE() << line;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::Exit::internal);
    }
  }
}

TEST(Framework, ByWhatIsRequired) {
  EXPECT_EQ(framework_of({"acme/a", "symfony/framework-bundle"}).name, "Symfony");
  EXPECT_EQ(framework_of({"laravel/framework"}).name, "Laravel");
  EXPECT_EQ(framework_of({"cakephp/cakephp"}).name, "CakePHP");
  EXPECT_EQ(framework_of({"symfony/console"}).name, "");
}

}  // namespace
}  // namespace debone::php
