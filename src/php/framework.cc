#include "php/framework.h"

#include <algorithm>

namespace debone::php {
namespace {

const std::vector<Framework>& frameworks() {
  static const std::vector<Framework> all{
      {.name = "Symfony",
       .package = "symfony/framework-bundle",
       .one_script = true,
       .folders = {"var"},
       .tmpfs = {"var"},
       .generated = {"/var/"},
       // .env itself holds the defaults that everyone has, and is read at each start.
       .secrets = {".env.local*", ".env.*.local"},
       .environment = {"APP_ENV: prod", "APP_DEBUG: \"0\""}},
      {.name = "Laravel",
       .package = "laravel/framework",
       .one_script = true,
       .folders = {"bootstrap/cache", "storage", "storage/app", "storage/app/private", "storage/app/public",
                   "storage/framework", "storage/framework/cache", "storage/framework/cache/data",
                   "storage/framework/sessions", "storage/framework/views", "storage/logs"},
       .tmpfs = {"bootstrap/cache"},
       .volumes = {"storage"},
       // The cached configuration holds what the developer's .env said.
       .generated = {"/bootstrap/cache/", "/storage/", "/public/storage", "/public/hot"},
       .secrets = {".env", ".env.*"},
       .environment = {"LOG_CHANNEL: stderr"}},
      {.name = "CakePHP",
       .package = "cakephp/cakephp",
       .one_script = true,
       .folders = {"logs", "tmp"},
       .tmpfs = {"logs", "tmp"},
       .generated = {"/logs/", "/tmp/"},
       .secrets = {".env", ".env.*", "/config/app_local.php"},
       .environment = {"DEBUG: \"false\""}},
      {.name = "", .package = "", .secrets = {".env", ".env.*"}},
  };
  return all;
}

}  // namespace

const Framework& framework_of(const std::set<std::string>& packages) {
  return *std::ranges::find_if(frameworks(), [&](const Framework& each) {
    return each.package.empty() || packages.contains(std::string(each.package));
  });
}

}  // namespace debone::php
