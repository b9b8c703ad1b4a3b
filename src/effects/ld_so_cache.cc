// What ldconfig(8) does (elf/ldconfig.c of glibc), on the tree.
#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "debian/multiarch.h"
#include "effects/finishers.h"
#include "effects/isa_level.h"
#include "effects/ld_so_cache_file.h"
#include "effects/library_directories.h"
#include "package/elf.h"

namespace debone::effects {
namespace {

using base::RelPath;

enum class Family { x86, arm, power, s390, riscv };

struct Machine {
  std::string_view architecture;  // Debian's name
  Family family;
  bool big_endian = false;
};

constexpr std::array<Machine, 8> machines{{
    {"amd64", Family::x86},
    {"arm64", Family::arm},
    {"armel", Family::arm},
    {"armhf", Family::arm},
    {"i386", Family::x86},
    {"ppc64el", Family::power},
    {"riscv64", Family::riscv},
    {"s390x", Family::s390, true},
}};

// sysdeps/generic/ldconfig.h
constexpr std::int32_t elf_flag = 0x0001;  // FLAG_ELF: before glibc 2.37, what does not name its libc
constexpr std::int32_t libc6_flag = 0x0003;
constexpr std::int32_t x86_64_flag = 0x0300;
constexpr std::int32_t s390_64_flag = 0x0400;
constexpr std::int32_t power_64_flag = 0x0500;
constexpr std::int32_t x32_flag = 0x0800;
constexpr std::int32_t arm_hard_float_flag = 0x0900;
constexpr std::int32_t aarch64_flag = 0x0A00;
constexpr std::int32_t arm_soft_float_flag = 0x0B00;
constexpr std::int32_t riscv_soft_float_flag = 0x0F00;
constexpr std::int32_t riscv_double_float_flag = 0x1000;

// What the image's libc says of itself: "(Debian GLIBC 2.41-12) stable release version 2.41".
struct Libc {
  std::string banner;
  bool names_libc_kind = false;  // before 2.37, ldconfig told libraries of libc 5 and 6 apart
};

std::optional<Libc> read_libc(std::string_view bytes) {
  constexpr std::string_view head = "GNU C Library ";
  auto found = bytes.find("GNU C Library (");
  if (found == std::string_view::npos) return std::nullopt;
  auto line = bytes.substr(found + head.size());
  line = line.substr(0, std::min(line.find('\n'), std::size_t{200}));
  while (line.ends_with('.')) line.remove_suffix(1);
  Libc libc{std::string(line), false};
  const auto version = line.substr(line.rfind(' ') + 1);
  if (version.starts_with("2.")) {
    const auto minor = base::parse_decimal(version.substr(2, version.find('.', 2) - 2));
    libc.names_libc_kind = minor && *minor < 37;
  }
  return libc;
}

// Before glibc 2.37 a 32-bit library that names neither libc.so.6 nor libm.so.6 nor the loader is just "ELF".
std::int32_t generic_flag(const package::Elf& elf, const Libc& libc) {
  if (!libc.names_libc_kind) return libc6_flag;
  const bool names_it =
      std::ranges::any_of(elf.needed, [](const auto& name) { return name == "libc.so.6" || name == "libm.so.6"; });
  return names_it || !elf.interpreter.empty() ? libc6_flag : elf_flag;
}

// The cache's flags for a library, or nothing where that machine's ldconfig would not list it.
std::optional<std::int32_t> flags_of(const package::Elf& elf, const Machine& machine, const Libc& libc) {
  switch (machine.family) {
    case Family::x86:
      if (elf.is_64) return libc6_flag | x86_64_flag;
      if (elf.machine == EM_X86_64) return libc6_flag | x32_flag;
      return generic_flag(elf, libc);
    case Family::arm:
      if (elf.is_64) return libc6_flag | aarch64_flag;
      if (EF_ARM_EABI_VERSION(elf.flags) != EF_ARM_EABI_VER5) return generic_flag(elf, libc);
      if ((elf.flags & EF_ARM_ABI_FLOAT_HARD) != 0) return libc6_flag | arm_hard_float_flag;
      if ((elf.flags & EF_ARM_ABI_FLOAT_SOFT) != 0) return libc6_flag | arm_soft_float_flag;
      return libc6_flag;
    case Family::power: return elf.is_64 ? libc6_flag | power_64_flag : generic_flag(elf, libc);
    case Family::s390: return elf.is_64 ? libc6_flag | s390_64_flag : generic_flag(elf, libc);
    case Family::riscv:
      if ((elf.flags & ~std::uint32_t{EF_RISCV_FLOAT_ABI | EF_RISCV_RVC}) != 0) return std::nullopt;
      switch (elf.flags & EF_RISCV_FLOAT_ABI) {
        case EF_RISCV_FLOAT_ABI_SOFT: return libc6_flag | riscv_soft_float_flag;
        case EF_RISCV_FLOAT_ABI_DOUBLE: return libc6_flag | riscv_double_float_flag;
        default: return std::nullopt;
      }
  }
  return std::nullopt;
}

// elf/dl-is_dso.h
bool has_library_name(std::string_view name) {
  return ((name.starts_with("lib") || name.starts_with("ld-")) && name.find(".so") != std::string_view::npos) ||
         name.starts_with("ld.so.") || name.starts_with("ld64.so.");
}

bool is_loader(std::string_view soname) {
  return soname.starts_with("ld-linux") || soname.starts_with("ld.so.") || soname.starts_with("ld64.so.");
}

bool is_temporary(std::string_view name) {
  return name.find(';') != std::string_view::npos || name.ends_with(".dpkg-new") || name.ends_with(".dpkg-tmp");
}

struct Library {
  std::string name;
  std::string soname;
  bool is_link = false;
  package::Elf elf;
  std::string_view content;
};

class Configurator {
 public:
  Configurator(Context& context, const Machine& machine) : context_(context), machine_(machine) {}

