// What a file names: absolute paths, libraries and commands that stand in its bytes as strings. It is how an ELF file
// or a configuration shows that it uses another package, where no header says so.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace debone::package {

struct NamedStrings {
  std::vector<std::string> paths;    // below /usr, /etc, /var, /lib*, /bin, /sbin, /opt, /srv; no trailing slash
  std::vector<std::string> sonames;  // of an ELF file, between two NULs: "libicuuc.so.76", "libjvm.so"
  std::vector<std::string> words;    // of an ELF file, likewise: what could be a command's name
};

// Each sorted and without duplicates; at most 20,000 of each. In text, paths end at blanks and at any of the characters
// that separate words in configuration files: quotes, brackets, commas, `:`, `=`, `$`, `*`, `%`.
NamedStrings named_strings(std::string_view content, bool is_elf);

}  // namespace debone::package
