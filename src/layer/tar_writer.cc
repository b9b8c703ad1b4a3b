#include "layer/tar_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"

namespace debone::layer {
namespace {

constexpr std::size_t block_size = 512;
constexpr std::array<char, 2 * block_size> zeros{};

// Offset and width of ustar's fields (POSIX.1-1988, pax: "ustar Interchange Format").
struct Field {
  std::size_t offset;
  std::size_t width;
};
constexpr Field name_field{0, 100};
constexpr Field mode_field{100, 8};
constexpr Field uid_field{108, 8};
constexpr Field gid_field{116, 8};
constexpr Field size_field{124, 12};
constexpr Field mtime_field{136, 12};
constexpr Field checksum_field{148, 8};
constexpr Field type_field{156, 1};
constexpr Field link_field{157, 100};
constexpr Field magic_field{257, 8};
constexpr Field major_field{329, 8};
constexpr Field minor_field{337, 8};
constexpr Field prefix_field{345, 155};

constexpr std::string_view magic{"ustar\00000", 8};
constexpr char pax_type = 'x';

// The largest number that fits a field with its closing NUL.
constexpr std::uint64_t most(Field field) { return (std::uint64_t{1} << 3 * (field.width - 1)) - 1; }

char type_flag(base::TarType type) {
  switch (type) {
    case base::TarType::file: return '0';
    case base::TarType::hard_link: return '1';
    case base::TarType::symlink: return '2';
    case base::TarType::directory: return '5';
    case base::TarType::character_device:
    case base::TarType::block_device:
    case base::TarType::fifo: break;
  }
  throw base::Error(base::Exit::internal, "a device is not written into a layer");
}

class Header {
 public:
  void text(Field field, std::string_view value) {
    value = value.substr(0, field.width);
    std::ranges::copy(value, bytes_.begin() + static_cast<std::ptrdiff_t>(field.offset));
  }
  void number(Field field, std::uint64_t value) { text(field, fmt::format("{:0{}o}", value, field.width - 1)); }
  std::string_view finish() {
    text(magic_field, magic);
    text(checksum_field, "        ");
    unsigned sum = 0;
    for (const char c : bytes_) sum += static_cast<unsigned char>(c);
    text(checksum_field, fmt::format("{:06o}{} ", sum, '\0'));
    return {bytes_.data(), bytes_.size()};
  }

 private:
  std::array<char, block_size> bytes_{};
};

// "LENGTH KEY=VALUE\n", where LENGTH counts itself.
std::string pax_record(std::string_view key, std::string_view value) {
  const auto rest = key.size() + value.size() + 3;
  auto length = rest;
  while (length != rest + fmt::formatted_size("{}", length)) length = rest + fmt::formatted_size("{}", length);
  return fmt::format("{} {}={}\n", length, key, value);
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Where a name is cut at a slash into ustar's prefix and name, or npos.
std::size_t prefix_cut(std::string_view name) {
  const auto cut = name.rfind('/', prefix_field.width);
  if (cut == std::string_view::npos || cut == 0) return std::string_view::npos;
  const auto left = name.size() - cut - 1;
  return left > 0 && left <= name_field.width ? cut : std::string_view::npos;
}

}  // namespace

std::string tar_header(const base::TarEntry& entry, std::uint64_t size) {
  Header header;
  std::string pax;

  const auto& name = entry.name;
  if (is_ascii(name) && name.size() > name_field.width && prefix_cut(name) != std::string::npos) {
    const auto cut = prefix_cut(name);
    header.text(prefix_field, std::string_view(name).substr(0, cut));
    header.text(name_field, std::string_view(name).substr(cut + 1));
  } else {
    if (!is_ascii(name) || name.size() > name_field.width) pax += pax_record("path", name);
    header.text(name_field, name);
  }
  if (!is_ascii(entry.link_target) || entry.link_target.size() > link_field.width) {
    pax += pax_record("linkpath", entry.link_target);
  }
  header.text(link_field, entry.link_target);
  // What does not fit a field is 0 there and right in the PAX header.
  const auto number = [&](Field field, std::string_view key, std::uint64_t value) {
    if (value > most(field)) pax += pax_record(key, std::to_string(value));
    header.number(field, value > most(field) ? 0 : value);
  };
  number(size_field, "size", size);
  if (entry.mtime < 0) pax += pax_record("mtime", std::to_string(entry.mtime));
  number(mtime_field, "mtime", entry.mtime < 0 ? 0 : static_cast<std::uint64_t>(entry.mtime));
  number(uid_field, "uid", entry.uid);
  number(gid_field, "gid", entry.gid);
  for (const auto& [key, value] : entry.xattrs) pax += pax_record("SCHILY.xattr." + key, value);

  header.number(mode_field, entry.mode);
  const char flag = type_flag(entry.type);
  header.text(type_field, {&flag, 1});
  header.number(major_field, 0);
  header.number(minor_field, 0);

  std::string out;
  if (!pax.empty()) {
    Header before;
    before.text(name_field, "PaxHeader");
    before.number(mode_field, 0644);
    before.number(uid_field, 0);
    before.number(gid_field, 0);
    before.number(size_field, pax.size());
    before.number(mtime_field, 0);
    before.text(type_field, {&pax_type, 1});
    before.number(major_field, 0);
    before.number(minor_field, 0);
    out += before.finish();
    out += pax;
    out += tar_padding(pax.size());
  }
  out += header.finish();
  return out;
}

std::string_view tar_padding(std::uint64_t size) {
  return {zeros.data(), static_cast<std::size_t>((block_size - size % block_size) % block_size)};
}

std::string_view tar_end() { return {zeros.data(), zeros.size()}; }

}  // namespace debone::layer
