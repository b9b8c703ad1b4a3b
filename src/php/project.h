// What a PHP application's composer.json and composer.lock say of the platform that it runs on.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace debone::php {

// composer.json and composer.lock may have as many bytes, and the lock as many packages.
inline constexpr std::uint64_t largest_json = std::uint64_t{1} << 20U;
inline constexpr std::uint64_t largest_lock = std::uint64_t{16} << 20U;
inline constexpr std::size_t most_packages = 5000;

struct Requirement {
  std::string name;        // "php", "ext-intl": lower case
  std::string constraint;  // "^8.2"
  std::string of = {};     // the locked package that has it; empty for the application itself
  std::string place;       // "composer.json:7"
};

struct Project {
  std::string name;                         // "acme/shop"; may be empty
  std::vector<Requirement> requirements;    // of the platform alone: php, php-64bit, ext-*, ...; in the files' order
  std::set<std::string> requires_packages;  // what composer.json requires besides
  std::set<std::string> not_locked;         // those that composer.lock, where it is there, lacks: it is out of date
  std::set<std::string> provided;           // platform packages that the application or a locked package stands in for
  std::string target_php;                   // of config.platform, "8.2.7"; may be empty
  std::string public_dir;                   // of extra.public-dir; may be empty
};

// `json` is composer.json's text, `lock` composer.lock's. What only development needs does not count. Throws Error
// (usage) at FILE:LINE for what is not of composer's form, as far as it is looked at.
Project read_project(std::string_view json, const std::string& json_file, std::optional<std::string_view> lock,
                     const std::string& lock_file);

}  // namespace debone::php
