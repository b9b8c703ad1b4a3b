// A Packages index, read lazily: by its compiled form its names are known at once, and a stanza is parsed when it is
// asked for, since an image needs some hundred of trixie's seventy thousand. The form can be kept and opened again.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "debian/package_record.h"

namespace debone::debian {

class PackageIndex {
 public:
  using Id = std::uint32_t;  // position in the index

  // Takes the decompressed text of a Packages file. Stanzas of other architectures than `architecture` and "all"
  // are left out. `place` names the index in errors. Throws Error (trust) where a stanza has no Package or no
  // Architecture or is over 1 MiB long, and where the text holds a NUL.
  static PackageIndex parse(std::string_view text, std::string_view architecture, const std::string& place,
                            std::string_view identity = {});
  // Takes the compiled() bytes of an index parsed before, or nothing where they are not those of an index parsed for
  // that architecture and called so.
  static std::optional<PackageIndex> open(std::string compiled, std::string_view architecture, std::string place,
                                          std::string_view identity);
  std::string_view compiled() const;
  PackageIndex(PackageIndex&&) noexcept;
  PackageIndex& operator=(PackageIndex&&) noexcept;
  ~PackageIndex();

  std::size_t size() const;
  // The packages of that very name, in the index's order.
  std::span<const Id> named(std::string_view name) const;
  // The packages with a Provides of that name, in the index's order.
  std::span<const Id> providing(std::string_view name) const;
  // The packages marked Essential (Policy 3.8), in the index's order.
  std::span<const Id> essential() const;
  // Where in the order of reading apt meets the name first: in a stanza of that name or one that relates to it
  // ("name:any" does not count). Nothing where no stanza mentions it.
  std::optional<std::uint32_t> first_mention(std::string_view name) const;
  // Parsed at the first call, kept for the next; not safe for two threads at once. Its `stanza` has those fields alone
  // that a record is made of. Throws Error (trust, at the index's place) where the stanza is malformed.
  const PackageRecord& at(Id id) const;
  // Every distinct package name, sorted: for suggestions.
  std::vector<std::string> names() const;

 private:
  struct State;
  explicit PackageIndex(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace debone::debian
