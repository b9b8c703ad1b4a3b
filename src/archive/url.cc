#include "archive/url.h"

#include "base/text.h"

namespace debone::archive {
namespace {

bool is_unreserved(char c) {
  return base::is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_' ||
         c == '~' || c == '/';
}

int nibble(char c) {
  if (base::is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && nibble(text[i + 1]) >= 0 && nibble(text[i + 2]) >= 0) {
      out += static_cast<char>(nibble(text[i + 1]) * 16 + nibble(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::string join_url(std::string_view base, std::string_view path) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out(base);
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(c)) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4U];
      out += digits[byte & 0xFU];
    }
  }
  return out;
}

std::string with_slash(std::string url) {
  if (!url.ends_with('/')) url += '/';
  return url;
}

std::optional<std::filesystem::path> file_of_url(std::string_view url) {
  constexpr std::string_view scheme = "file:";
  if (!url.starts_with(scheme)) return std::nullopt;
  url.remove_prefix(scheme.size());
  if (url.starts_with("///")) url.remove_prefix(2);
  if (url.starts_with("//localhost/")) url.remove_prefix(std::string_view("//localhost").size());
  if (!url.starts_with('/') || url.starts_with("//")) return std::nullopt;
  return decoded(url);
}

std::string shown_url(std::string_view url) {
  const auto authority = url.find("://");
  if (authority == std::string_view::npos) return std::string(url);
  const auto begin = authority + 3;
  const auto host = url.substr(begin, url.find('/', begin) - begin);
  const auto at = host.rfind('@');
  if (at == std::string_view::npos) return std::string(url);
  return std::string(url.substr(0, begin)) + std::string(url.substr(begin + at + 1));
}

}  // namespace debone::archive
