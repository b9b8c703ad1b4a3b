// Which Debian package has an extension of PHP that composer calls ext-NAME: a table, kept as text
// (templates/php/extensions).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace debone::php {

struct Extension {
  std::string package;        // "php@-intl", where @ stands for PHP's version; empty: part of PHP itself
  std::string only = {};      // the one version that has it, "8.4"; empty: each
  bool command_line = false;  // php has it, php-fpm has not
};

class Extensions {
 public:
  // A line is NAME PACKAGE [VERSION|cli]; PACKAGE is `-` for what PHP itself has. Lines beginning with `#` and empty
  // ones say nothing. Throws Error (internal) for any other: the table is debone's own.
  static Extensions parse(std::string_view text);

  // By the name behind ext-, for a PHP such as "8.4"; nothing where that has none.
  std::optional<Extension> find(std::string_view name, std::string_view php) const;

 private:
  std::multimap<std::string, Extension, std::less<>> by_name_;
};

}  // namespace debone::php
