// A maintainer script as the effects table looks at it: the sections that debhelper's tools wrote, each to be matched
// with its tool's template, and the rest, normalised so that layout, comments, the package's own name, its version and
// its architecture make no difference. https://www.debian.org/doc/debian-policy/ch-maintainerscripts.html
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace debone::effects {

// What stands between "# Automatically added by HELPER/VERSION" and "# End automatically added section".
struct Section {
  std::string helper;  // "dh_installsystemd"
  std::string text;    // normalised
  int line = 0;        // of its first marker, from 1
};

// What stands for itself in a script, and is a placeholder in its normalised text.
struct Identity {
  std::string package;
  std::string version;
  std::string architecture;  // Debian's name; "all" stands for none
};

struct MaintainerScript {
  std::string interpreter;         // "/bin/sh", as the first line names it; empty where it names none
  std::vector<Section> sections;   // in their order
  std::vector<std::string> lines;  // of the rest, normalised
};

// Reads a script of a package. A section that `is_known` does not accept is none, but a part
// of the rest: markers around other commands hide nothing.
MaintainerScript read_script(std::string_view text, const Identity& identity,
                             const std::function<bool(const Section&)>& is_known);

// The lines of a script, or of a part of it, without comments, blank lines, and blanks at either end; runs of blanks
// are one blank. The body of a here-document stays as it is. The package's name and version, where they stand alone,
// are @PACKAGE@ and @VERSION@; its architecture, which may stand in a longer name, is @ARCHITECTURE@, and the name of
// its libraries' directories @MULTIARCH@.
std::vector<std::string> normalised(std::string_view text, const Identity& identity);

// What a script is looked up by: 16 hex digits of the SHA-256 of its lines. Of no lines as of any others.
std::string key_of(const std::vector<std::string>& lines);

// Four characters for each line, so that a later script can be told from this one line by line without keeping it.
std::string fingerprints_of(const std::vector<std::string>& lines);
std::string fingerprint_of(std::string_view line);

}  // namespace debone::effects
