#include "translators/posix/mdata.h"

#include <algorithm>

#include "wire/identity.h"

namespace mortar::posix {

namespace {

constexpr std::size_t encoded_size = 57;

void put(std::byte* at, std::uint64_t value) {
  for (int byte = 7; byte >= 0; --byte, value >>= 8) at[byte] = static_cast<std::byte>(value);
}

std::uint64_t get(const std::byte* at) {
  std::uint64_t value = 0;
  for (int byte = 0; byte < 8; ++byte) value = value << 8 | static_cast<std::uint64_t>(at[byte]);
  return value;
}

void put(std::byte* at, Moment moment) {
  put(at, static_cast<std::uint64_t>(moment.seconds));
  put(at + 8, std::uint64_t{moment.nanoseconds});
}

Moment get_moment(const std::byte* at) {
  return {static_cast<std::int64_t>(get(at)), static_cast<std::uint32_t>(get(at + 8))};
}

}  // namespace

std::array<std::byte, encoded_size> encode_mdata(const Times& times) {
  std::array<std::byte, encoded_size> bytes{};
  bytes[0] = std::byte{1};
  put(bytes.data() + 9, times.changed);
  put(bytes.data() + 25, times.modified);
  put(bytes.data() + 41, times.accessed);
  return bytes;
}

std::optional<Times> decode_mdata(Bytes bytes) {
  if (bytes.size() != encoded_size || bytes[0] != std::byte{1}) return std::nullopt;
  Times times;
  times.changed = get_moment(bytes.data() + 9);
  times.modified = get_moment(bytes.data() + 25);
  times.accessed = get_moment(bytes.data() + 41);
  return times;
}

TimeSet stamped(std::uint32_t stamps, bool of_parent) {
  if (of_parent) {
    return {(stamps & stamp::parent_changed) != 0, (stamps & stamp::parent_modified) != 0,
            (stamps & stamp::parent_accessed) != 0};
  }
  return {(stamps & stamp::changed) != 0, (stamps & stamp::modified) != 0, (stamps & stamp::accessed) != 0};
}

void raise_times(Times& times, TimeSet which, Moment now) {
  if (which.changed) times.changed = std::max(times.changed, now);
  if (which.modified) times.modified = std::max(times.modified, now);
  if (which.accessed) times.accessed = std::max(times.accessed, now);
}

void raise_times(Times& times, const Times& other) {
  times.changed = std::max(times.changed, other.changed);
  times.modified = std::max(times.modified, other.modified);
  times.accessed = std::max(times.accessed, other.accessed);
}

}  // namespace mortar::posix