  void run() {
    const auto directories = library_directories(context_.tree, debian::multiarch(machine_.architecture));
    std::vector<std::pair<const LibraryDirectory*, std::vector<Library>>> found;
    found.reserve(directories.size());
    for (const auto& directory : directories) found.emplace_back(&directory, search(directory));
    const auto libc = libc_of(found);
    if (!libc) return;  // nobody in the image reads the cache

    std::vector<CachedLibrary> cached;
    std::vector<std::string> hwcaps;
    for (const auto& [directory, libraries] : found) {
      if (!directory->hwcaps.empty()) hwcaps.push_back(directory->hwcaps);
      for (const auto& library : libraries) {
        const auto flags = flags_of(library.elf, machine_, *libc);
        if (!flags) continue;
        CachedLibrary entry;
        entry.soname = library.soname;
        entry.flags = *flags;
        entry.hwcaps = directory->hwcaps;
        if (directory->hwcaps.empty()) {
          if (!library.is_link) link(*directory, library);
          entry.path = fmt::format("{}/{}", directory->path, library.soname);
        } else {
          entry.path = fmt::format("{}/{}", directory->path, library.name);
          if (machine_.family == Family::x86) entry.isa_level = x86_isa_level(library.content);
        }
        cached.push_back(std::move(entry));
      }
    }
    context_.write(at("etc/ld.so.cache"),
                   ld_so_cache_file(cached, hwcaps, "ldconfig " + libc->banner, machine_.big_endian));
  }

 private:
  // The libraries of one directory, each soname once: a file rather than a link, else the newest name.
  std::vector<Library> search(const LibraryDirectory& directory) {
    std::map<std::string, Library> by_soname;
    for (const auto& path : context_.files_in(directory.real)) {
      auto library = read(path, directory);
      if (!library) continue;
      const auto [standing, is_new] = by_soname.try_emplace(library->soname, *library);
      if (is_new) continue;
      auto& other = standing->second;
      if ((!library->is_link && other.is_link) ||
          (library->is_link == other.is_link && compare_library_names(other.name, library->name) < 0))
        other = std::move(*library);
    }
    std::vector<Library> libraries;
    libraries.reserve(by_soname.size());
    for (auto& [soname, library] : by_soname) libraries.push_back(std::move(library));
    return libraries;
  }

