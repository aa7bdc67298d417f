// What free space decides: how big a subvolume is in a layout, whether it takes new files, which one takes those of a
// full one, and what statfs says of the whole volume.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "translator/options.h"
#include "wire/fop/types.h"

namespace mortar {

// Below one of these a subvolume counts as full. Numbers below 100 are percent, with or without the sign.
struct FreeSpaceLimits {
  PercentOrSize disk{10, 0};
  PercentOrSize inodes{5, 0};
};

// The size in MiB, as many as stock counts: the weight of a subvolume in new layouts.
std::uint32_t chunks_of(const VolumeStatus& status);

// A subvolume that did not tell its size is not full.
bool is_full(const VolumeStatus& status, const FreeSpaceLimits& limits);

// A subvolume that may take a file.
struct Storage {
  VolumeStatus status;  // all zeros: not known
  // Not where it has no good copy of the directory, or is about to leave the volume.
  bool usable = true;
};

// The one with most free space of those that are not full, and would not be with `size` more bytes.
std::optional<std::size_t> with_room(std::span<const Storage> subvolumes, const FreeSpaceLimits& limits,
                                     std::uint64_t size = 0);
// The one with most free space that can still make a file at all.
std::optional<std::size_t> with_most_room(std::span<const Storage> subvolumes, const FreeSpaceLimits& limits);
// Where the data of a new file goes whose name hashes to `hashed`: there, unless it is full and another has room.
std::size_t choose_for_new_file(std::size_t hashed, std::span<const Storage> subvolumes, const FreeSpaceLimits& limits);

// The volume's status, made of its subvolumes'. Bricks that share a file system divide it among them before they
// answer.
class VolumeStatusSum {
 public:
  // `is_limit`: the numbers are those of a quota ("quota-deem-statfs" in the answer's xdata), which is the same on all
  // subvolumes: then the one with most usage counts, and no other.
  void add(VolumeStatus status, bool is_limit);
  const VolumeStatus& total() const { return total_; }

 private:
  VolumeStatus total_;
  bool is_limit_ = false;
};

}  // namespace mortar
