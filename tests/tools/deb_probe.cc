// Prints what debone reads of .debs, for tests/live/deb_oracle.py and elf_oracle.py: fields end in NUL.
//   deb_probe control FILE    the control stanza, then name and content of each other control file
//   deb_probe entries FILE    of each entry: type, mode, uid, gid, user, group, mtime, size, SHA-256, name, link target
//   deb_probe elf FILE        of each ELF file: name, class, machine, type, loader, SONAME, NEEDED, RPATH, RUNPATH,
//   dlopen note; the lists with a newline after each
//   deb_probe tree FILE...    of each node of the assembled tree: type, mode, uid, gid, mtime, SHA-256, path, link
//   target
#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/file.h"
#include "package/deb.h"
#include "package/facts.h"
#include "tree/assemble.h"

namespace {

using debone::base::Digest;
using debone::base::TarType;
using debone::package::Deb;
using debone::tree::NodeType;

constexpr std::uint64_t largest = std::uint64_t{8} << 30U;

template <typename... Fields>
void print(const Fields&... fields) {
  (fmt::print("{}{}", fields, '\0'), ...);
}

Deb read(const std::string& file) {
  const auto bytes = debone::base::read_file(file, largest);
  return debone::package::read_deb(bytes, "amd64", file, largest);
}

char letter(TarType type) {
  switch (type) {
    case TarType::file: return 'f';
    case TarType::hard_link: return 'h';
    case TarType::symlink: return 'l';
    case TarType::character_device: return 'c';
    case TarType::block_device: return 'b';
    case TarType::directory: return 'd';
    case TarType::fifo: return 'p';
  }
  return '?';
}

char letter(NodeType type) {
  switch (type) {
    case NodeType::file: return 'f';
    case NodeType::symlink: return 'l';
    case NodeType::directory: return 'd';
  }
  return '?';
}

int run(const std::vector<std::string>& arguments) {
  const auto& mode = arguments.at(0);
  if (mode == "control") {
    const auto deb = read(arguments.at(1));
    print(deb.control);
    for (const auto& [name, content] : deb.control_files) print(name, content);
    return 0;
  }
  if (mode == "entries") {
    const auto deb = read(arguments.at(1));
    for (const auto& entry : deb.entries) {
      print(letter(entry.type), entry.mode, entry.uid, entry.gid, entry.user, entry.group, entry.mtime,
            entry.content.size(), Digest::of(entry.content).hex(), entry.name, entry.link_target);
    }
    return 0;
  }
  if (mode == "elf") {
    const auto lines = [](const std::vector<std::string>& all) {
      std::string text;
      for (const auto& one : all) text += one + "\n";
      return text;
    };
    for (const auto& file : debone::package::inspect(read(arguments.at(1))).files) {
      if (!file.elf) continue;
      const auto& elf = *file.elf;
      print(file.path, elf.is_64 ? 64 : 32, elf.machine, elf.type, elf.interpreter, elf.soname, lines(elf.needed),
            lines(elf.rpath), lines(elf.runpath), lines(elf.dlopen));
    }
    return 0;
  }
  if (mode == "tree") {
    std::vector<Deb> debs;
    for (std::size_t i = 1; i < arguments.size(); ++i) debs.push_back(read(arguments[i]));
    const auto tree = debone::tree::assemble(debs);
    for (const auto& [path, node] : tree.nodes()) {
      print(letter(node.type), node.mode, node.uid, node.gid, node.mtime, Digest::of(node.content.bytes()).hex(),
            path.str(), node.link_target);
    }
    return 0;
  }
  fmt::print(stderr, "unknown mode '{}'\n", mode);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const debone::base::Error& error) {
    fmt::print(stderr, "{}", error.render());
    return static_cast<int>(error.code());
  }
}
