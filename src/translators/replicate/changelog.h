// What a copy keeps beside an object about changes that other copies may lack: for each other copy a count by kind of
// change ("it missed this"), and of its own a count of changes that were under way when it was last written ("dirty").
// Three 32-bit words, big-endian, in extended attributes that are counted with XATTROP.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/dictionary.h"
#include "translators/replicate/copies.h"

namespace mortar::replicate {

inline constexpr const char* dirty_key = "trusted.afr.dirty";
// Beside a change of a directory's marks: the name that is about to change, for a heal that looks at nothing else.
inline constexpr const char* changed_name_key = "glusterfs.xattrop-entry-create";
// Beside the end of all marks of a directory: none of its names waits any more.
inline constexpr const char* forget_names_key = "glusterfs.xattrop-purge-index";

// Of a directory `entries` are its names, and `data` says that all of them have to be looked at.
enum class Slot : std::size_t { data = 0, metadata = 1, entries = 2 };

struct Counts {
  std::array<std::int32_t, 3> by_slot{};

  static Counts of(Slot slot, std::int32_t count) {
    Counts counts;
    counts[slot] = count;
    return counts;
  }
  std::int32_t& operator[](Slot slot) { return by_slot[static_cast<std::size_t>(slot)]; }
  std::int32_t operator[](Slot slot) const { return by_slot[static_cast<std::size_t>(slot)]; }
  bool any() const { return *this != Counts{}; }
  friend bool operator==(const Counts&, const Counts&) = default;

  std::array<std::byte, 12> stored() const;
  // Whatever is no such value counts as nothing; what is shorter or longer, too.
  static Counts parse(Bytes bytes);
};

// What one copy says.
struct Marks {
  std::vector<Counts> missed;  // by copy
  Counts dirty;
};

class ChangelogKeys {
 public:
  // `children`: what the subvolumes are called in the keys, in their order.
  explicit ChangelogKeys(std::vector<std::string> children);

  std::size_t copies() const { return missed_.size(); }
  // The key under which others count what the copy missed.
  const std::string& missed(Copy copy) const { return missed_[copy]; }
  // Those of all copies, each with a null byte behind it.
  std::string all_missed() const;
  bool has(std::string_view key) const { return key.starts_with("trusted.afr."); }
  // In xdata: so that the marks come with the answer.
  void ask_in(Dictionary& xdata) const;
  Marks read(const Dictionary& answer) const;
  void hide(Dictionary& values) const;

 private:
  std::vector<std::string> missed_;
};

}  // namespace mortar::replicate
