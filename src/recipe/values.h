// Single values of a recipe: each function reads one scalar into its canonical form, or throws Error (usage) at its
// place, saying what such a value looks like.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/rel_path.h"
#include "recipe/recipe.h"
#include "recipe/yaml_reader.h"

namespace debone::recipe {

// A recipe's name, which is also an image's: lower-case words joined by ., _ or -, as OCI references have them.
std::string recipe_name(const Node& node);
// Policy 5.6.1: at least two of a-z 0-9 + - . and a letter or digit first. Nothing may follow the name here.
std::string package_name(const Node& node);
// `name`, `name=version`, `name/suite`, each also as `name:architecture`, as apt-get(8) has them.
Request package_request(const Node& node);
// A number of apt_preferences(5): -32768 to 32767 without 0.
int priority(const Node& node);
// A codename of Debian: "trixie"; not "stable", "trixie-updates".
std::string debian_codename(const Node& node);
std::string component_name(const Node& node);
// The name of a repository: a-z 0-9 . - and a letter or digit first.
std::string source_name(const Node& node);
// http:, https: or file:, without blanks.
std::string url(const Node& node, std::string_view key);
// 40 or 64 hex digits, in groups or not; returned as upper case without blanks.
std::string fingerprint(const Node& node);

// A user's or group's name: a letter or _ first, then letters, digits, _ . - and 32 in all (useradd(8)).
std::string account_name(const Node& node, std::string_view key);
// "www-data", "33" or "33:33".
std::string run_as(const Node& node);
// A field of passwd(5): no ':' and no line end.
std::string passwd_field(const Node& node, std::string_view key);

// An absolute path without "..".
base::RelPath absolute_path(const Node& node, std::string_view key);
// A path on the user's disk, relative ones from the folder of the recipe they stand in.
std::filesystem::path disk_path(const Node& node, std::string_view key);
// 0o755, 0755 or "0755"; up to 07777.
std::uint32_t permissions(const Node& node);

// [A-Za-z_][A-Za-z0-9_]* (POSIX).
std::string environment_name(const Node& node);
// "org.opencontainers.image.title": letters and digits, joined by . _ - /
std::string annotation_key(const Node& node);
// "SIGTERM", "TERM" and "15", returned as "SIGTERM", "SIGTERM" and "15"; "SIGRTMIN+3".
std::string stop_signal(const Node& node);
// "9000" and "9000/tcp", returned as "9000/tcp"; also udp and sctp.
std::string port(const Node& node);
// Debian's name of an architecture, also for the names that apko and OCI use.
std::string architecture(const Node& node);

}  // namespace debone::recipe
