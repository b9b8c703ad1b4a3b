#include "check/loader.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "tree/programs.h"

namespace debone::check {
namespace {

using base::RelPath;
using package::Elf;

RelPath at(std::string_view path) { return *RelPath::parse(path); }

std::optional<Elf> read(const tree::Node& node) {
  if (node.type != tree::NodeType::file || !package::is_elf(node.content.bytes())) return std::nullopt;
  try {
    return package::read_elf(node.content.bytes());
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

bool is_of_one_kind(const Elf& a, const Elf& b) {
  return a.is_64 == b.is_64 && a.machine == b.machine && a.big_endian == b.big_endian;
}

std::optional<RelPath> resolve(const tree::Tree& tree, const RelPath& path) {
  try {
    return tree.resolve(path, true);
  } catch (const base::Error&) {
    return std::nullopt;  // a circle, or out of the root
  }
}

// "x86_64-linux-gnu": a directory of /lib and /usr/lib that Debian's loader of that machine has built in.
bool is_triplet(std::string_view name) { return name.find("-linux-") != std::string_view::npos; }

bool is_musls(std::string_view interpreter) {
  return interpreter.substr(interpreter.rfind('/') + 1).starts_with("ld-musl-");
}

// What glibc's AT_PLATFORM is on the least machine of that kind; nothing where it differs from one to the other.
std::string_view platform_of(const Elf& elf) {
  switch (elf.machine) {
    case EM_X86_64: return "x86_64";
    case EM_386: return "i686";
    case EM_AARCH64: return "aarch64";
    default: return {};
  }
}

void replace_variable(std::string& text, std::string_view name, std::string_view value) {
  for (const auto& written : {fmt::format("${{{}}}", name), fmt::format("${}", name)}) {
    for (std::size_t i = text.find(written); i != std::string::npos; i = text.find(written, i + value.size()))
      text.replace(i, written.size(), value);
  }
}

constexpr std::size_t longest_path = 4096;  // PATH_MAX

// Numbers of /etc/ld.so.cache, in the byte order of its machine; beyond its end they are 0.
class CacheReader {
 public:
  CacheReader(std::string_view bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

  std::uint64_t number(std::size_t offset, unsigned size) const {
    if (offset > bytes_.size() || bytes_.size() - offset < size) return 0;
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i)
      value = value << 8U | static_cast<unsigned char>(bytes_[offset + (big_endian_ ? i : size - 1 - i)]);
    return value;
  }
  std::string_view text(std::size_t offset) const {
    const auto rest = offset < bytes_.size() ? bytes_.substr(offset) : std::string_view();
    return rest.substr(0, rest.find('\0'));
  }

 private:
  std::string_view bytes_;
  bool big_endian_;
};

}  // namespace

Loader::Loader(const tree::Tree& tree, std::string library_path, std::size_t most_searches)
    : tree_(tree), most_searches_(most_searches) {
  std::ranges::replace(library_path, ';', ':');
  for (const auto part : base::split(library_path, ':')) {
    if (!part.empty()) library_path_.emplace_back(part);
  }
  for (const auto& [path, node] : tree.nodes()) {
    if (node.type != tree::NodeType::directory) names_.emplace(path.name(), path);
    if (auto elf = read(node)) files_.emplace(path, *std::move(elf));
  }
  find_defaults();
  read_cache();
}

// Debian's, and where the C library itself lies: that is a default of every glibc.
void Loader::find_defaults() {
  std::vector<RelPath> directories{at("lib"), at("usr/lib")};
  lib_names_ = {"lib", "lib64"};
  std::set<std::string> triplets;
  for (const auto* parent : {"lib", "usr/lib"}) {
    const auto real = resolve(tree_, at(parent));
    if (!real) continue;
    const auto [begin, end] = tree_.below(*real);
    for (auto i = begin; i != end; ++i) {
      if (i->first.parent() == *real && is_triplet(i->first.name())) triplets.emplace(i->first.name());
    }
  }
  for (const auto& triplet : triplets) {
    lib_names_.push_back("lib/" + triplet);
    for (const auto* parent : {"lib", "usr/lib"}) directories.push_back(at(parent) / at(triplet));
  }
  for (const auto* directory : {"lib64", "usr/lib64", "lib32", "usr/lib32", "libx32", "usr/libx32"}) {
    if (tree::follow(tree_, at(directory) / at("libc.so.6")) != nullptr) directories.push_back(at(directory));
  }
  for (const auto& directory : directories) {
    const auto real = resolve(tree_, directory);
    if (real && searched_.insert(*real).second) defaults_.push_back(*real);
  }
}

// elf/cache.c's "new" format, which may follow the old one.
void Loader::read_cache() {
  constexpr std::string_view magic = "glibc-ld.so.cache1.1";
  constexpr std::size_t header_size = 48;
  constexpr std::size_t entry_size = 24;
  constexpr unsigned big_endian_flag = 3;
  const auto* node = tree::follow(tree_, at("etc/ld.so.cache"));
  if (node == nullptr || node->type != tree::NodeType::file) return;
  auto bytes = node->content.bytes();
  const auto begin = bytes.find(magic);
  if (begin == std::string_view::npos || bytes.size() - begin < header_size) return;
  bytes = bytes.substr(begin);
  const CacheReader cache(bytes, static_cast<unsigned char>(bytes[28]) == big_endian_flag);
  const auto count = std::min<std::uint64_t>(cache.number(20, 4), (bytes.size() - header_size) / entry_size);
  for (std::size_t i = 0; i < count; ++i) {
    const auto entry = header_size + i * entry_size;
    if (cache.number(entry + 16, 8) != 0) continue;  // for some machines alone
    const auto path = RelPath::parse_absolute(cache.text(cache.number(entry + 8, 4)));
    if (!path || path->is_root()) continue;
    cached_.emplace(cache.text(cache.number(entry + 4, 4)), *path);
    if (const auto real = resolve(tree_, path->parent())) searched_.insert(*real);
  }
}

// Without /etc/ld-musl-MACHINE.path these three.
std::vector<RelPath> Loader::musl_directories(const std::string& interpreter) {
  auto name = interpreter.substr(interpreter.rfind('/') + 1);
  name.resize(std::min(name.find(".so"), name.size()));
  std::string text = "/lib:/usr/local/lib:/usr/lib";
  const auto file = RelPath::parse("etc/" + name + ".path");
  const auto* node = file ? tree::follow(tree_, *file) : nullptr;
  if (node != nullptr && node->type == tree::NodeType::file) text = node->content.bytes();
  std::ranges::replace(text, '\n', ':');
  std::vector<RelPath> directories;
  for (const auto part : base::split(text, ':')) {
    if (const auto found = directory(std::string(part))) directories.push_back(*found);
  }
  return directories;
}

// The directory of that absolute path, step by step, since `..` goes up from where a link led.
std::optional<RelPath> Loader::directory(const std::string& text) {
  const auto [known, is_new] = directories_.try_emplace(text);
  if (!is_new || !text.starts_with('/')) return known->second;
  RelPath where;
  for (const auto part : base::split(text, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      where = where.parent();
      continue;
    }
    const auto name = RelPath::parse(part);
    const auto real = name ? resolve(tree_, where / *name) : std::nullopt;
    const auto* node = real ? tree_.find(*real) : nullptr;
    if (node == nullptr || node->type != tree::NodeType::directory) return std::nullopt;
    where = *real;
  }
  return known->second = where;
}

void Loader::count_search() {
  if (++searches_ <= most_searches_) return;
  throw base::Error(base::Exit::trust,
                    fmt::format("the image's ELF files need libraries in over {} places", most_searches_))
      .hint("no real program does: the image may have been made to stop who looks at it");
}

std::vector<RelPath> Loader::expanded(const std::string& text, const RelPath& origin, const Elf& elf) {
  if (text.size() > longest_path) return {};
  auto plain = text;
  replace_variable(plain, "ORIGIN", origin.absolute());
  if (!platform_of(elf).empty()) replace_variable(plain, "PLATFORM", platform_of(elf));
  std::vector<RelPath> directories;
  for (const auto& name : lib_names_) {
    auto one = plain;
    replace_variable(one, "LIB", name);
    const auto found = directory(one);
    if (found && !std::ranges::count(directories, *found)) directories.push_back(*found);
    if (one == plain) break;
  }
  return directories;
}

std::optional<Loader::Library> Loader::in(const RelPath& directory, std::string_view soname, const Elf& by) const {
  const auto name = RelPath::parse(soname);
  const auto real = name ? resolve(tree_, directory / *name) : std::nullopt;
  if (!real) return std::nullopt;
  const auto file = files_.find(*real);
  if (file == files_.end() || !is_of_one_kind(file->second, by)) return std::nullopt;
  return Library{directory, *real};
}

std::optional<Loader::Library> Loader::in_any(const std::vector<std::string>& directories, const RelPath& origin,
                                              std::string_view soname, const Elf& by) {
  for (const auto& text : directories) {
    count_search();
    for (const auto& directory : expanded(text, origin, by)) {
      if (auto found = in(directory, soname, by)) return found;
    }
  }
  return std::nullopt;
}

std::optional<Loader::Library> Loader::find_by_default(const std::string& soname, const Elf& by) const {
  const auto [begin, end] = cached_.equal_range(soname);
  for (auto i = begin; i != end; ++i) {
    if (auto found = in(i->second.parent(), i->second.name(), by)) return found;
  }
  for (const auto& directory : defaults_) {
    if (auto found = in(directory, soname, by)) return found;
  }
  return std::nullopt;
}

// elf/dl-load.c's _dl_map_object() and musl's load_library().
std::optional<Loader::Library> Loader::find(const Objects& objects, std::size_t by, const std::string& soname,
                                            bool is_musl) {
  const auto& object = objects[by];
  const auto& elf = *object.elf;
  if (soname.find('/') != std::string::npos) {
    const auto path = RelPath::parse_absolute(soname);
    return path ? in(path->parent(), path->name(), elf) : std::nullopt;
  }
  const auto in_library_path = [&] { return in_any(library_path_, objects.front().directory, soname, elf); };
  // Of the file itself, of what loaded it, and so on to the program.
  const auto in_run_paths = [&]() -> std::optional<Library> {
    for (std::optional<std::size_t> i = by; i; i = objects[*i].loaded_by) {
      const auto& loader = *objects[*i].elf;
      const auto& paths = loader.runpath.empty() ? loader.rpath : loader.runpath;
      if (!is_musl && !loader.runpath.empty()) continue;
      if (auto found = in_any(paths, objects[*i].directory, soname, elf)) return found;
    }
    return std::nullopt;
  };
  if (is_musl) {
    if (auto found = in_library_path()) return found;
    if (auto found = in_run_paths()) return found;
    for (const auto& directory : musl_directories(objects.front().elf->interpreter)) {
      if (auto found = in(directory, soname, elf)) return found;
    }
    return std::nullopt;
  }
  if (elf.runpath.empty()) {
    if (auto found = in_run_paths()) return found;
  }
  if (auto found = in_library_path()) return found;
  if (auto found = in_any(elf.runpath, object.directory, soname, elf)) return found;
  return find_by_default(soname, elf);
}

void Loader::load(const RelPath& program, const Tell& tell) {
  const auto& elf = files_.at(program);
  const bool is_musl = is_musls(elf.interpreter);
  Objects objects{{program.parent(), program, &elf, std::nullopt}};
  std::set<RelPath> loaded{program};
  // The loader is there, and goes by its own name; so does musl's C library, which it is.
  std::set<std::string, std::less<>> names{elf.interpreter.substr(elf.interpreter.rfind('/') + 1)};
  if (is_musl) names.insert("libc.so");
  for (std::size_t i = 0; i < objects.size(); ++i) {
    for (const auto& soname : objects[i].elf->needed) {
      auto found = names.contains(soname) ? std::nullopt : find(objects, i, soname, is_musl);
      const bool is_there = found || names.contains(soname);
      if (found) {
        names.insert(soname);
        if (loaded.insert(found->file).second) {
          const auto& library = files_.at(found->file);
          if (!library.soname.empty()) names.insert(library.soname);
          objects.push_back({std::move(found->directory), std::move(found->file), &library, i});
        }
      }
      tell(objects[i].file, soname, is_there);
    }
  }
}

std::optional<RelPath> Loader::anywhere(std::string_view soname, const Elf& by) const {
  const auto [begin, end] = names_.equal_range(soname.substr(soname.rfind('/') + 1));
  for (auto i = begin; i != end; ++i) {
    const auto real = resolve(tree_, i->second);
    const auto file = real ? files_.find(*real) : files_.end();
    if (file != files_.end() && is_of_one_kind(file->second, by)) return i->second;
  }
  return std::nullopt;
}

}  // namespace debone::check
