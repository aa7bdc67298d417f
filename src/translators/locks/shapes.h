// What a cluster lock covers: a range of bytes (inodelk) or a name of a directory (entrylk). Each comes with the index
// that finds the granted locks it meets.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "translators/locks/interval_tree.h"

namespace mortar::locks {

// The end of "to the end of the file".
inline constexpr std::uint64_t no_end = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t last = no_end;
  bool write = true;

  bool meets(const ByteRange& other) const { return first <= other.last && other.first <= last; }
  bool conflicts(const ByteRange& other) const { return meets(other) && (write || other.write); }
  // Whatever meets the other conflicts with this.
  bool shuts_out(const ByteRange& other) const { return write && first <= other.first && last >= other.last; }
  // An unlock names the range exactly; its type is that of no lock.
  bool released_by(const ByteRange& unlock) const { return first == unlock.first && last == unlock.last; }
  static ByteRange everything() { return {}; }
};

struct EntryName {
  std::optional<std::string> name;  // none: every name
  bool write = true;                // kept for unlock and dumps; a read lock excludes as a write lock does

  bool meets(const EntryName& other) const { return !name || !other.name || *name == *other.name; }
  bool conflicts(const EntryName& other) const { return meets(other); }
  bool shuts_out(const EntryName& other) const { return !name || (other.name && *name == *other.name); }
  bool released_by(const EntryName& unlock) const { return name == unlock.name && write == unlock.write; }
  static EntryName everything() { return {}; }
};

// Granted locks by shape. visit() stops where the function returns true.
template <class Shape, class Lock>
class ShapeIndex;

template <class Lock>
class ShapeIndex<ByteRange, Lock> {
 public:
  void insert(const ByteRange& range, std::uint64_t serial, Lock* lock) {
    tree_.insert(range.first, range.last, serial, lock);
  }
  void erase(const ByteRange& range, std::uint64_t serial) { tree_.erase(range.first, serial); }
  template <class Visit>
  bool visit(const ByteRange& range, Visit&& on) const {
    return tree_.visit(range.first, range.last, on);
  }

 private:
  IntervalTree<Lock*> tree_;
};

template <class Lock>
class ShapeIndex<EntryName, Lock> {
  using Serials = std::map<std::uint64_t, Lock*>;

 public:
  void insert(const EntryName& name, std::uint64_t serial, Lock* lock) { place(name).emplace(serial, lock); }
  void erase(const EntryName& name, std::uint64_t serial) {
    Serials& serials = place(name);
    serials.erase(serial);
    if (name.name && serials.empty()) named_.erase(*name.name);
  }
  template <class Visit>
  bool visit(const EntryName& name, Visit&& on) const {
    if (visit_all(every_name_, on)) return true;
    if (name.name) {
      auto found = named_.find(*name.name);
      return found != named_.end() && visit_all(found->second, on);
    }
    for (const auto& [text, serials] : named_) {
      if (visit_all(serials, on)) return true;
    }
    return false;
  }

 private:
  Serials& place(const EntryName& name) { return name.name ? named_[*name.name] : every_name_; }
  template <class Visit>
  static bool visit_all(const Serials& serials, Visit& on) {
    for (const auto& [serial, lock] : serials) {
      if (on(lock)) return true;
    }
    return false;
  }

  Serials every_name_;
  std::map<std::string, Serials> named_;
};

}  // namespace mortar::locks
