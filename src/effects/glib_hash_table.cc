#include "effects/glib_hash_table.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace debone::effects {
namespace {

// The primes below powers of two from 2^3, ghash.c's moduli.
constexpr std::array<std::uint32_t, 25> moduli{
    7,     13,     31,     61,     127,     251,     509,     1021,    2039,     4093,     8191,     16381,    32749,
    65521, 131071, 262139, 524287, 1048573, 2097143, 4194301, 8388593, 16777213, 33554393, 67108859, 134217689};
constexpr unsigned min_shift = 3;

class HashOrder {
 public:
  void insert(std::uint32_t hash, std::size_t index) {
    place({std::max(hash, 2U), index});
    ++size_;
    if (slots_.size() > size_ + size_ / 16) return;
    // A table that has grown takes its nodes one by one, each pushing out what stands in its new place.
    const auto wanted = static_cast<unsigned>(
        std::bit_width(static_cast<std::uint32_t>(static_cast<std::int32_t>(static_cast<double>(size_) * 1.333))));
    grow(std::max(wanted, min_shift));
  }
  std::vector<std::size_t> order() const {
    std::vector<std::size_t> found;
    for (const auto& slot : slots_)
      if (slot.hash != 0) found.push_back(slot.index);
    return found;
  }

 private:
  struct Slot {
    std::uint32_t hash = 0;  // 0 is an unused one
    std::size_t index = 0;
  };

  std::size_t first(std::uint32_t hash) const { return hash * 11U % moduli.at(shift_ - min_shift); }

  void place(Slot slot) {
    auto at = first(slot.hash);
    for (std::size_t step = 1; slots_[at].hash != 0; ++step) at = (at + step) & (slots_.size() - 1);
    slots_[at] = slot;
  }

  // resize_map() of ghash.c, in place.
  void grow(unsigned shift) {
    const auto old_size = slots_.size();
    shift_ = shift;
    slots_.resize(std::size_t{1} << shift);
    std::vector<bool> moved(slots_.size());
    for (std::size_t i = 0; i < old_size; ++i) {
      if (slots_[i].hash == 0 || moved[i]) continue;
      auto slot = std::exchange(slots_[i], Slot{});
      while (slot.hash != 0) {
        auto at = first(slot.hash);
        for (std::size_t step = 1; moved[at]; ++step) at = (at + step) & (slots_.size() - 1);
        moved[at] = true;
        std::swap(slot, slots_[at]);
      }
    }
  }

  unsigned shift_ = min_shift;
  std::vector<Slot> slots_ = std::vector<Slot>(std::size_t{1} << min_shift);
  std::size_t size_ = 0;
};

}  // namespace

std::uint32_t string_hash(std::string_view text) {
  std::uint32_t hash = 5381;
  for (const char c : text) hash = hash * 33 + static_cast<std::uint32_t>(static_cast<signed char>(c));
  return hash;
}

std::vector<std::size_t> hash_table_order(std::span<const std::string> keys) {
  HashOrder order;
  for (std::size_t i = 0; i < keys.size(); ++i) order.insert(string_hash(keys[i]), i);
  return order.order();
}

}  // namespace debone::effects
