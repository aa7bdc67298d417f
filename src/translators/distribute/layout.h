// How the names of a directory are spread over the subvolumes: each has a range of the hashes (name_hash.h), which is
// kept in an xattr ("trusted.glusterfs.dht") of its copy of the directory.
//
//   Layout layout(subvolumes);
//   layout.learn(0, reply.xdata.bytes(key));      // what the lookup of the directory brought, or
//   layout[1].err = error.number();               // why it brought nothing
//   std::optional<std::size_t> subvolume = layout.place(hash(name));
//
// A layout with holes or overlaps gives a name no place, or two; assign() makes a new one for the same directory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace mortar {

// What one subvolume has of a directory's hashes.
struct Range {
  // An `err`: the directory may be there, but what it says of its range is not known.
  static constexpr int unknown = -1;

  std::uint32_t start = 0;
  std::uint32_t stop = 0;  // belongs to the range
  // The state of the volume that the layout was made for, as the last rebalance counts; nothing where the directory has
  // no layout on this subvolume.
  std::optional<std::uint32_t> commit_hash;
  int err = 0;         // of the lookup there; with 0 the directory is there
  bool fixed = false;  // chosen by the administrator, for the whole directory: nobody else changes it

  // A directory need not use all subvolumes; the others have nothing, written as 0 to 0.
  bool takes_part() const { return start != stop; }
  friend bool operator==(const Range&, const Range&) = default;
};

// The value of the xattr. EINVAL where it is not one.
Result<Range> parse_range(Bytes stored);
using StoredRange = std::array<std::byte, 16>;

struct Anomalies {
  std::uint32_t missing = 0;   // subvolumes without the directory, or with an unknown range
  std::uint32_t down = 0;      // that are not connected
  std::uint32_t no_space = 0;  // that have no room for the directory
  std::uint32_t misc = 0;      // with any other error
  std::uint32_t holes = 0;     // hashes without a subvolume
  std::uint32_t overlaps = 0;  // hashes with several

  bool wrong_ranges() const { return holes != 0 || overlaps != 0; }
  friend bool operator==(const Anomalies&, const Anomalies&) = default;
};

class Layout {
 public:
  Layout() = default;
  // Nothing is known of any.
  explicit Layout(std::size_t subvolumes) : ranges_(subvolumes, Range{.err = Range::unknown}) {}

  std::size_t size() const { return ranges_.size(); }
  Range& operator[](std::size_t subvolume) { return ranges_[subvolume]; }
  const Range& operator[](std::size_t subvolume) const { return ranges_[subvolume]; }
  auto begin() const { return ranges_.begin(); }
  auto end() const { return ranges_.end(); }

  // The directory is there, with the value of the xattr or without. A value that cannot be read is an error and counts
  // as an unknown range.
  Result<Done> learn(std::size_t subvolume, std::optional<Bytes> stored);
  // The value of the xattr for this subvolume.
  StoredRange stored(std::size_t subvolume) const;

  // The subvolume of a name; nothing in a hole.
  std::optional<std::size_t> place(std::uint32_t hash) const;
  Anomalies anomalies() const;
  // On which all subvolumes with a layout agree.
  std::optional<std::uint32_t> commit_hash() const;
  bool is_fixed() const;

  friend bool operator==(const Layout&, const Layout&) = default;

 private:
  std::vector<Range> ranges_;  // by subvolume
};

// What a layout that was made in a hurry has instead of the volume's: no name may be said to be missing because of it.
constexpr std::uint32_t invalid_commit_hash = 1;

// What a subvolume is to a new layout.
struct Sharer {
  std::string_view name;     // ranges are dealt out in the order of the names
  std::uint32_t weight = 0;  // chunks_of() in free_space.h; 0: not known
  bool leaving = false;      // its bricks are being removed
};

struct Dealing {
  std::size_t first = 0;     // start_index(): where in the order of the names it begins
  std::uint32_t spread = 0;  // over how many subvolumes; 0: all
  bool by_weight = true;     // else, and where a weight is not known, all get the same
  std::uint32_t commit_hash = invalid_commit_hash;
};

// Follows from the hash of the directory's path, so that not every directory begins on the same subvolume.
inline std::size_t start_index(std::uint32_t path_hash, std::size_t subvolumes) {
  return subvolumes == 0 ? 0 : path_hash % subvolumes;
}

// A new layout for a directory of which `present` is known: subvolumes that answered, or lack the directory (it is made
// there first), get ranges; one without space only where there is no other. What gets nothing because of an error keeps
// the error. The result has neither holes nor overlaps unless no subvolume can be used.
Layout assign(const Layout& present, std::span<const Sharer> sharers, const Dealing& dealing);

// The same after subvolumes came or went, with ranges exchanged so that as many names as possible stay where they are;
// not where subvolumes differ in weight. A fixed layout stays. An error while a subvolume does not answer.
Result<Layout> reassign(const Layout& present, std::span<const Sharer> sharers, const Dealing& dealing);

}  // namespace mortar
