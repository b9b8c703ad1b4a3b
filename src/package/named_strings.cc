#include "package/named_strings.h"

#include <algorithm>
#include <array>
#include <unordered_set>

namespace debone::package {
namespace {

constexpr std::size_t most = 20'000;
constexpr std::size_t shortest = 3;
constexpr std::size_t longest = 255;

// The characters of paths and commands as packages have them.
constexpr std::array<bool, 256> make_table() {
  std::array<bool, 256> table{};
  for (unsigned char c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (unsigned char c = '0'; c <= '9'; ++c) table[c] = true;
  for (const char c : {'/', '.', '_', '-', '+', '@', '~'}) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr auto is_token = make_table();

bool in_known_tree(std::string_view path) {
  constexpr std::array<std::string_view, 8> roots{"/usr/", "/etc/",  "/var/", "/lib",
                                                  "/bin/", "/sbin/", "/opt/", "/srv/"};
  return std::ranges::any_of(roots, [&](std::string_view root) { return path.starts_with(root); });
}

// "libjvm.so" and "libicuuc.so.76", by form alone.
bool is_soname(std::string_view token) {
  if (!token.starts_with("lib") || token.find('/') != std::string_view::npos) return false;
  const auto at = token.find(".so");
  if (at == std::string_view::npos) return false;
  return at + 3 == token.size() || token[at + 3] == '.';
}

// Commands have lower-case names.
bool is_command(std::string_view token) {
  return token.front() >= 'a' && token.front() <= 'z' && token.size() <= 40 && std::ranges::all_of(token, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == '_';
         });
}

using Names = std::unordered_set<std::string_view>;

void add(Names& names, std::string_view name) {
  if (names.size() < most) names.insert(name);
}

std::vector<std::string> sorted(const Names& names) {
  std::vector<std::string> all(names.begin(), names.end());
  std::ranges::sort(all);
  return all;
}

}  // namespace

NamedStrings named_strings(std::string_view content, bool is_elf) {
  Names paths;
  Names sonames;
  Names words;
  const auto token = [&](std::size_t i) { return is_token[static_cast<unsigned char>(content[i])]; };
  for (std::size_t begin = 0; begin < content.size();) {
    if (!token(begin)) {
      ++begin;
      continue;
    }
    auto end = begin + 1;
    while (end < content.size() && token(end)) ++end;
    auto text = content.substr(begin, end - begin);
    const bool is_whole =
        is_elf && begin > 0 && content[begin - 1] == '\0' && end < content.size() && content[end] == '\0';
    begin = end;
    if (text.size() < shortest || text.size() > longest) continue;
    if (text.front() == '/') {
      while (text.ends_with('/') || text.ends_with('.')) text.remove_suffix(1);
      if (text.size() > shortest && in_known_tree(text)) add(paths, text);
    } else if (is_whole) {
      if (is_soname(text)) add(sonames, text);
      if (is_command(text)) add(words, text);
    }
  }
  return {sorted(paths), sorted(sonames), sorted(words)};
}

}  // namespace debone::package
