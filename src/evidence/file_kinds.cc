#include "evidence/file_kinds.h"

#include <algorithm>

#include "evidence/kinds.h"

namespace debone::evidence {

using base::TarType;

FileKinds::FileKinds(const PackageSet& set, const std::vector<Candidate>& candidates)
    : set_(set), candidates_(candidates) {
  for (std::size_t i = 0; i < set.size(); ++i) {
    auto& kinds = kinds_.emplace_back();
    for (std::size_t j = 0; j < set.facts(i).files.size(); ++j) {
      const FileRef ref{i, j};
      kinds.push_back(kind_of(ref));
      if (kinds.back() == Kind::program && is_program_path(set.path(ref)) && set.file(ref).interpreter.empty())
        native_programs_.push_back(ref);
    }
  }
}

Kind FileKinds::kind_of(FileRef ref) const {
  const auto& path = set_.path(ref);
  if (set_.file(ref).type == TarType::directory) return Kind::directory;
  if (is_program_path(path)) return Kind::program;
  if (is_documentation(path) || is_development(path)) return Kind::documentation;
  if (is_administration(path) || is_init_system(set_.name(ref.package))) return Kind::administration;
  if (is_library_directory(directory_of(path)) && last_component(path).find(".so") != std::string_view::npos)
    return Kind::library;
  if (module_family(path)) return Kind::module;
  if (set_.file(ref).is_program()) return Kind::program;  // a helper: usr/libexec, usr/lib/gnupg
  return Kind::data;
}

bool FileKinds::is_cut(FileRef ref) const {
  const auto& cut = candidates_[ref.package].cut;
  return !cut.empty() && cut[ref.file];
}

std::optional<FileRef> FileKinds::first(std::size_t package, Kind wanted) const {
  for (std::size_t j = 0; j < kinds_[package].size(); ++j) {
    const FileRef ref{package, j};
    if (of(ref) == wanted && !is_cut(ref)) return ref;
  }
  return std::nullopt;
}

bool FileKinds::has_elf_programs(std::size_t package) const {
  for (std::size_t j = 0; j < kinds_[package].size(); ++j) {
    const FileRef ref{package, j};
    if (is_program_path(set_.path(ref)) && set_.file(ref).is_program()) return true;
  }
  return false;
}

bool FileKinds::is_data_directory(std::size_t package, const std::string& directory) const {
  const auto prefix = directory + "/";
  if (is_documentation(prefix) || is_administration(prefix)) return false;
  bool is_empty = true;
  bool has_data = false;
  for (std::size_t j = 0; j < kinds_[package].size(); ++j) {
    const FileRef ref{package, j};
    if (!set_.path(ref).starts_with(prefix)) continue;
    is_empty = false;
    has_data |= of(ref) == Kind::data;
  }
  return is_empty || has_data;
}

bool FileKinds::may_execute(FileRef ref) const {
  const auto& file = set_.file(ref);
  const auto& path = set_.path(ref);
  return file.elf || !file.interpreter.empty() || of(ref) == Kind::module || path.starts_with("etc/") ||
         path.find("/etc/") != std::string::npos;
}

bool FileKinds::embeds_interpreter_of(std::size_t package, FileRef module) const {
  const auto family = module_family(set_.path(module));
  for (std::size_t j = 0; family && j < kinds_[package].size(); ++j) {
    const FileRef ref{package, j};
    if (of(ref) == Kind::library && is_library_of(set_.path(ref), *family)) return true;
  }
  return false;
}

}  // namespace debone::evidence
