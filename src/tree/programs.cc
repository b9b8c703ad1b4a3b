#include "tree/programs.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "package/elf.h"

namespace debone::tree {
namespace {

constexpr std::size_t script_head = 256;  // Linux reads no more of a script's first line (BINPRM_BUF_SIZE)

}  // namespace

const Node* follow(const Tree& tree, const base::RelPath& path) {
  try {
    return tree.find_following(path);
  } catch (const base::Error&) {
    return nullptr;
  }
}

bool is_executable(const Node& node) { return node.type == NodeType::file && (node.mode & 0111U) != 0; }

std::optional<Program> find_program(const Tree& tree, std::string_view search_path, std::string_view work_dir,
                                    const std::string& command) {
  const auto look = [&](const std::string& text) -> std::optional<Program> {
    const auto path = base::RelPath::parse_absolute(text);
    if (!path) return std::nullopt;
    const auto* node = follow(tree, *path);
    if (node == nullptr || node->type == NodeType::directory) return std::nullopt;
    return Program{*path, node};
  };
  if (command.starts_with('/')) return look(command);
  if (command.find('/') != std::string::npos) return look(fmt::format("{}/{}", work_dir, command));
  std::optional<Program> refused;
  for (const auto directory : base::split(search_path, ':')) {
    auto found = look(fmt::format("{}/{}", directory, command));
    if (!found) continue;
    if (is_executable(*found->node)) return found;
    if (!refused) refused = std::move(found);
  }
  return refused;
}

std::optional<std::string> interpreter_of(std::string_view bytes) {
  if (bytes.starts_with("#!")) {
    const auto words = base::words(bytes.substr(2, std::min(bytes.find('\n'), script_head) - 2));
    return words.empty() ? std::string() : std::string(words.front());
  }
  const auto elf = package::read_elf(bytes);
  if (!elf) return std::nullopt;
  return elf->interpreter;
}

}  // namespace debone::tree
