// Consistent times ("trusted.glusterfs.mdata"): the times of an object as the clients set them, the same on every copy.
// 57 bytes: version 1, flags (64 bits), then ctime, mtime, atime, each seconds and nanoseconds of 64 bits, big-endian.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/dictionary.h"
#include "base/iatt.h"

namespace mortar::posix {

inline constexpr const char* mdata_key = "trusted.glusterfs.mdata";

std::array<std::byte, 57> encode_mdata(const Times& times);
// Nothing where the bytes are no such value.
std::optional<Times> decode_mdata(Bytes bytes);

// Which of the three times something is about.
struct TimeSet {
  bool changed = false;
  bool modified = false;
  bool accessed = false;
  bool any() const { return changed || modified || accessed; }
};
// Of the credential's bits, those for the object itself or for its parent.
TimeSet stamped(std::uint32_t stamps, bool of_parent);

// Each chosen time becomes `now` where that is later. Nothing is ever lowered.
void raise_times(Times& times, TimeSet which, Moment now);
void raise_times(Times& times, const Times& other);

}  // namespace mortar::posix
