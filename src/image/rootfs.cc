#include <fmt/format.h>

#include "base/error.h"
#include "image/image.h"
#include "image/new_folder.h"
#include "image/unpack.h"

namespace debone::image {
namespace {

std::string counted(const Unset& unset, std::string_view one, std::string_view many) {
  return fmt::format("{} {} ({}{})", unset.count, unset.count == 1 ? one : many, unset.first.absolute(),
                     unset.count == 1 ? "" : ", ...");
}

std::vector<std::string> lines_of(const Unpacked& unpacked) {
  std::vector<std::string> lines;
  if (unpacked.owners.count > 0) {
    lines.push_back(counted(unpacked.owners, "path has you as its owner, not the image's user",
                            "paths have you as their owner, not the image's users"));
  }
  if (unpacked.set_ids.count > 0) {
    lines.push_back(counted(unpacked.set_ids, "file lost its set-id bit", "files lost their set-id bits"));
  }
  if (unpacked.attributes.count > 0) {
    lines.push_back(counted(unpacked.attributes, "file lost its capabilities or other extended attributes",
                            "files lost their capabilities or other extended attributes"));
  }
  if (!lines.empty()) {
    lines.emplace_back("only root can set these in a folder; an image has them: build one without --to rootfs");
  }
  return lines;
}

}  // namespace

void require_rootfs_target(const std::filesystem::path& folder) {
  if (!is_absent_or_empty(folder)) {
    throw base::Error(base::Exit::usage, "the folder is not empty")
        .at(folder.string())
        .hint("name a folder that does not exist yet, or remove this one");
  }
  require_writable_parent(folder);
}

std::vector<std::string> write_rootfs(const std::filesystem::path& folder, const tree::Tree& tree) {
  require_rootfs_target(folder);
  NewFolder target(folder);
  auto lines = lines_of(unpack(target.path(), tree));
  target.put_in_place();
  return lines;
}

}  // namespace debone::image
