// A Packages index, read lazily: the text is split and its names known at once, a stanza is parsed when it
// is asked for, since an image needs some hundred of trixie's seventy thousand.
#pragma once

#include <cstdint>
#include <memory>
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
  static PackageIndex parse(std::string text, std::string_view architecture, std::string place);
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
  // Parsed at the first call, kept for the next; not safe for two threads at once. Throws Error (trust, at the
  // index's place) where the stanza is malformed.
  const PackageRecord& at(Id id) const;
  // The stanza's text, unparsed.
  std::string_view stanza(Id id) const;
  // Every distinct package name, sorted: for suggestions.
  std::vector<std::string> names() const;

 private:
  struct State;
  explicit PackageIndex(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace debone::debian
