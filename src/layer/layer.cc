#include "layer/layer.h"

#include <algorithm>
#include <deque>
#include <string_view>

#include "base/compression.h"
#include "base/parallel.h"
#include "layer/emission.h"
#include "layer/tar_writer.h"

namespace debone::layer {
namespace {

// The uncompressed size at which a gzip member ends: small enough to keep every core busy to the end, large
// enough that a new dictionary costs nothing.
constexpr std::size_t member_size = 4U << 20U;
constexpr int gzip_level = 6;

// The uncompressed bytes of one gzip member, as views of headers and file contents.
struct Member {
  std::vector<std::string_view> pieces;
  std::size_t size = 0;
};

// The tar of a tree without a copy of its contents, cut into members. A segment begins a member of its own, so that
// its compressed bytes depend on nothing but itself.
class Tar {
 public:
  explicit Tar(const tree::Tree& tree) {
    for (const auto& segment : emission(tree)) {
      members_.emplace_back();
      for (const auto& entry : segment) {
        headers_.push_back(tar_header(entry, entry.content.size()));
        add(headers_.back());
        add(entry.content);
        add(tar_padding(entry.content.size()));
      }
    }
    members_.emplace_back();
    add(tar_end());
  }
  const std::vector<Member>& members() const { return members_; }

 private:
  void add(std::string_view bytes) {
    while (!bytes.empty()) {
      if (members_.back().size == member_size) members_.emplace_back();
      auto& member = members_.back();
      const auto part = bytes.substr(0, std::min(bytes.size(), member_size - member.size));
      member.pieces.push_back(part);
      member.size += part.size();
      bytes.remove_prefix(part.size());
    }
  }

  std::deque<std::string> headers_;  // whose elements stay where they are
  std::vector<Member> members_;
};

std::string compress(const Member& member) {
  std::string tar;
  tar.reserve(member.size);
  for (const auto piece : member.pieces) tar += piece;
  auto compressed = base::gzip(tar, gzip_level);
  compressed.shrink_to_fit();  // its buffer was made for the worst case
  return compressed;
}

}  // namespace

Layer pack(const tree::Tree& tree, unsigned jobs) {
  const Tar tar(tree);
  const auto& members = tar.members();
  Layer layer;
  layer.parts.resize(members.size());
  // The first job hashes the whole tar, for which it needs no compressed byte; each other one makes a member.
  base::parallel_for(members.size() + 1, jobs, [&](std::size_t i) {
    if (i > 0) {
      layer.parts[i - 1] = compress(members[i - 1]);
      return;
    }
    base::Sha256 hasher;
    for (const auto& member : members) {
      layer.uncompressed_size += member.size;
      for (const auto piece : member.pieces) hasher.update(piece);
    }
    layer.diff_id = hasher.finish();
  });
  base::Sha256 hasher;
  for (const auto& part : layer.parts) {
    layer.size += part.size();
    hasher.update(part);
  }
  layer.digest = hasher.finish();
  return layer;
}

}  // namespace debone::layer