  std::optional<Library> read(const RelPath& path, const LibraryDirectory& directory) {
    const auto name = path.name();
    const bool is_link = context_.tree.find(path)->type == tree::NodeType::symlink;
    if (!has_library_name(name) && (!is_link || directory.hwcaps.empty())) return std::nullopt;
    if (is_temporary(name)) return std::nullopt;
    const auto content = follow(path);
    if (!content) {
      // ldconfig removes links to libraries that are not there.
      if (is_link && name.find(".so.") != std::string_view::npos && !leads_anywhere(path)) context_.tree.remove(path);
      return std::nullopt;
    }
    auto elf = read_elf(*content, path);
    if (!elf || !elf->dynamic || elf->type != ET_DYN || elf->big_endian != machine_.big_endian) return std::nullopt;
    Library library;
    library.name = name;
    library.soname = elf->soname.empty() ? std::string(name) : elf->soname;
    // A link that is not the soname's, nor the development link libx.so to libx.so.N, counts as a file.
    library.is_link =
        is_link && (name == library.soname || (name.ends_with(".so") && library.soname.starts_with(name)));
    if (library.is_link) library.soname = name;
    library.elf = std::move(*elf);
    library.content = *content;
    if (!base::RelPath::parse(library.soname) || library.soname.find('/') != std::string::npos) return std::nullopt;
    return library;
  }

  std::optional<std::string_view> follow(const RelPath& path) const {
    try {
      return context_.tree.read(path);
    } catch (const base::Error&) {
      return std::nullopt;  // a circle, or out of the root: a link to nothing
    }
  }

  bool leads_anywhere(const RelPath& path) const {
    try {
      return context_.tree.find_following(path) != nullptr;
    } catch (const base::Error&) {
      return false;
    }
  }

  // A malformed file is nothing to the loader; ldconfig says so and goes on.
  std::optional<package::Elf> read_elf(std::string_view content, const RelPath& path) const {
    try {
      return package::read_elf(content);
    } catch (const base::Error& error) {
      context_.events.warning(fmt::format("{} is left out of ld.so.cache: {}", path.absolute(), error.message()));
      return std::nullopt;
    }
  }

  // SONAME -> NAME, unless the soname leads there already or is a file of its own. A link to the loader is not turned
  // elsewhere, as Debian's ldconfig has it.
  void link(const LibraryDirectory& directory, const Library& library) {
    if (library.name == library.soname) return;
    const auto soname = directory.real / at(library.soname);
    const auto* standing = context_.tree.find(soname);
    if (standing != nullptr) {
      if (standing->type != tree::NodeType::symlink) return;
      const auto content = follow(soname);
      if (content && (content->data() == library.content.data() || is_loader(library.soname))) return;
    }
    context_.link(soname, library.name);
  }

  template <typename Found>
  std::optional<Libc> libc_of(const Found& found) const {
    for (const auto& [directory, libraries] : found)
      for (const auto& library : libraries)
        if (library.soname == "libc.so.6" && directory->hwcaps.empty())
          if (auto libc = read_libc(library.content)) return libc;
    return std::nullopt;
  }

  Context& context_;
  const Machine& machine_;
};

}  // namespace

void ld_so_cache(Context& context) {
  const auto* machine = std::ranges::find(machines, context.input.architecture, &Machine::architecture);
  if (machine == machines.end()) {
    context.events.warning(
        fmt::format("no /etc/ld.so.cache: its form for {} is not known", context.input.architecture));
    return;
  }
  Configurator(context, *machine).run();
}

}  // namespace debone::effects
