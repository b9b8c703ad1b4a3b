#include "base/tar_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "base/error.h"
#include "base/text.h"

namespace debone::base {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t block_size = 512;
constexpr std::size_t longest_account = 255;

Error malformed(std::string what) { return {Exit::trust, "malformed tar archive: " + std::move(what)}; }

// POSIX pax(1), "ustar Interchange Format": a field's offset and width in the header block.
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
constexpr std::size_t type_offset = 156;
constexpr Field link_field{157, 100};
constexpr Field magic_field{257, 6};
constexpr Field user_field{265, 32};
constexpr Field group_field{297, 32};
constexpr Field major_field{329, 8};
constexpr Field minor_field{337, 8};
constexpr Field prefix_field{345, 155};

std::string_view raw(std::string_view header, Field field) { return header.substr(field.offset, field.width); }

std::string_view until_nul(std::string_view bytes) { return bytes.substr(0, bytes.find('\0')); }

std::string_view text(std::string_view header, Field field) { return until_nul(raw(header, field)); }

// GNU's binary numbers: two's complement, big endian, above a marker bit.
std::optional<std::int64_t> base_256(std::string_view bytes) {
  const bool negative = bytes.front() == '\xFF';
  if (!negative && bytes.front() != '\x80') return std::nullopt;
  std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
  for (std::size_t i = 1; i < bytes.size(); ++i) {
    const auto overflow = (value >> 55U) & 0x1FFU;
    if (overflow != (negative ? 0x1FFU : 0U)) return std::nullopt;
    value = value << 8U | static_cast<unsigned char>(bytes[i]);
  }
  return static_cast<std::int64_t>(value);
}

std::int64_t number(std::string_view header, Field field, std::string_view what) {
  const auto bytes = raw(header, field);
  const auto wrong = [&] { return malformed(fmt::format("the {} '{}' is no number", what, bytes)); };
  if ((static_cast<unsigned char>(bytes.front()) & 0x80U) != 0) {
    const auto value = base_256(bytes);
    if (!value) throw wrong();
    return *value;
  }
  // Octal digits between blanks, ended by a blank, a NUL or the field's end; an empty field is 0.
  auto digits = until_nul(bytes);
  digits.remove_prefix(std::min(digits.find_first_not_of(' '), digits.size()));
  digits = digits.substr(0, digits.find_last_not_of(' ') + 1);
  if (digits.empty()) return 0;
  const auto value = parse_octal(digits);  // at most 12 digits: 36 bits
  if (!value) throw wrong();
  return static_cast<std::int64_t>(*value);
}

template <typename Unsigned>
Unsigned as_unsigned(std::int64_t value, std::string_view what) {
  if (value < 0 || static_cast<std::uint64_t>(value) > std::numeric_limits<Unsigned>::max()) {
    throw malformed(fmt::format("the {} {} is out of range", what, value));
  }
  return static_cast<Unsigned>(value);
}

void check_checksum(std::string_view header) {
  // Old archivers summed signed bytes; GNU tar and dpkg take either sum. The field itself counts as blanks.
  const auto sum = [](std::string_view bytes, auto as) {
    std::int64_t total = 0;
    for (const char c : bytes) total += static_cast<decltype(as)>(c);
    return total;
  };
  const auto field = raw(header, checksum_field);
  constexpr std::int64_t blanks = ' ' * static_cast<std::int64_t>(checksum_field.width);
  const auto unsigned_sum = sum(header, std::uint8_t{}) - sum(field, std::uint8_t{}) + blanks;
  const auto signed_sum = sum(header, std::int8_t{}) - sum(field, std::int8_t{}) + blanks;
  const auto stated = number(header, checksum_field, "checksum");
  if (stated != unsigned_sum && stated != signed_sum) {
    throw malformed(fmt::format("a header's checksum is {}, it should be {}", stated, unsigned_sum));
  }
}

// What PAX headers say of the next entry (or, from a global one, of all that follow).
struct Pax {
  std::optional<std::string> path;
  std::optional<std::string> link_path;
  std::optional<std::uint64_t> size;
  std::optional<std::int64_t> mtime;
  std::optional<std::uint32_t> uid;
  std::optional<std::uint32_t> gid;
  std::optional<std::string> user;
  std::optional<std::string> group;
  std::map<std::string, std::string> xattrs;
};

std::string checked_text(std::string_view value, std::string_view what, std::size_t longest) {
  if (value.find('\0') != std::string_view::npos) throw malformed(fmt::format("the {} holds a NUL", what));
  if (value.size() > longest) {
    throw malformed(fmt::format("a {} of {} bytes is longer than the {} allowed", what, value.size(), longest));
  }
  return std::string(value);
}

template <typename Unsigned>
Unsigned pax_unsigned(std::string_view key, std::string_view value) {
  const auto parsed = parse_decimal(value);
  if (!parsed || *parsed > std::numeric_limits<Unsigned>::max()) {
    throw malformed(fmt::format("the PAX {} '{}' is no number in range", key, value));
  }
  return static_cast<Unsigned>(*parsed);
}

// "1700000000.25", "-1.5": seconds, rounded down.
std::int64_t pax_time(std::string_view value) {
  const auto wrong = [&] { return malformed(fmt::format("the PAX mtime '{}' is no time", value)); };
  auto rest = value;
  const bool negative = rest.starts_with('-');
  if (negative) rest.remove_prefix(1);
  const auto point = rest.find('.');
  const auto whole = parse_decimal(rest.substr(0, point));
  const auto fraction = point == std::string_view::npos ? ""sv : rest.substr(point + 1);
  if (!whole || *whole >= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) ||
      !std::ranges::all_of(fraction, is_digit)) {
    throw wrong();
  }
  const auto seconds = static_cast<std::int64_t>(*whole);
  if (!negative) return seconds;
  return -seconds - (fraction.find_first_not_of('0') == std::string_view::npos ? 0 : 1);
}

