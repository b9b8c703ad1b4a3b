#include "package/facts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "package/named_strings.h"

namespace debone::package {
namespace {

constexpr std::size_t longest_interpreter_line = 256;  // as the kernel reads it (BINPRM_BUF_SIZE)

// What nothing at run time reads to find something else: not searched for what it names.
bool is_documentation(std::string_view path) {
  return path.starts_with("usr/share/doc/") || path.starts_with("usr/share/man/") ||
         path.starts_with("usr/share/info/") || path.starts_with("usr/share/locale/") ||
         path.starts_with("usr/share/lintian/") || path.starts_with("usr/share/bug/");
}

std::string_view last_component(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// The words of a `#!` line; env(1)'s options and assignments are passed over.
std::string interpreter_of(std::string_view content) {
  if (!content.starts_with("#!")) return {};
  content = content.substr(2, longest_interpreter_line);
  const auto words = base::words(content.substr(0, content.find('\n')));
  if (words.empty()) return {};
  if (last_component(words[0]) != "env") return std::string(words[0]);
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (!words[i].starts_with('-') && words[i].find('=') == std::string_view::npos) return std::string(words[i]);
  }
  return std::string(words[0]);
}

std::optional<Elf> elf_of(std::string_view content) {
  try {
    return read_elf(content);
  } catch (const base::Error&) {
    return std::nullopt;  // data that begins as an ELF file does: nothing loads it
  }
}

// Of a program's words those that are commands of other packages beyond doubt: with a hyphen, as gpg-agent, or
// called as a package that it depends on.
std::vector<std::string> commands(std::vector<std::string> words, const debian::PackageRecord& record) {
  const auto is_dependency = [&](const std::string& word) {
    for (const auto* clauses : {&record.pre_depends, &record.depends}) {
      for (const auto& alternatives : *clauses) {
        if (std::ranges::count(alternatives, word, &debian::Relation::name) > 0) return true;
      }
    }
    return false;
  };
  std::erase_if(words,
                [&](const std::string& word) { return word.find('-') == std::string::npos && !is_dependency(word); });
  return words;
}

// Normalised names: "./usr/bin/x" and "usr/bin/x/" are "usr/bin/x".
std::string path_of(const Deb& deb, const std::string& name) {
  const auto path = base::RelPath::parse(name);
  if (!path) {
    throw base::Error(base::Exit::trust, fmt::format("'{}' is no path below the root", base::printable(name)))
        .at(deb.record.id());
  }
  return path->str();
}

std::string hard_link_target(const Deb& deb, const std::string& path, const std::string& target) {
  const auto found = base::RelPath::parse(target);
  if (!found) {
    throw base::Error(base::Exit::trust, fmt::format("the hard link '/{}' leads to '{}', where no file is",
                                                     base::printable(path), base::printable(target)))
        .at(deb.record.id());
  }
  return found->str();
}

}  // namespace

bool File::is_program() const { return elf && !elf->interpreter.empty(); }

Facts inspect(const Deb& deb) {
  Facts facts{.record = deb.record, .files = {}, .control_files = {}};
  facts.record.stanza = deb.control;
  for (const auto* name : {"preinst", "postinst", "conffiles", "triggers"}) {
    if (const auto found = deb.control_files.find(name); found != deb.control_files.end())
      facts.control_files.insert(*found);
  }
  facts.files.reserve(deb.entries.size());
  for (const auto& entry : deb.entries) {
    File file;
    file.path = path_of(deb, entry.name);
    file.type = entry.type;
    file.mode = entry.mode;
    if (entry.type == base::TarType::hard_link) file.link = hard_link_target(deb, file.path, entry.link_target);
    if (entry.type == base::TarType::symlink) file.link = entry.link_target;
    if (entry.type == base::TarType::file) {
      file.size = entry.content.size();
      file.elf = elf_of(entry.content);
      if (!file.elf) file.interpreter = interpreter_of(entry.content);
      if (!is_documentation(file.path)) {
        auto named = named_strings(entry.content, file.elf.has_value());
        file.sonames = std::move(named.sonames);
        file.paths_named = std::move(named.paths);
        if (file.is_program()) file.words_named = commands(std::move(named.words), deb.record);
      }
    }
    facts.files.push_back(std::move(file));
  }
  return facts;
}

}  // namespace debone::package
