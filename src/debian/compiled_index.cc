// A header, the tables of numbers, then the texts: so the numbers are aligned wherever the bytes begin at a multiple
// of four.
#include "debian/compiled_index.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace debone::debian {
namespace {

using Numbers = std::span<const std::uint32_t>;

// Changed with every change of what is in it, and not readable by a machine of the other byte order.
constexpr std::uint32_t format = 0xdeb0'0001;

// The sizes of the parts, in their order.
struct Header {
  std::uint32_t format = debian::format;
  std::array<std::uint32_t, 8> numbers{};
  std::array<std::uint32_t, 3> texts{};
};

template <typename Index>
auto numbers_of(Index& index) {
  return std::array{&index.stanza_ends, &index.essential,   &index.name_ends,      &index.first_mention,
                    &index.named.ends,  &index.named.items, &index.providing.ends, &index.providing.items};
}

template <typename Index>
auto texts_of(Index& index) {
  return std::array{&index.identity, &index.names, &index.stanzas};
}

std::size_t begin_of(Numbers ends, std::size_t k) { return k == 0 ? 0 : ends[k - 1]; }

// Whether `ends` cut something of `size` into pieces.
bool are_ends(Numbers ends, std::size_t size) {
  return std::ranges::is_sorted(ends) && (ends.empty() ? 0 : ends.back()) == size;
}

bool are_below(Numbers numbers, std::size_t limit) {
  return std::ranges::all_of(numbers, [&](std::uint32_t number) { return number < limit; });
}

bool are_lists(const ListsView& lists, std::size_t names, std::size_t packages) {
  return lists.ends.size() == names && are_ends(lists.ends, lists.items.size()) && are_below(lists.items, packages);
}

}  // namespace

std::span<const std::uint32_t> ListsView::operator[](std::size_t k) const {
  const auto begin = begin_of(ends, k);
  return items.subspan(begin, ends[k] - begin);
}

std::string_view CompiledIndex::stanza(std::size_t package) const {
  const auto begin = begin_of(stanza_ends, package);
  return stanzas.substr(begin, stanza_ends[package] - begin);
}

std::string_view CompiledIndex::name(std::size_t k) const {
  const auto begin = begin_of(name_ends, k);
  return names.substr(begin, name_ends[k] - begin);
}

std::optional<std::size_t> CompiledIndex::find(std::string_view wanted) const {
  std::size_t low = 0;
  std::size_t high = name_ends.size();
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    if (name(middle) < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == name_ends.size() || name(low) != wanted) return std::nullopt;
  return low;
}

std::string CompiledIndex::bytes() const {
  Header header;
  std::size_t size = sizeof header;
  for (std::size_t i = 0; i < header.numbers.size(); ++i) {
    header.numbers[i] = static_cast<std::uint32_t>(numbers_of(*this)[i]->size());
    size += numbers_of(*this)[i]->size_bytes();
  }
  for (std::size_t i = 0; i < header.texts.size(); ++i) {
    header.texts[i] = static_cast<std::uint32_t>(texts_of(*this)[i]->size());
    size += texts_of(*this)[i]->size();
  }
  std::string bytes;
  bytes.reserve(size);
  const auto append = [&](const void* from, std::size_t count) {
    if (count > 0) bytes.append(static_cast<const char*>(from), count);
  };
  append(&header, sizeof header);
  for (const auto* numbers : numbers_of(*this)) append(numbers->data(), numbers->size_bytes());
  for (const auto* text : texts_of(*this)) append(text->data(), text->size());
  return bytes;
}

std::optional<CompiledIndex> CompiledIndex::view(std::string_view bytes) {
  Header header;
  if (bytes.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.format != format || reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(std::uint32_t) != 0) {
    return std::nullopt;
  }
  std::uint64_t size = sizeof header;
  for (const auto count : header.numbers) size += count * std::uint64_t{sizeof(std::uint32_t)};
  for (const auto count : header.texts) size += count;
  if (size != bytes.size()) return std::nullopt;

  CompiledIndex index;
  auto rest = bytes.substr(sizeof header);
  for (std::size_t i = 0; i < header.numbers.size(); ++i) {
    *numbers_of(index)[i] = {reinterpret_cast<const std::uint32_t*>(rest.data()), header.numbers[i]};
    rest.remove_prefix(header.numbers[i] * sizeof(std::uint32_t));
  }
  for (std::size_t i = 0; i < header.texts.size(); ++i) {
    *texts_of(index)[i] = rest.substr(0, header.texts[i]);
    rest.remove_prefix(header.texts[i]);
  }
  const auto packages = index.stanza_ends.size();
  const auto names = index.name_ends.size();
  const bool is_sound = are_ends(index.stanza_ends, index.stanzas.size()) && are_below(index.essential, packages) &&
                        are_ends(index.name_ends, index.names.size()) && index.first_mention.size() == names &&
                        are_lists(index.named, names, packages) && are_lists(index.providing, names, packages);
  if (!is_sound) return std::nullopt;
  return index;
}

}  // namespace debone::debian
