// The content-addressed store on disk: what was fetched, kept by SHA-256, so that it is fetched once. Safe for
// several debone processes at once; a kill at any moment leaves no damaged entry; an entry that was damaged
// later is noticed when it is read, removed, and reported as absent. Knows neither Debian nor OCI.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/file.h"

namespace debone::store {

// A download under way: the bytes that an earlier try got are still there. Holds a lock on its name, so a second
// process that wants the same blob waits and then finds it in the store.
class Partial {
 public:
  std::uint64_t size() const;  // bytes held so far
  void append(std::string_view bytes);
  void restart();  // forgets what it holds
  // Verifies size and digest and moves it into the store; where they differ removes the bytes, and throws Error (trust)
  // "expected SHA-256 ..., got ..." (without a place).
  void commit(const base::Digest& expected, std::uint64_t size);

 private:
  friend class Store;
  Partial(std::filesystem::path file, std::filesystem::path target);
  std::filesystem::path file_;
  std::filesystem::path target_;
  base::FileLock lock_;
  base::Fd fd_;
  std::uint64_t size_ = 0;
};

class Store {
 public:
  // Makes the folder where it is missing.
  explicit Store(std::filesystem::path root);
  // $DEBONE_STORE, $XDG_CACHE_HOME/debone, ~/.cache/debone.
  static std::filesystem::path default_root();
  const std::filesystem::path& root() const { return root_; }

  // Whether a blob of that size stands there (its content is checked when it is read).
  bool has(const base::Digest& digest, std::uint64_t size) const;
  // The verified bytes, or nothing where it is absent or was damaged (then it is removed).
  std::optional<std::string> read(const base::Digest& digest, std::uint64_t size) const;
  void write(const base::Digest& digest, std::string_view bytes);
  Partial partial(const base::Digest& digest);

  // Small records by kind and key (both hashed into a file name), such as the Date of the Release seen last. What
  // is read back is as it was written or nothing: records carry a checksum.
  std::optional<std::string> read_record(std::string_view kind, std::string_view key) const;
  void write_record(std::string_view kind, std::string_view key, std::string_view bytes);

 private:
  std::filesystem::path blob_path(const base::Digest& digest) const;
  std::filesystem::path root_;
};

}  // namespace debone::store
