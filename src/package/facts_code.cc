// The form of Facts in the store: numbers of seven bits a byte, least first, the last without its high bit (LEB128),
// texts as their size and bytes, lists as their count and items.
#include <fmt/format.h>

#include <limits>
#include <utility>

#include "base/error.h"
#include "package/facts.h"

namespace debone::package {
namespace {

// To be raised whenever inspect() finds more or otherwise than before: what older debones kept is then not read.
constexpr std::uint64_t form = 1;

class Writer {
 public:
  void number(std::uint64_t value) {
    while (value > 0x7F) {
      bytes_ += static_cast<char>(value | 0x80U);
      value >>= 7U;
    }
    bytes_ += static_cast<char>(value);
  }
  void text(std::string_view text) {
    number(text.size());
    bytes_ += text;
  }
  void texts(const std::vector<std::string>& all) {
    number(all.size());
    for (const auto& one : all) text(one);
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) damaged();
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if ((byte & 0x80U) == 0) return value;
    }
    damaged();
  }
  template <typename T>
  T number_as() {
    const auto value = number();
    if (value > std::numeric_limits<T>::max()) damaged();
    return static_cast<T>(value);
  }
  // Each item takes a byte at least, so that a count beyond the rest cannot be.
  std::size_t count() {
    const auto value = number();
    if (value > rest_.size()) damaged();
    return static_cast<std::size_t>(value);
  }
  std::string text() {
    const auto size = count();
    std::string found(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return found;
  }
  std::vector<std::string> texts() {
    std::vector<std::string> all(count());
    for (auto& one : all) one = text();
    return all;
  }
  void end() const {
    if (!rest_.empty()) damaged();
  }
  [[noreturn]] static void damaged() { throw base::Error(base::Exit::internal, "the facts of a package are damaged"); }

 private:
  std::string_view rest_;
};

void write(Writer& to, const Elf& elf) {
  to.number((elf.is_64 ? 1U : 0U) | (elf.big_endian ? 2U : 0U) | (elf.dynamic ? 4U : 0U));
  to.number(elf.type);
  to.number(elf.machine);
  to.number(elf.flags);
  to.text(elf.interpreter);
  to.text(elf.soname);
  for (const auto* texts : {&elf.needed, &elf.rpath, &elf.runpath, &elf.dlopen}) to.texts(*texts);
}

Elf read_elf_facts(Reader& from) {
  Elf elf;
  const auto bits = from.number();
  elf.is_64 = (bits & 1U) != 0;
  elf.big_endian = (bits & 2U) != 0;
  elf.dynamic = (bits & 4U) != 0;
  elf.type = from.number_as<std::uint16_t>();
  elf.machine = from.number_as<std::uint16_t>();
  elf.flags = from.number_as<std::uint32_t>();
  elf.interpreter = from.text();
  elf.soname = from.text();
  for (auto* texts : {&elf.needed, &elf.rpath, &elf.runpath, &elf.dlopen}) *texts = from.texts();
  return elf;
}

void write(Writer& to, const File& file) {
  to.text(file.path);
  to.number(static_cast<std::uint64_t>(file.type));
  to.number(file.mode);
  to.number(file.size);
  to.text(file.link);
  to.number(file.elf ? 1 : 0);
  if (file.elf) write(to, *file.elf);
  to.text(file.interpreter);
  for (const auto* texts : {&file.sonames, &file.paths_named, &file.words_named}) to.texts(*texts);
}

File read_file_facts(Reader& from) {
  File file;
  file.path = from.text();
  const auto type = from.number();
  if (type > static_cast<std::uint64_t>(base::TarType::fifo)) Reader::damaged();
  file.type = static_cast<base::TarType>(type);
  file.mode = from.number_as<std::uint32_t>();
  file.size = from.number();
  file.link = from.text();
  if (from.number() == 1) file.elf = read_elf_facts(from);
  file.interpreter = from.text();
  for (auto* texts : {&file.sonames, &file.paths_named, &file.words_named}) *texts = from.texts();
  return file;
}

}  // namespace

std::string encode(const Facts& facts) {
  Writer to;
  to.number(form);
  to.text(facts.record.stanza);
  to.number(facts.control_files.size());
  for (const auto& [name, text] : facts.control_files) {
    to.text(name);
    to.text(text);
  }
  to.number(facts.files.size());
  for (const auto& file : facts.files) write(to, file);
  return to.take();
}

std::optional<Facts> decode(std::string_view bytes, std::string_view architecture) {
  Reader from(bytes);
  if (bytes.empty() || from.number() != form) return std::nullopt;
  Facts facts;
  facts.record = debian::parse_package(from.text(), architecture);
  for (auto left = from.count(); left > 0; --left) {
    auto name = from.text();
    facts.control_files[std::move(name)] = from.text();
  }
  const auto count = from.count();
  facts.files.reserve(count);
  for (std::size_t i = 0; i < count; ++i) facts.files.push_back(read_file_facts(from));
  from.end();
  return facts;
}

}  // namespace debone::package
