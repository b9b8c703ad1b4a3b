// The content-addressed store on disk: what was fetched, kept by SHA-256, so that it is fetched once. Safe for
// several debone processes at once; a kill at any moment leaves no damaged entry; an entry that was damaged
// later is noticed when it is read, removed, and reported as absent. Knows neither Debian nor OCI.
//
//     blobs/sha256/ab/abcd...   what was fetched, under its digest
//     partial/abcd...           downloads under way or cut, each locked by the process that writes it
//     records/KIND/abcd...      small facts, each with its checksum
//     tmp/                      files being written; renamed when they are whole
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/file.h"

namespace debone::store {

// A download under way: the bytes that an earlier try got are still there. Holds a lock until it goes out of scope; the
// bytes stay for the next try unless there are none.
class Partial {
 public:
  Partial(Partial&&) noexcept = default;
  Partial& operator=(Partial&&) = delete;
  ~Partial();

  std::uint64_t size() const { return size_; }  // bytes held so far
  // Where the disk is full, what it holds is given up, so that the room is free again, and Error (internal) thrown.
  void append(std::string_view bytes);
  void restart();  // forgets what it holds
  // Verifies size and digest and moves it into the store; where they differ removes the bytes, and throws Error (trust)
  // "expected SHA-256 ..., got ..." (without a place). To be called once.
  void commit(const base::Digest& expected, std::uint64_t size);

 private:
  friend class Store;
  Partial(std::filesystem::path file, std::filesystem::path target, base::Fd fd, std::uint64_t size);
  std::filesystem::path file_;
  std::filesystem::path target_;
  base::Fd fd_;  // open, and locked; none once committed
  std::uint64_t size_ = 0;
};

class Store {
 public:
  // Makes the folder where it is missing, and clears away what killed processes left in it: files in tmp/ after an
  // hour, partial downloads after a week. Throws Error (internal) where it cannot be written.
  explicit Store(std::filesystem::path root);
  // $DEBONE_STORE, $XDG_CACHE_HOME/debone, ~/.cache/debone (the XDG base directory specification: a value that is not
  // absolute is ignored; DEBONE_STORE may be relative). Throws Error (usage) where none of them is set.
  static std::filesystem::path default_root();
  const std::filesystem::path& root() const { return root_; }

  // Whether a blob of that size stands there (its content is checked when it is read).
  bool has(const base::Digest& digest, std::uint64_t size) const;
  // The verified bytes, or nothing where it is absent or was damaged (then it is removed).
  std::optional<std::string> read(const base::Digest& digest, std::uint64_t size) const;
  // `digest` is that of `bytes`; the caller has computed it.
  void write(const base::Digest& digest, std::string_view bytes);
  // The download of that blob, or nothing while another process (or another Partial of this one) is at it: try again
  // later, and look with has() first, since it may be done then. To wait for it while other downloads are under way
  // would let them stall.
  std::optional<Partial> partial(const base::Digest& digest);

  // Small records by kind (a plain word) and key (any bytes), such as the Date of the Release seen last. What is read
  // back is as it was written or nothing: records carry a checksum.
  std::optional<std::string> read_record(std::string_view kind, std::string_view key) const;
  void write_record(std::string_view kind, std::string_view key, std::string_view bytes);

 private:
  std::filesystem::path blob_path(const base::Digest& digest) const;
  std::filesystem::path record_path(std::string_view kind, std::string_view key) const;
  void write_whole(const std::filesystem::path& target, std::string_view bytes, std::string_view tail);
  std::filesystem::path root_;
};

}  // namespace debone::store
