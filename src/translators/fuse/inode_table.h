// The objects the kernel knows. It names them by a number of ours and counts its references: every answer that carries
// an entry is one, FORGET gives some back, and at zero the record goes. So the table is as large as the kernel's cache.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/gfid.h"
#include "base/iatt.h"
#include "runtime/world.h"
#include "wire/identity.h"

namespace mortar::fuse {

struct Handle;

// Attributes that an answer brought: believed for as long as the kernel would believe them, and until the object itself
// is changed.
struct Believed {
  Iatt iatt;
  Instant until;
  std::uint64_t removals = 0;     // Front's count of then
  std::uint64_t own_changes = 0;  // Inode::own_changes of then
};

struct KnownName {
  std::uint64_t parent = 0;
  std::string name;
  friend bool operator==(const KnownName&, const KnownName&) = default;
};

struct Inode {
  // Those beyond are not remembered, and must not be believed for long.
  static constexpr std::size_t most_other_names = 16;
  bool knows_name(std::uint64_t parent_number, std::string_view known) const;

  std::uint64_t number = 0;  // what the kernel calls it
  Gfid gfid;
  std::uint64_t lookups = 0;  // references the kernel holds
  // The name it was found by last, and others that the kernel may still know: what has to be invalidated so that it
  // lets go of the object.
  std::uint64_t parent = 0;
  std::string name;
  std::vector<KnownName> other_names;
  std::vector<Handle*> handles;  // open files and directories; an unlinked object is reached through them only
  std::map<LockOwner, std::uint64_t> lock_owners;  // who asked for POSIX locks through this mount, how often
  std::uint64_t news = 0;                          // count of News when a change by others was heard of last
  bool has_pages = false;                          // it was open: the kernel may have pages
  // Changes of the object itself, not of a directory's entries: begun, ended or heard of.
  std::uint64_t own_changes = 0;
  // Of a directory, what our last change in it left: the kernel asks for it after each, to check permissions.
  std::optional<Believed> after_change;
  // Until when the object is known to have no security.capability, and no set-id bits.
  std::optional<Instant> no_capability_until;
  std::optional<Instant> no_set_ids_until;
  Instant set_ids_given{};  // last, through this mount: what was asked before that knows nothing of it
};

using InodePointer = std::shared_ptr<Inode>;

class InodeTable {
 public:
  static constexpr std::uint64_t root_number = 1;

  explicit InodeTable(Gfid root = root_gfid);

  // Null where the kernel names what it does not hold.
  InodePointer find(std::uint64_t number) const;
  InodePointer find(const Gfid& gfid) const;
  InodePointer root() const { return slots_[root_number]; }
  void set_root(const Gfid& gfid);

  // The record of an object of which the kernel is about to hear under a name: one reference more.
  InodePointer refer(const Gfid& gfid, std::uint64_t parent, std::string_view name);
  // It was renamed through this mount.
  void renamed(Inode& inode, const KnownName& from, const KnownName& to);
  template <class Function>
  void for_each(Function function) const {
    for (const InodePointer& inode : slots_) {
      if (inode) function(*inode);
    }
  }
  // The root stays whatever the count.
  void forget(std::uint64_t number, std::uint64_t count);
  std::size_t size() const { return by_gfid_.size(); }
  // Those that are open.
  std::size_t open() const;

 private:
  std::vector<InodePointer> slots_;  // by number; 0 is no inode
  std::vector<std::uint64_t> free_;
  std::unordered_map<Gfid, std::uint64_t> by_gfid_;
};

}  // namespace mortar::fuse