// An empty value takes back what a header before said (POSIX), but an xattr may be empty.
void apply_record(Pax& pax, std::string_view key, std::string_view value, bool global) {
  constexpr auto xattr_prefix = "SCHILY.xattr."sv;
  const auto set = [&](auto& field, auto&& parse) {
    if (value.empty()) {
      field.reset();
    } else {
      field = parse();
    }
  };
  const bool is_xattr = key.starts_with(xattr_prefix);
  if (key.starts_with("GNU.sparse.")) throw malformed("sparse files are not supported");
  if (global && (key == "path" || key == "linkpath" || key == "size" || is_xattr)) {
    throw malformed(fmt::format("a global PAX header sets '{}'", key));
  }
  if (key == "path") {
    set(pax.path, [&] { return checked_text(value, "name", longest_tar_name); });
  } else if (key == "linkpath") {
    set(pax.link_path, [&] { return checked_text(value, "link target", longest_tar_name); });
  } else if (key == "size") {
    set(pax.size, [&] { return pax_unsigned<std::uint64_t>(key, value); });
  } else if (key == "mtime") {
    set(pax.mtime, [&] { return pax_time(value); });
  } else if (key == "uid") {
    set(pax.uid, [&] { return pax_unsigned<std::uint32_t>(key, value); });
  } else if (key == "gid") {
    set(pax.gid, [&] { return pax_unsigned<std::uint32_t>(key, value); });
  } else if (key == "uname") {
    set(pax.user, [&] { return checked_text(value, "user name", longest_account); });
  } else if (key == "gname") {
    set(pax.group, [&] { return checked_text(value, "group name", longest_account); });
  } else if (is_xattr) {
    pax.xattrs.insert_or_assign(
        checked_text(key.substr(xattr_prefix.size()), "extended attribute's name", longest_account),
        std::string(value));
  }  // others (atime, comment, ...) say nothing that an image keeps
}

// "LENGTH KEY=VALUE\n" in a row, LENGTH counting all of its record.
void apply_pax(Pax& pax, std::string_view records, bool global) {
  while (!records.empty()) {
    const auto blank = records.find(' ');
    const auto length = parse_decimal(records.substr(0, blank));
    if (blank == std::string_view::npos || !length || *length > records.size() || *length < blank + 2 ||
        records[*length - 1] != '\n') {
      throw malformed("a PAX record's length is wrong");
    }
    const auto record = records.substr(blank + 1, *length - blank - 2);
    const auto equals = record.find('=');
    if (equals == std::string_view::npos || equals == 0) throw malformed("a PAX record has no key");
    apply_record(pax, record.substr(0, equals), record.substr(equals + 1), global);
    records.remove_prefix(*length);
  }
}

bool is_zero(std::string_view block) {
  return std::ranges::all_of(block, [](char c) { return c == '\0'; });
}

class Reader {
 public:
  Reader(std::string_view archive, std::size_t most_headers) : rest_(archive), most_headers_(most_headers) {}

  std::vector<TarEntry> read() {
    std::vector<TarEntry> entries;
    for (std::size_t headers = 0;; ++headers) {
      const auto header = take(block_size);
      if (is_zero(header)) {
        if (!is_zero(take(block_size))) throw malformed("a zero block stands between entries");
        if (pending_) throw malformed("its last header belongs to no entry");
        return entries;
      }
      if (headers == most_headers_) throw malformed(fmt::format("more than {} headers", most_headers_));
      check_checksum(header);
      if (!take_extension(header)) entries.push_back(entry(header));
    }
  }

 private:
  static Error cut_short() { return malformed("it is cut short"); }

