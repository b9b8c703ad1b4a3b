#include "effects/ld_so_cache_file.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "base/error.h"
#include "base/text.h"

namespace debone::effects {
namespace {

constexpr std::string_view magic = "glibc-ld.so.cache1.1";
constexpr std::size_t header_size = 48;
constexpr std::size_t entry_size = 24;
constexpr std::uint8_t little_endian_flag = 2;
constexpr std::uint8_t big_endian_flag = 3;
constexpr std::uint32_t extension_magic = 0xEAA42174;
constexpr std::uint32_t generator_tag = 0;
constexpr std::uint32_t hwcaps_tag = 1;
constexpr std::size_t extension_head_size = 8;
constexpr std::size_t extension_section_size = 16;
constexpr std::uint64_t hwcaps_bit = std::uint64_t{1} << 62U;  // DL_CACHE_HWCAP_EXTENSION

class Writer {
 public:
  explicit Writer(bool big_endian) : big_endian_(big_endian) {}
  void text(std::string_view bytes) { out_ += bytes; }
  void u8(std::uint8_t value) { out_ += static_cast<char>(value); }
  void u32(std::uint64_t value) { number(value, 4); }
  void u64(std::uint64_t value) { number(value, 8); }
  void pad_to(std::size_t size) { out_.resize(std::max(size, out_.size())); }
  std::size_t size() const { return out_.size(); }
  std::string take() { return std::move(out_); }

 private:
  void number(std::uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) {
      const unsigned shift = 8 * (big_endian_ ? bytes - 1 - i : i);
      out_ += static_cast<char>((value >> shift) & 0xFFU);
    }
  }
  bool big_endian_;
  std::string out_;
};

// elf/stringtable.c: the strings sorted from their ends, downwards, the longer before its suffix, so that a string that
// ends the one before it shares its bytes.
class Strings {
 public:
  void add(const std::string& text) { offsets_.emplace(text, 0); }

  std::string lay_out() {
    std::vector<std::map<std::string, std::size_t>::iterator> order;
    for (auto entry = offsets_.begin(); entry != offsets_.end(); ++entry) order.push_back(entry);
    std::ranges::sort(order, [](const auto& a, const auto& b) {
      return std::lexicographical_compare(
          b->first.rbegin(), b->first.rend(), a->first.rbegin(), a->first.rend(),
          [](char x, char y) { return static_cast<unsigned char>(x) < static_cast<unsigned char>(y); });
    });
    std::string table;
    std::string_view previous;
    std::size_t previous_end = 0;  // where the previous string's NUL is
    for (const auto& entry : order) {
      const std::string_view text = entry->first;
      if (!table.empty() && previous.ends_with(text)) {
        entry->second = previous_end - text.size();
      } else {
        entry->second = table.size();
        table += text;
        previous_end = table.size();
        table += '\0';
      }
      previous = text;
    }
    return table;
  }

  std::size_t offset(const std::string& text) const { return offsets_.at(text); }

 private:
  std::map<std::string, std::size_t> offsets_;
};

// elf/cache.c's compare(): names downwards, then flags downwards, then those in glibc-hwcaps first; equal ones as they
// were found.
std::vector<const CachedLibrary*> in_order(const std::vector<CachedLibrary>& libraries) {
  std::vector<const CachedLibrary*> order;
  order.reserve(libraries.size());
  for (const auto& library : libraries) order.push_back(&library);
  std::ranges::sort(order, [](const CachedLibrary* a, const CachedLibrary* b) {
    if (const int names = compare_library_names(b->soname, a->soname); names != 0) return names < 0;
    if (a->flags != b->flags) return a->flags > b->flags;
    if (a->hwcaps.empty() != b->hwcaps.empty()) return b->hwcaps.empty();
    if (a->hwcaps != b->hwcaps) return a->hwcaps < b->hwcaps;
    return a < b;  // both in one vector
  });
  return order;
}

}  // namespace

int compare_library_names(std::string_view a, std::string_view b) {
  const auto number = [](std::string_view text, std::size_t& i) {
    std::int64_t value = 0;
    for (; i < text.size() && base::is_digit(text[i]); ++i)
      if (value < std::numeric_limits<std::int64_t>::max() / 16) value = value * 10 + (text[i] - '0');
    return value;
  };
  std::size_t i = 0, j = 0;
  while (i < a.size()) {
    const char x = a[i];
    const char y = j < b.size() ? b[j] : '\0';
    if (base::is_digit(x) && base::is_digit(y)) {
      const auto left = number(a, i);
      const auto right = number(b, j);
      if (left != right) return left < right ? -1 : 1;
    } else if (base::is_digit(x)) {
      return 1;
    } else if (base::is_digit(y)) {
      return -1;
    } else if (x != y) {
      return x < y ? -1 : 1;
    } else {
      ++i;
      ++j;
    }
  }
  return j < b.size() ? -1 : 0;
}

std::string ld_so_cache_file(const std::vector<CachedLibrary>& libraries, const std::vector<std::string>& hwcaps,
                             std::string_view generator, bool big_endian) {
  Strings strings;
  std::set<std::string> used_hwcaps;
  for (const auto& name : hwcaps) strings.add(name);
  for (const auto& library : libraries) {
    strings.add(library.soname);
    strings.add(library.path);
    if (!library.hwcaps.empty()) used_hwcaps.insert(library.hwcaps);
  }
  const auto table = strings.lay_out();
  const auto strings_offset = header_size + entry_size * libraries.size();
  const auto extension_offset = (strings_offset + table.size() + 3) / 4 * 4;
  if (extension_offset > std::numeric_limits<std::uint32_t>::max() / 2)
    throw base::Error(base::Exit::internal, "too many libraries for /etc/ld.so.cache");

  Writer out(big_endian);
  out.text(magic);
  out.u32(libraries.size());
  out.u32(table.size());
  out.u8(big_endian ? big_endian_flag : little_endian_flag);
  out.pad_to(out.size() + 3);
  out.u32(extension_offset);
  out.pad_to(header_size);
  for (const auto* library : in_order(libraries)) {
    out.u32(static_cast<std::uint32_t>(library->flags));
    out.u32(strings_offset + strings.offset(library->soname));
    out.u32(strings_offset + strings.offset(library->path));
    out.u32(0);  // the OS version, no longer used
    const auto index = std::distance(used_hwcaps.begin(), used_hwcaps.find(library->hwcaps));
    out.u64(library->hwcaps.empty()
                ? 0
                : hwcaps_bit | std::uint64_t{library->isa_level} << 32U | static_cast<std::uint64_t>(index));
  }
  out.text(table);
  out.pad_to(extension_offset);

  // The extension: the generator's line and, where there are any, the names of the hwcaps subdirectories in use.
  const std::size_t sections = used_hwcaps.empty() ? 1 : 2;
  const auto hwcaps_offset = extension_offset + extension_head_size + extension_section_size * sections;
  const auto hwcaps_size = 4 * used_hwcaps.size();
  out.u32(extension_magic);
  out.u32(sections);
  const auto section = [&](std::uint32_t tag, std::size_t offset, std::size_t size) {
    out.u32(tag);
    out.u32(0);
    out.u32(offset);
    out.u32(size);
  };
  section(generator_tag, hwcaps_offset + hwcaps_size, generator.size());
  if (!used_hwcaps.empty()) section(hwcaps_tag, hwcaps_offset, hwcaps_size);
  for (const auto& name : used_hwcaps) out.u32(strings_offset + strings.offset(name));
  out.text(generator);
  return out.take();
}

}  // namespace debone::effects
