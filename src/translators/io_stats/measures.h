// What is counted of a brick's or a client's operations over a stretch of time, as a plain value.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/iatt.h"
#include "runtime/world.h"
#include "wire/operation_numbers.h"

namespace mortar::io_stats {

struct OperationMeasure {
  std::uint64_t hits = 0;
  // Of the hits whose time was taken, in nanoseconds.
  std::uint64_t timed = 0;
  std::uint64_t total = 0;
  std::uint64_t least = 0;
  std::uint64_t most = 0;

  void took(Duration duration) {
    const auto nanoseconds = static_cast<std::uint64_t>(std::max<Duration::rep>(duration.count(), 0));
    least = timed == 0 ? nanoseconds : std::min(least, nanoseconds);
    most = std::max(most, nanoseconds);
    total += nanoseconds;
    ++timed;
  }
  double average() const { return timed == 0 ? 0 : static_cast<double>(total) / static_cast<double>(timed); }
};

// Reads or writes by their size: place N counts those of at least 2^N bytes and less than twice that.
struct Sizes {
  static constexpr std::size_t places = 32;
  std::array<std::uint64_t, places> counts{};
  std::uint64_t bytes = 0;

  void add(std::uint64_t size) {
    const std::size_t place = size == 0 ? 0 : static_cast<std::size_t>(std::bit_width(size) - 1);
    ++counts[std::min(place, places - 1)];
    bytes += size;
  }
};

struct Measures {
  std::array<OperationMeasure, fop::counted::size> operations{};
  std::array<std::uint64_t, fop::told::names.size()> notices{};
  Sizes reads;
  Sizes writes;
  Moment since;

  bool idle() const {
    return std::ranges::all_of(operations, [](const OperationMeasure& one) { return one.hits == 0; });
  }
};

}  // namespace mortar::io_stats
