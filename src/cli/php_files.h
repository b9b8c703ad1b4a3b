// The files that make a PHP application's folder one to build images from: recipes, structure tests, a compose file,
// from templates/php.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "php/framework.h"
#include "php/platform.h"
#include "php/project.h"

namespace debone::cli {

struct PhpApplication {
  std::string name;        // of the images, before -fpm and -nginx
  std::string public_dir;  // "public", or "." for the application's own folder
  php::Framework framework;
  php::Platform platform;
  std::vector<std::string> packages;  // "php8.4-intl  # ext-intl": those that the catalog's recipe has not
  bool has_index = false;             // index.php is in public_dir
  bool has_vendor = false;            // it needs what composer installs
  bool has_env_file = false;          // .env is there
};

struct NewFile {
  std::string path;  // relative to the application's folder
  std::string content;
};

// Sorted by path.
std::vector<NewFile> php_files(const PhpApplication& application);

// The name of the catalog's recipe that the images of `php` include.
std::string php_recipe(const php::Php& php);

}  // namespace debone::cli
