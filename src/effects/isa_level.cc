#include "effects/isa_level.h"

#include <elf.h>

#include <bit>
#include <cstddef>
#include <optional>

namespace debone::effects {
namespace {

// A little-endian number, 0 beyond the end.
std::uint64_t number(std::string_view bytes, std::uint64_t at, unsigned size) {
  if (at > bytes.size() || bytes.size() - at < size) return 0;
  std::uint64_t value = 0;
  for (unsigned i = size; i-- > 0;) value = value << 8U | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

std::string_view part(std::string_view bytes, std::uint64_t offset, std::uint64_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset) return {};
  return bytes.substr(offset, size);
}

std::uint64_t align(std::uint64_t value, std::uint64_t to) { return (value + to - 1) / to * to; }

// The level in the properties of one note, which stand in the order of their types.
std::uint32_t level_of(std::string_view properties, unsigned word) {
  std::uint64_t i = 0;
  while (properties.size() - i >= 8) {
    const auto type = number(properties, i, 4);
    const auto size = number(properties, i + 4, 4);
    i += 8;
    if (size > properties.size() - i) return 0;
    if (type == GNU_PROPERTY_X86_ISA_1_NEEDED && size == 4) {
      const auto needed = static_cast<std::uint32_t>(number(properties, i, 4));
      return needed == 0 ? 0 : static_cast<std::uint32_t>(std::bit_width(needed)) - 1;
    }
    i += align(size, word);
    if (i > properties.size()) return 0;
  }
  return 0;
}

std::uint32_t level_in_notes(std::string_view notes, unsigned word) {
  while (notes.size() >= 12) {
    const auto name_size = number(notes, 0, 4);
    const auto size = number(notes, 4, 4);
    const auto type = number(notes, 8, 4);
    const auto begin = align(12 + name_size, word);
    if (type == NT_GNU_PROPERTY_TYPE_0 && name_size == 4 && notes.substr(12, 3) == "GNU")
      return level_of(part(notes, begin, size), word);
    const auto end = begin + align(size, word);
    if (end >= notes.size()) return 0;
    notes.remove_prefix(end);
  }
  return 0;
}

}  // namespace

std::uint32_t x86_isa_level(std::string_view elf) {
  if (elf.size() < EI_NIDENT || elf[EI_DATA] != ELFDATA2LSB) return 0;
  const bool is_64 = elf[EI_CLASS] == ELFCLASS64;
  const unsigned word = is_64 ? 8 : 4;
  const auto table = number(elf, is_64 ? offsetof(Elf64_Ehdr, e_phoff) : offsetof(Elf32_Ehdr, e_phoff), word);
  const auto count = number(elf, is_64 ? offsetof(Elf64_Ehdr, e_phnum) : offsetof(Elf32_Ehdr, e_phnum), 2);
  const auto size = is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
  if (table > elf.size()) return 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto header = table + i * size;
    if (number(elf, header, 4) != PT_GNU_PROPERTY) continue;
    const auto offset =
        number(elf, header + (is_64 ? offsetof(Elf64_Phdr, p_offset) : offsetof(Elf32_Phdr, p_offset)), word);
    const auto length =
        number(elf, header + (is_64 ? offsetof(Elf64_Phdr, p_filesz) : offsetof(Elf32_Phdr, p_filesz)), word);
    const auto alignment =
        number(elf, header + (is_64 ? offsetof(Elf64_Phdr, p_align) : offsetof(Elf32_Phdr, p_align)), word);
    if (alignment == word) return level_in_notes(part(elf, offset, length), word);
  }
  return 0;
}

}  // namespace debone::effects
