#include "package/elf.h"

#include <elf.h>
#include <fmt/format.h>

#include <cstddef>
#include <limits>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "package/dlopen_note.h"

namespace debone::package {
namespace {

constexpr std::size_t most_segments = 1024;
constexpr std::size_t most_dynamic_entries = 65'536;
constexpr std::size_t most_needed = 1024;
constexpr std::size_t longest_string = 16'384;
constexpr std::string_view magic = ELFMAG;

base::Error malformed(std::string_view what) {
  return {base::Exit::trust, fmt::format("malformed ELF file: {}", what)};
}

// Where the fields that matter lie in the structures of elf.h, and how wide they are.
struct Layout {
  unsigned word;  // bytes of an address or offset
  std::uint64_t phoff, flags, phentsize, phnum;
  std::uint64_t segment_size, segment_offset, segment_address, segment_file_size;
  std::uint64_t dynamic_size, dynamic_value;
};
constexpr Layout layout_32{4,
                           offsetof(Elf32_Ehdr, e_phoff),
                           offsetof(Elf32_Ehdr, e_flags),
                           offsetof(Elf32_Ehdr, e_phentsize),
                           offsetof(Elf32_Ehdr, e_phnum),
                           sizeof(Elf32_Phdr),
                           offsetof(Elf32_Phdr, p_offset),
                           offsetof(Elf32_Phdr, p_vaddr),
                           offsetof(Elf32_Phdr, p_filesz),
                           sizeof(Elf32_Dyn),
                           offsetof(Elf32_Dyn, d_un)};
constexpr Layout layout_64{8,
                           offsetof(Elf64_Ehdr, e_phoff),
                           offsetof(Elf64_Ehdr, e_flags),
                           offsetof(Elf64_Ehdr, e_phentsize),
                           offsetof(Elf64_Ehdr, e_phnum),
                           sizeof(Elf64_Phdr),
                           offsetof(Elf64_Phdr, p_offset),
                           offsetof(Elf64_Phdr, p_vaddr),
                           offsetof(Elf64_Phdr, p_filesz),
                           sizeof(Elf64_Dyn),
                           offsetof(Elf64_Dyn, d_un)};

struct Segment {
  std::uint64_t type = 0;
  std::uint64_t offset = 0;
  std::uint64_t address = 0;
  std::uint64_t file_size = 0;
};

// The dynamic section's entries that matter; string tags are offsets into the string table.
struct Dynamic {
  std::vector<std::uint64_t> needed;
  std::optional<std::uint64_t> soname, rpath, runpath;
  std::optional<std::uint64_t> strings_address, strings_size;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  Elf read() {
    Elf elf;
    read_identification(elf);
    elf.type = static_cast<std::uint16_t>(number(offsetof(Elf64_Ehdr, e_type), 2));
    elf.machine = static_cast<std::uint16_t>(number(offsetof(Elf64_Ehdr, e_machine), 2));
    elf.flags = static_cast<std::uint32_t>(number(layout_.flags, 4));
    const auto segments = read_segments();
    for (const auto& segment : segments) {
      // A file of debugging symbols alone has its segments emptied.
      if (segment.file_size == 0) continue;
      if (segment.type == PT_INTERP) elf.interpreter = c_string(part(segment), 0, "interpreter");
      if (segment.type == PT_DYNAMIC && !elf.dynamic) {
        elf.dynamic = true;
        read_dynamic(elf, segment, segments);
      }
      if (segment.type == PT_NOTE) read_notes(elf, part(segment));
    }
    return elf;
  }

 private:
  void read_identification(Elf& elf) {
    if (bytes_.size() < EI_NIDENT) throw malformed("it is cut short in its header");
    const auto ident = [&](std::size_t i) { return static_cast<unsigned char>(bytes_[i]); };
    if (ident(EI_CLASS) != ELFCLASS32 && ident(EI_CLASS) != ELFCLASS64) throw malformed("unknown class");
    if (ident(EI_DATA) != ELFDATA2LSB && ident(EI_DATA) != ELFDATA2MSB) throw malformed("unknown byte order");
    if (ident(EI_VERSION) != EV_CURRENT) throw malformed("unknown version");
    elf.is_64 = ident(EI_CLASS) == ELFCLASS64;
    elf.big_endian = big_endian_ = ident(EI_DATA) == ELFDATA2MSB;
    layout_ = elf.is_64 ? layout_64 : layout_32;
    if (bytes_.size() < (elf.is_64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr))) {
      throw malformed("it is cut short in its header");
    }
  }

  std::vector<Segment> read_segments() const {
    const auto count = number(layout_.phnum, 2);
    if (count == 0) return {};
    if (count > most_segments) throw malformed(fmt::format("more than {} program headers", most_segments));
    if (number(layout_.phentsize, 2) != layout_.segment_size) throw malformed("its program headers' size is wrong");
    const auto table = part(number(layout_.phoff, layout_.word), count * layout_.segment_size, "program headers");
    const auto begin = static_cast<std::uint64_t>(table.data() - bytes_.data());
    std::vector<Segment> segments;
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto at = begin + i * layout_.segment_size;
      segments.push_back({number(at, 4), number(at + layout_.segment_offset, layout_.word),
                          number(at + layout_.segment_address, layout_.word),
                          number(at + layout_.segment_file_size, layout_.word)});
    }
    return segments;
  }

