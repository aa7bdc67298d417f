// Some of the copies of a set, each known by the place of its subvolume in the volfile.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mortar::replicate {

using Copy = std::size_t;

// More copies than any volume has.
inline constexpr std::size_t most_copies = 64;

class Copies {
 public:
  Copies() = default;
  static Copies first(std::size_t count) {
    return Copies(count >= most_copies ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1);
  }
  static Copies only(Copy copy) { return Copies(std::uint64_t{1} << copy); }

  bool has(Copy copy) const { return (bits_ >> copy & 1) != 0; }
  bool empty() const { return bits_ == 0; }
  std::size_t count() const { return static_cast<std::size_t>(std::popcount(bits_)); }
  // Of those that are in it; it is not empty.
  Copy front() const { return static_cast<Copy>(std::countr_zero(bits_)); }
  void add(Copy copy) { bits_ |= std::uint64_t{1} << copy; }
  void remove(Copy copy) { bits_ &= ~(std::uint64_t{1} << copy); }

  std::vector<Copy> list() const {
    std::vector<Copy> copies;
    for (std::uint64_t left = bits_; left != 0; left &= left - 1) {
      copies.push_back(static_cast<Copy>(std::countr_zero(left)));
    }
    return copies;
  }

  // In both; in either; in the first and not in the second.
  friend Copies operator&(Copies left, Copies right) { return Copies(left.bits_ & right.bits_); }
  friend Copies operator|(Copies left, Copies right) { return Copies(left.bits_ | right.bits_); }
  friend Copies operator-(Copies left, Copies right) { return Copies(left.bits_ & ~right.bits_); }
  friend bool operator==(Copies, Copies) = default;

 private:
  explicit Copies(std::uint64_t bits) : bits_(bits) {}
  std::uint64_t bits_ = 0;
};

// The one of them, of which there are some, that ranks highest.
template <class Rank>
Copy best_of(Copies copies, Rank rank) {
  const std::vector<Copy> list = copies.list();
  return *std::ranges::max_element(list, {}, rank);
}

}  // namespace mortar::replicate
