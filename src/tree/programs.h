// Programs in a finished tree, found and looked into as execvp(3) and the kernel do. A link that leads in a circle or
// out of the image leads to nothing here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/rel_path.h"
#include "tree/tree.h"

namespace debone::tree {

// What runc and the engines search where an image sets no PATH.
inline constexpr std::string_view default_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// The node at the end of all links, or null.
const Node* follow(const Tree& tree, const base::RelPath& path);

// A file that somebody may execute.
bool is_executable(const Node& node);

struct Program {
  base::RelPath path;  // as it was looked for; its links are not followed
  const Node* node = nullptr;
};

// The file that runs as `command`, looked for in the folders of `search_path` (a PATH) or, where it has a slash, below
// `work_dir`; or else one of that name that may not be executed; without either, nothing.
std::optional<Program> find_program(const Tree& tree, std::string_view search_path, std::string_view work_dir,
                                    const std::string& command);

// The path of what the kernel starts to run a program of these bytes: of a `#!` line, or an ELF file's. Empty where it
// is a static program, or a script that names none; nothing where it is neither ELF nor script. Throws Error (trust)
// where it begins as ELF and is malformed.
std::optional<std::string> interpreter_of(std::string_view bytes);

}  // namespace debone::tree
