// Changes through this mount are counted when they begin and when they have ended: what was read between two equal
// counts is unchanged by us.
#pragma once

#include <cstdint>

#include "translators/fuse/inode_table.h"

namespace mortar::fuse {

class ChangeCount {
 public:
  explicit ChangeCount(std::uint64_t& count) : count_(count) { ++count_; }
  ChangeCount(const ChangeCount&) = delete;
  ChangeCount& operator=(const ChangeCount&) = delete;
  ~ChangeCount() { ++count_; }

 private:
  std::uint64_t& count_;
};

// A change of a directory's entries, whose answer tells what it left of the directory's attributes.
class EntryChange {
 public:
  EntryChange(std::uint64_t& count, InodePointer directory)
      : counting_(count), directory_(std::move(directory)), own_changes_(directory_->own_changes) {}

  void left(Believed now) {
    if (now.iatt.gfid != directory_->gfid || !now.iatt.is_directory()) return;
    std::optional<Believed>& known = directory_->after_change;
    // Answers may overtake each other.
    const bool older = known && known->own_changes == own_changes_ && now.iatt.changed < known->iatt.changed;
    now.own_changes = own_changes_;
    if (!older && own_changes_ == directory_->own_changes) known = now;
  }

 private:
  const ChangeCount counting_;
  const InodePointer directory_;
  const std::uint64_t own_changes_;
};

}  // namespace mortar::fuse
