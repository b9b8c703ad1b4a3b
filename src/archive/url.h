// The addresses of archives: http(s) URLs and file: URLs, as text.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace debone::archive {

// `base` (with a trailing slash) followed by a path below it, percent-encoded but for slashes: servers that read "+" as
// a blank are met as apt meets them.
std::string join_url(std::string_view base, std::string_view path);

// The address of a folder: with a trailing slash, unless it has one.
std::string with_slash(std::string url);

// The file that a file: URL names (RFC 8089: "file:///x", "file:/x"), or nothing where it is no such URL.
std::optional<std::filesystem::path> file_of_url(std::string_view url);

// For people: without a user name and a password.
std::string shown_url(std::string_view url);

}  // namespace debone::archive
