#include <fmt/format.h>

#include <array>

#include "base/error.h"
#include "base/text.h"
#include "structure/checks.h"
#include "tree/programs.h"

namespace debone::structure {
namespace {

using base::RelPath;

// What stands at a path, whose last component is not followed, as lstat(2) has it.
const tree::Node* at_path(const tree::Tree& tree, const RelPath& path) {
  try {
    return tree.find(tree.resolve(path, false));
  } catch (const base::Error&) {  // a link that leads nowhere
    return nullptr;
  }
}

std::string_view name_of(tree::NodeType type) {
  switch (type) {
    case tree::NodeType::directory: return "a directory";
    case tree::NodeType::file: return "a file";
    case tree::NodeType::symlink: return "a link";
  }
  return {};
}

// The file at the end of all links; where there is none, a failure tells so.
const tree::Node* readable(const tree::Tree& tree, const RelPath& path, Failures& failures) {
  const auto* node = tree::follow(tree, path);
  if (node != nullptr && node->type == tree::NodeType::file) return node;
  const bool dangles = node == nullptr && at_path(tree, path) != nullptr;
  failures.push_back({path.absolute(), "a file",
                      node != nullptr ? std::string(name_of(node->type))
                      : dangles       ? "a link that leads nowhere"
                                      : "nothing of that name"});
  return nullptr;
}

bool is_executable_by(std::uint32_t mode, Executable who) {
  switch (who) {
    case Executable::owner: return (mode & 0100U) != 0;
    case Executable::group: return (mode & 0010U) != 0;
    case Executable::other: return (mode & 0001U) != 0;
    case Executable::any: return (mode & 0111U) != 0;
  }
  return false;
}

std::string_view name_of(Executable who) {
  switch (who) {
    case Executable::owner: return "its owner";
    case Executable::group: return "its group";
    case Executable::other: return "others";
    case Executable::any: return "anybody";
  }
  return {};
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

// The two licences that the original refuses, found as it finds them.
void check_license_file(const tree::Tree& tree, const RelPath& path, Failures& failures) {
  static constexpr std::array<std::string_view, 2> refused{"AGPL", "WTFPL"};
  const auto* node = readable(tree, path, failures);
  if (node == nullptr) return;
  const auto text = upper(node->content.bytes());
  for (const auto name : refused) {
    if (text.find(name) == std::string::npos) continue;
    failures.push_back(
        {path.absolute(), fmt::format("a licence without '{}'", name), fmt::format("'{}' is in it", name)});
  }
}

}  // namespace

std::string go_mode(const tree::Node& node) {
  std::string text;
  if (node.type == tree::NodeType::directory) text += 'd';
  if (node.type == tree::NodeType::symlink) text += 'L';
  if ((node.mode & 04000U) != 0) text += 'u';
  if ((node.mode & 02000U) != 0) text += 'g';
  if ((node.mode & 01000U) != 0) text += 't';
  if (text.empty()) text += '-';
  for (unsigned i = 0; i < 9; ++i) text += (node.mode & (0400U >> i)) != 0 ? "rwxrwxrwx"[i] : '-';
  return text;
}

Failures check_existence(const FileExistenceTest& test, const tree::Tree& tree) {
  Failures failures;
  const auto path = test.path.absolute();
  const auto* node = at_path(tree, test.path);
  if (node == nullptr) {
    if (test.should_exist) failures.push_back({path, "to be there", "nothing of that name"});
    return failures;
  }
  if (!test.should_exist) {
    failures.push_back({path, "not to be there", std::string(name_of(node->type))});
    return failures;
  }
  if (!test.permissions.empty() && test.permissions != go_mode(*node)) {
    failures.push_back({fmt::format("permissions of {}", path), test.permissions, go_mode(*node)});
  }
  if (test.uid && *test.uid != node->uid) {
    failures.push_back({fmt::format("uid of {}", path), std::to_string(*test.uid), std::to_string(node->uid)});
  }
  if (test.gid && *test.gid != node->gid) {
    failures.push_back({fmt::format("gid of {}", path), std::to_string(*test.gid), std::to_string(node->gid)});
  }
  if (test.executable_by && !is_executable_by(node->mode, *test.executable_by)) {
    failures.push_back({path, fmt::format("executable by {}", name_of(*test.executable_by)),
                        fmt::format("permissions {}", go_mode(*node))});
  }
  return failures;
}

Failures check_content(const FileContentTest& test, const tree::Tree& tree) {
  Failures failures;
  if (const auto* node = readable(tree, test.path, failures)) {
    check_text(test.path.absolute(), node->content.bytes(), test.expected, test.excluded, failures);
  }
  return failures;
}

Failures check_license(const LicenseTest& test, const tree::Tree& tree) {
  Failures failures;
  const auto root = *RelPath::parse("usr/share/doc");
  if (test.debian) {
    const auto [begin, end] = tree.below(root);
    bool any = false;
    for (auto it = begin; it != end; ++it) {
      if (it->first.parent() != root || it->second.type != tree::NodeType::directory) continue;
      any = true;
      check_license_file(tree, it->first / *RelPath::parse("copyright"), failures);
    }
    if (!any) failures.push_back({root.absolute(), "a directory for each package", "none"});
  }
  for (const auto& file : test.files) check_license_file(tree, file, failures);
  return failures;
}

}  // namespace debone::structure
