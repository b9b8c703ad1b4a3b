#include "cli/find_stack.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/embedded.h"
#include "recipe/yaml_reader.h"

namespace debone::cli {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::Exit;

constexpr std::string_view compose_name = "compose.yaml";

std::vector<std::string> embedded_names() {
  std::set<std::string> names;
  for (const auto& file : embedded_stacks()) names.emplace(file.path.substr(0, file.path.find('/')));
  return {names.begin(), names.end()};
}

std::string_view embedded_compose(const std::string& name) {
  for (const auto& file : embedded_stacks()) {
    if (file.path == fmt::format("{}/{}", name, compose_name)) return file.content;
  }
  throw Error(Exit::internal, fmt::format("the stack '{}' is embedded without a compose file", name));
}

// What compose takes as a project's name, whichever compose it is.
bool is_project(std::string_view name) {
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || base::is_digit(c); };
  return !name.empty() && is_plain(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return is_plain(c) || c == '-' || c == '_'; });
}

std::string project_of(const fs::path& folder) {
  auto name = fs::canonical(folder).filename().string();
  if (is_project(name)) return name;
  throw Error(Exit::usage, fmt::format("the folder's name '{}' cannot be a stack's", name))
      .at(folder.string())
      .hint("a stack is called as its folder: a-z, 0-9, - and _, a letter or digit first");
}

bool is_there(const fs::path& path) { return fs::exists(fs::symlink_status(path)); }

}  // namespace

fs::path FoundStack::file() const { return folder / compose_name; }

FoundStack find_stack(const std::string& what, const std::string& folder) {
  const auto names = embedded_names();
  const bool is_embedded = std::ranges::count(names, what) > 0;
  FoundStack found;
  found.folder = folder.empty() ? fs::path(what) : fs::path(folder);
  if (!is_embedded && !folder.empty()) {
    throw Error(Exit::usage, fmt::format("no stack '{}' comes with debone, which --dir would be for", what))
        .hint(fmt::format("there are {}; any other is named by its folder", base::join(names, ", ")));
  }
  if (is_there(found.file())) {
    found.name = is_embedded ? what : project_of(found.folder);
    const auto text = base::read_file(found.file(), recipe::largest_text);
    found.description = stack::describe(text, found.file().lexically_normal().string());
    return found;
  }
  if (!is_embedded) {
    const auto near = base::nearest(what, names);
    throw Error(Exit::usage, fmt::format("no stack '{}' comes with debone, and no {} is there", what, compose_name))
        .at(found.file().string())
        .hint(near ? fmt::format("did you mean '{}'?", *near) : fmt::format("there are {}", base::join(names, ", ")));
  }
  if (is_there(found.folder)) {
    throw Error(Exit::usage, fmt::format("it has no {}, and what is there is not written to", compose_name))
        .at(found.folder.string())
        .hint("--dir names another folder for the stack's files");
  }
  found.name = what;
  found.embedded = what;
  found.description = stack::describe(embedded_compose(what), fmt::format("stacks/{}/{}", what, compose_name));
  return found;
}

void write_stack(FoundStack& found) {
  if (found.embedded.empty()) return;
  auto folder = found.folder.lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  base::TempDir written(".debone-stack", folder.has_parent_path() ? folder.parent_path() : fs::path("."));
  const auto prefix = found.embedded + "/";
  // Modes are said, since images get them of some files.
  const auto set_mode = [](const fs::path& path, fs::perms mode) { fs::permissions(path, mode); };
  constexpr auto folder_mode = static_cast<fs::perms>(0755);
  constexpr auto file_mode = static_cast<fs::perms>(0644);
  set_mode(written.path(), folder_mode);
  for (const auto& file : embedded_stacks()) {
    if (!file.path.starts_with(prefix)) continue;
    const auto path = written.path() / file.path.substr(prefix.size());
    base::make_directories(path.parent_path());
    for (auto parent = path.parent_path(); parent != written.path(); parent = parent.parent_path()) {
      set_mode(parent, folder_mode);
    }
    base::write_file_atomically(path, file.content);
    set_mode(path, file_mode);
  }
  std::error_code error;
  fs::rename(written.path(), folder, error);
  if (error) throw base::system_error("write", folder, error.value());
  written.keep();
  found.embedded.clear();
}

}  // namespace debone::cli
