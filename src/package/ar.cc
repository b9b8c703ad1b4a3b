#include "package/ar.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace debone::package {
namespace {

constexpr std::string_view magic = "!<arch>\n";
constexpr std::string_view header_end = "`\n";
constexpr std::size_t header_size = 60;
constexpr std::size_t name_width = 16;
constexpr std::size_t size_offset = 48;
constexpr std::size_t size_width = 10;
constexpr std::size_t most_members = 64;  // a .deb has three

base::Error malformed(std::string_view what) {
  return {base::Exit::trust, fmt::format("malformed ar archive: {}", what)};
}

std::string_view without_blanks_after(std::string_view text) { return text.substr(0, text.find_last_not_of(' ') + 1); }

}  // namespace

std::vector<ArMember> read_ar(std::string_view archive) {
  if (!archive.starts_with(magic)) throw malformed("it does not begin with '!<arch>'");
  archive.remove_prefix(magic.size());
  std::vector<ArMember> members;
  while (!archive.empty()) {
    if (archive.size() < header_size) throw malformed("it is cut short in a header");
    if (members.size() == most_members) throw malformed(fmt::format("more than {} members", most_members));
    const auto header = archive.substr(0, header_size);
    archive.remove_prefix(header_size);
    if (!header.ends_with(header_end)) throw malformed("a member's header is damaged");
    auto name = without_blanks_after(header.substr(0, name_width));
    if (name.ends_with('/')) name.remove_suffix(1);
    const auto size = base::parse_decimal(without_blanks_after(header.substr(size_offset, size_width)));
    if (!size) throw malformed(fmt::format("the size of '{}' is no number", name));
    if (*size > archive.size()) throw malformed(fmt::format("it is cut short in '{}'", name));
    members.push_back({name, archive.substr(0, static_cast<std::size_t>(*size))});
    archive.remove_prefix(static_cast<std::size_t>(*size));
    // An odd size has a byte of padding after it, which some tools leave out at the archive's end.
    if (*size % 2 != 0 && !archive.empty()) archive.remove_prefix(1);
  }
  return members;
}

}  // namespace debone::package
