// What kind of file a path is, by where it lies: the places that Debian Policy, the FHS and the interpreters' own
// policies give to programs, documentation, administration and modules. Paths are relative, with the merged /usr
// looked through: "usr/lib/x", never "lib/x".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace debone::evidence {

// "lib/x" as "usr/lib/x"; a top-level directory's own name ("lib") stays, since it is the link itself.
std::string merged(std::string_view path);

// Directories of PATH, and those of games.
bool is_program_path(std::string_view path);

// Manuals, info, doc, translations, and what lintian, reportbug and desktops read: no evidence, and shown to nobody.
bool is_documentation(std::string_view path);

// What serves the machine's administration, which an image has none of: init scripts, units, cron, logrotate, udev,
// shell completion, debconf, maintainer scripts' helpers.
bool is_administration(std::string_view path);

// A package that starts and supervises a machine: all its data is administration.
bool is_init_system(std::string_view package);

// What only who compiles or debugs reads: headers, static libraries, pkg-config's and CMake's files.
bool is_development(std::string_view path);

// A directory that the dynamic loader searches by default: usr/lib, usr/lib64, usr/lib/TRIPLET and the like.
bool is_library_directory(std::string_view directory);

// "perl", "python", "ruby", ...: whose modules lie below that path.
std::optional<std::string_view> module_family(std::string_view path);

// Whether a program of that name runs the family's modules: "python3.13" those of "python".
bool is_interpreter(std::string_view program, std::string_view family);

// Modules of the helpers that maintainer scripts run: adduser's, debconf's, dpkg's.
bool serves_maintainer_scripts(std::string_view path);

// What serves building and installing packages alone: what it names, no image runs.
bool is_packaging(std::string_view path);

// dpkg, apt and their helpers.
bool is_package_manager(std::string_view path);

// Whether a library of that name embeds the family's interpreter: "libpython3.13.so.1.0" that of "python".
bool is_library_of(std::string_view library, std::string_view family);

// "sh", "bash", "dash", ...: by the last component.
bool is_shell(std::string_view path);

std::string_view last_component(std::string_view path);
std::string_view directory_of(std::string_view path);  // "" for a top-level name

}  // namespace debone::evidence
