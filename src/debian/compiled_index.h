// The compiled form of a Packages index: what is needed of its stanzas and the tables to find them by, in one piece of
// bytes that is used as it lies there. It is a cache's format: of the machine that wrote it, for the program that wrote
// it, and any doubt about it means that it is to be made again.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace debone::debian {

// A table of lists: `ends[k]` is where the k-th list of `items` ends.
struct ListsView {
  std::span<const std::uint32_t> ends;
  std::span<const std::uint32_t> items;
  std::span<const std::uint32_t> operator[](std::size_t k) const;
};

// Packages are numbered in the index's order, names in their own.
struct CompiledIndex {
  static constexpr std::uint32_t never = 0xffff'ffff;

  std::string_view identity;                     // which index it is; whatever the maker says
  std::string_view stanzas;                      // one after the other
  std::span<const std::uint32_t> stanza_ends;    // in `stanzas`, by package
  std::span<const std::uint32_t> essential;      // packages marked so
  std::string_view names;                        // sorted, one after the other
  std::span<const std::uint32_t> name_ends;      // in `names`
  std::span<const std::uint32_t> first_mention;  // by name: its rank in the order of reading, or never
  ListsView named;                               // by name: the packages of that name
  ListsView providing;                           // by name: the packages that provide it

  std::string_view stanza(std::size_t package) const;
  std::string_view name(std::size_t k) const;
  std::optional<std::size_t> find(std::string_view name) const;  // its number

  std::string bytes() const;
  // Views into `bytes`, or nothing where they are no such form, whole and with every number within its bounds.
  static std::optional<CompiledIndex> view(std::string_view bytes);
};

}  // namespace debone::debian
