// For tests: the smallest ELF libraries that say what a test needs, for any machine.
#pragma once

#include <elf.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace debone::package::testing {

struct FakeElf {
  bool is_64 = true;
  bool big_endian = false;
  std::uint16_t machine = EM_X86_64;
  std::uint16_t type = ET_DYN;
  std::uint32_t flags = 0;
  std::string soname = {};
  std::vector<std::string> needed = {};
  std::string interpreter = {};                  // PT_INTERP
  std::string rpath = {};                        // DT_RPATH
  std::string runpath = {};                      // DT_RUNPATH
  std::optional<std::uint32_t> isa_needed = {};  // GNU_PROPERTY_X86_ISA_1_NEEDED
  std::string tail = {};                         // bytes after all

  std::string bytes() const {
    const unsigned word = is_64 ? 8 : 4;
    const std::size_t header_size = is_64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
    const std::size_t segment_size = is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
    const std::size_t segments = 2U + (isa_needed ? 1U : 0U) + (interpreter.empty() ? 0U : 1U);

    std::string strings(1, '\0');
    const auto name = [&](const std::string& text) {
      const auto offset = strings.size();
      strings += text + '\0';
      return offset;
    };
    const auto dynamic_at = header_size + segments * segment_size;
    const auto entries =
        needed.size() + (soname.empty() ? 0U : 1U) + (rpath.empty() ? 0U : 1U) + (runpath.empty() ? 0U : 1U) + 3U;
    const auto strings_at = dynamic_at + entries * 2 * word;
    std::string dynamic;
    const auto entry = [&](std::uint64_t tag, std::uint64_t value) {
      put(dynamic, tag, word);
      put(dynamic, value, word);
    };
    for (const auto& library : needed) entry(DT_NEEDED, name(library));
    if (!soname.empty()) entry(DT_SONAME, name(soname));
    if (!rpath.empty()) entry(DT_RPATH, name(rpath));
    if (!runpath.empty()) entry(DT_RUNPATH, name(runpath));
    entry(DT_STRTAB, strings_at);
    strings.resize((strings.size() + 7) / 8 * 8);
    entry(DT_STRSZ, strings.size());
    entry(DT_NULL, 0);

    std::string note;
    if (isa_needed) {
      put(note, 4, 4);
      put(note, 2 * word + (is_64 ? 0 : 4), 4);
      put(note, NT_GNU_PROPERTY_TYPE_0, 4);
      note += std::string("GNU\0", 4);
      put(note, GNU_PROPERTY_X86_ISA_1_NEEDED, 4);
      put(note, 4, 4);
      put(note, *isa_needed, 4);
      if (is_64) put(note, 0, 4);
    }
    const auto note_at = strings_at + strings.size();
    const auto loader = interpreter.empty() ? std::string() : interpreter + '\0';
    const auto loader_at = note_at + note.size();
    const auto total = loader_at + loader.size() + tail.size();

    std::string out(ELFMAG);
    out += static_cast<char>(is_64 ? ELFCLASS64 : ELFCLASS32);
    out += static_cast<char>(big_endian ? ELFDATA2MSB : ELFDATA2LSB);
    out += static_cast<char>(EV_CURRENT);
    out.resize(EI_NIDENT);
    put(out, type, 2);
    put(out, machine, 2);
    put(out, EV_CURRENT, 4);
    put(out, 0, word);            // e_entry
    put(out, header_size, word);  // e_phoff
    put(out, 0, word);            // e_shoff
    put(out, flags, 4);
    put(out, header_size, 2);
    put(out, segment_size, 2);
    put(out, segments, 2);
    put(out, 0, 6);  // no sections
    segment(out, PT_LOAD, 0, total, 4096);
    segment(out, PT_DYNAMIC, dynamic_at, dynamic.size(), word);
    if (isa_needed) segment(out, PT_GNU_PROPERTY, note_at, note.size(), word);
    if (!loader.empty()) segment(out, PT_INTERP, loader_at, loader.size(), 1);
    return out + dynamic + strings + note + loader + tail;
  }

 private:
  void put(std::string& out, std::uint64_t value, unsigned size) const {
    for (unsigned i = 0; i < size; ++i) {
      const unsigned place = big_endian ? size - 1 - i : i;
      out += place < 8 ? static_cast<char>(value >> (8 * place) & 0xFFU) : '\0';
    }
  }
  void segment(std::string& out, std::uint32_t kind, std::uint64_t at, std::uint64_t size, std::uint64_t align) const {
    const unsigned word = is_64 ? 8 : 4;
    put(out, kind, 4);
    if (is_64) put(out, PF_R, 4);
    put(out, at, word);
    put(out, at, word);  // the address is the offset
    put(out, at, word);
    put(out, size, word);
    put(out, size, word);
    if (!is_64) put(out, PF_R, 4);
    put(out, align, word);
  }
};

}  // namespace debone::package::testing