  // `size` bytes and the padding to the block's end after them; the bytes alone are returned.
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) throw cut_short();
    const auto bytes = rest_.substr(0, static_cast<std::size_t>(size));
    const auto padded = (bytes.size() + block_size - 1) / block_size * block_size;
    if (padded > rest_.size()) throw cut_short();
    rest_.remove_prefix(padded);
    return bytes;
  }

  std::string_view take_bounded(std::string_view header, std::size_t most, std::string_view what) {
    const auto size = as_unsigned<std::uint64_t>(number(header, size_field, "size"), "size");
    if (size > most) throw malformed(fmt::format("a {} of {} bytes is longer than the {} allowed", what, size, most));
    return take(size);
  }

  // Headers that speak of the entry after them.
  bool take_extension(std::string_view header) {
    switch (header[type_offset]) {
      case 'x': apply_pax(next_, take_bounded(header, largest_pax_header, "PAX header"), false); break;
      case 'g': apply_pax(global_, take_bounded(header, largest_pax_header, "PAX header"), true); return true;
      case 'L': long_name_ = until_nul(take_bounded(header, longest_tar_name, "name")); break;
      case 'K': long_link_ = until_nul(take_bounded(header, longest_tar_name, "link target")); break;
      default: return false;
    }
    pending_ = true;
    return true;
  }

  TarEntry entry(std::string_view header) {
    const auto magic = raw(header, magic_field);
    const bool posix = magic == "ustar\0"sv;
    const bool with_accounts = posix || magic == "ustar "sv;  // GNU's own; before both: v7

    TarEntry made;
    made.name = name(header, posix);
    if (made.name.empty()) throw malformed("an entry has no name");
    made.type = type(header, made.name);
    made.mode = static_cast<std::uint32_t>(number(header, mode_field, "mode") & 07777);
    made.uid = either(next_.uid, global_.uid,
                      [&] { return as_unsigned<std::uint32_t>(number(header, uid_field, "user id"), "user id"); });
    made.gid = either(next_.gid, global_.gid,
                      [&] { return as_unsigned<std::uint32_t>(number(header, gid_field, "group id"), "group id"); });
    made.mtime = either(next_.mtime, global_.mtime, [&] { return number(header, mtime_field, "time"); });
    made.user =
        either(next_.user, global_.user, [&] { return std::string(with_accounts ? text(header, user_field) : ""sv); });
    made.group = either(next_.group, global_.group,
                        [&] { return std::string(with_accounts ? text(header, group_field) : ""sv); });
    if (made.type == TarType::character_device || made.type == TarType::block_device) {
      made.device_major = as_unsigned<std::uint64_t>(number(header, major_field, "device number"), "device number");
      made.device_minor = as_unsigned<std::uint64_t>(number(header, minor_field, "device number"), "device number");
    }
    if (made.type == TarType::symlink || made.type == TarType::hard_link) made.link_target = link_target(header);
    const auto size = next_.size ? *next_.size : as_unsigned<std::uint64_t>(number(header, size_field, "size"), "size");
    if (made.type == TarType::file) {
      made.content = take(size);
    } else if (size != 0) {
      throw malformed(fmt::format("'{}' is no file and has content", made.name));
    }
    made.xattrs = std::move(next_.xattrs);
    next_ = {};
    long_name_.reset();
    long_link_.reset();
    pending_ = false;
    return made;
  }

  std::string name(std::string_view header, bool posix) {
    if (next_.path) return std::move(*next_.path);
    if (long_name_) return std::string(*long_name_);
    const auto prefix = posix ? text(header, prefix_field) : ""sv;
    if (prefix.empty()) return std::string(text(header, name_field));
    return fmt::format("{}/{}", prefix, text(header, name_field));
  }

  std::string link_target(std::string_view header) {
    if (next_.link_path) return std::move(*next_.link_path);
    return std::string(long_link_ ? *long_link_ : text(header, link_field));
  }

  static TarType type(std::string_view header, std::string_view name) {
    switch (const char type = header[type_offset]) {
      case '\0':
      case '0':
      case '7': return name.ends_with('/') ? TarType::directory : TarType::file;  // v7 had no type for directories
      case '1': return TarType::hard_link;
      case '2': return TarType::symlink;
      case '3': return TarType::character_device;
      case '4': return TarType::block_device;
      case '5': return TarType::directory;
      case '6': return TarType::fifo;
      case 'S': throw malformed(fmt::format("'{}' is a sparse file, which is not supported", name));
      default: throw malformed(fmt::format("'{}' has the unknown type '{}'", name, type));
    }
  }

  template <typename T, typename Fn>
  static T either(const std::optional<T>& own, const std::optional<T>& of_all, Fn&& from_header) {
    if (own) return *own;
    if (of_all) return *of_all;
    return from_header();
  }

  std::string_view rest_;
  std::size_t most_headers_;
  Pax global_;
  Pax next_;
  std::optional<std::string_view> long_name_;
  std::optional<std::string_view> long_link_;
  bool pending_ = false;  // an extension was read and its entry not yet
};

}  // namespace

std::vector<TarEntry> read_tar(std::string_view archive, std::size_t most_headers) {
  return Reader(archive, most_headers).read();
}

}  // namespace debone::base