  void read_dynamic(Elf& elf, const Segment& segment, const std::vector<Segment>& segments) const {
    const auto dynamic = dynamic_entries(segment);
    if (dynamic.needed.empty() && !dynamic.soname && !dynamic.rpath && !dynamic.runpath) return;
    if (!dynamic.strings_address || !dynamic.strings_size) throw malformed("its dynamic section has no string table");
    const auto strings = mapped(*dynamic.strings_address, *dynamic.strings_size, segments);
    for (const auto offset : dynamic.needed) elf.needed.push_back(c_string(strings, offset, "DT_NEEDED"));
    if (dynamic.soname) elf.soname = c_string(strings, *dynamic.soname, "DT_SONAME");
    if (dynamic.rpath) elf.rpath = folders(c_string(strings, *dynamic.rpath, "DT_RPATH"));
    if (dynamic.runpath) elf.runpath = folders(c_string(strings, *dynamic.runpath, "DT_RUNPATH"));
  }

  Dynamic dynamic_entries(const Segment& segment) const {
    part(segment);  // its bounds
    const auto end = segment.offset + segment.file_size / layout_.dynamic_size * layout_.dynamic_size;
    Dynamic dynamic;
    std::size_t count = 0;
    for (auto at = segment.offset; at < end; at += layout_.dynamic_size) {
      if (++count > most_dynamic_entries) {
        throw malformed(fmt::format("more than {} dynamic entries", most_dynamic_entries));
      }
      const auto value = number(at + layout_.dynamic_value, layout_.word);
      // ld.so takes the last of several, all of DT_NEEDED.
      switch (number(at, layout_.word)) {
        case DT_NULL: return dynamic;
        case DT_NEEDED:
          if (dynamic.needed.size() == most_needed) throw malformed(fmt::format("it needs over {} names", most_needed));
          dynamic.needed.push_back(value);
          break;
        case DT_SONAME: dynamic.soname = value; break;
        case DT_RPATH: dynamic.rpath = value; break;
        case DT_RUNPATH: dynamic.runpath = value; break;
        case DT_STRTAB: dynamic.strings_address = value; break;
        case DT_STRSZ: dynamic.strings_size = value; break;
        default: break;
      }
    }
    return dynamic;
  }

  // elf(5): name size, descriptor size and type, then both, each padded to four bytes. What is malformed ends the
  // reading, since notes only tell; so does a segment of notes padded to eight (.note.gnu.property), after its first.
  void read_notes(Elf& elf, std::string_view notes) const {
    constexpr std::uint64_t header = 12;
    const auto padded = [](std::uint64_t size) { return (size + 3) & ~std::uint64_t{3}; };
    while (notes.size() >= header) {
      const auto begin = static_cast<std::uint64_t>(notes.data() - bytes_.data());
      const auto name_size = number(begin, 4);
      const auto content_size = number(begin + 4, 4);
      const auto content_at = header + padded(name_size);
      if (content_at > notes.size() || content_size > notes.size() - content_at) return;
      const auto name = notes.substr(header, static_cast<std::size_t>(name_size));
      if (number(begin + 8, 4) == dlopen_note_type && name == dlopen_note_name) {
        const auto content = notes.substr(static_cast<std::size_t>(content_at), static_cast<std::size_t>(content_size));
        for (auto& soname : read_dlopen_note(content)) elf.dlopen.push_back(std::move(soname));
      }
      const auto size = content_at + padded(content_size);
      if (size >= notes.size()) return;
      notes.remove_prefix(static_cast<std::size_t>(size));
    }
  }

  // The file's bytes that are loaded at `address`.
  std::string_view mapped(std::uint64_t address, std::uint64_t size, const std::vector<Segment>& segments) const {
    for (const auto& segment : segments) {
      if (segment.type != PT_LOAD || address < segment.address) continue;
      const auto into = address - segment.address;
      if (into >= segment.file_size || size > segment.file_size - into) continue;
      if (segment.offset > std::numeric_limits<std::uint64_t>::max() - into) continue;
      return part(segment.offset + into, size, "string table");
    }
    throw malformed("its string table is in no segment");
  }

  static std::vector<std::string> folders(const std::string& path) {
    if (path.empty()) return {};
    const auto pieces = base::split(path, ':');
    return {pieces.begin(), pieces.end()};
  }

  static std::string c_string(std::string_view bytes, std::uint64_t offset, std::string_view what) {
    if (offset >= bytes.size()) throw malformed(fmt::format("its {} lies outside the string table", what));
    bytes.remove_prefix(static_cast<std::size_t>(offset));
    const auto end = bytes.find('\0');
    if (end == std::string_view::npos) throw malformed(fmt::format("its {} does not end", what));
    if (end > longest_string) throw malformed(fmt::format("its {} is longer than {} bytes", what, longest_string));
    return std::string(bytes.substr(0, end));
  }

  std::string_view part(const Segment& segment) const { return part(segment.offset, segment.file_size, "a segment"); }

  std::string_view part(std::uint64_t offset, std::uint64_t size, std::string_view what) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) {
      throw malformed(fmt::format("{} beyond the file's end", what));
    }
    return bytes_.substr(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
  }

  std::uint64_t number(std::uint64_t offset, unsigned width) const {
    std::uint64_t value = 0;
    const auto bytes = part(offset, width, "a field");
    for (unsigned i = 0; i < width; ++i) {
      const auto byte = static_cast<unsigned char>(bytes[big_endian_ ? i : width - 1 - i]);
      value = value << 8U | byte;
    }
    return value;
  }

  std::string_view bytes_;
  Layout layout_ = layout_64;
  bool big_endian_ = false;
};

}  // namespace

bool is_elf(std::string_view bytes) { return bytes.starts_with(magic); }

std::optional<Elf> read_elf(std::string_view bytes) {
  if (!is_elf(bytes)) return std::nullopt;
  return Reader(bytes).read();
}

}  // namespace debone::package
