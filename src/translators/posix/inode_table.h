// What the loop remembers of inodes: their locks, who has them open, what is known of them. Everything in it can be
// lost at any instant; what is known is checked against the file system before it is used (see Memory).
//
// Used by the loop's thread only.
#pragma once

#include <array>
#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/event.h"
#include "base/gfid.h"
#include "translators/posix/work.h"

namespace mortar::posix {

struct Inode {
  explicit Inode(const Gfid& identity) : gfid(identity) {}
  const Gfid gfid;
  SharedMutex lock;  // exclusive to change the inode or a directory's entries
  std::optional<Memory> memory;
  std::shared_ptr<OpenFile> directory;
  std::list<Inode*>::iterator directory_place;  // where it has an open directory
  std::uint32_t open_files = 0;
  bool parked = false;  // its handle waits in .glusterfs/unlink for the last descriptor
};

class InodeTable {
 public:
  // Inodes nobody uses are forgotten, the longest unused first, once there are more than these; directories are closed
  // when no job needs them any more.
  explicit InodeTable(std::size_t most_inodes = 65536, std::size_t most_directories = 1024)
      : most_inodes_(most_inodes), most_directories_(most_directories) {}

  std::shared_ptr<Inode> get(const Gfid& gfid);
  // Null where nothing is remembered.
  std::shared_ptr<Inode> peek(const Gfid& gfid) const;
  void remember_directory(Inode& inode, std::shared_ptr<OpenFile> directory);
  std::size_t size() const { return places_.size(); }

 private:
  using Order = std::list<std::shared_ptr<Inode>>;
  void shrink();

  const std::size_t most_inodes_;
  const std::size_t most_directories_;
  Order order_;  // the most recently used first
  std::unordered_map<Gfid, Order::iterator> places_;
  std::list<Inode*> directories_;  // those with an open directory, the most recently used first
};

// The locks of one operation, taken in the order of the gfids so that two operations never wait for each other.
struct LockWish {
  Gfid gfid;
  bool exclusive = false;
};
class InodeLocks {
 public:
  static constexpr std::size_t most = 4;
  std::array<std::shared_ptr<Inode>, most> inodes;
  std::array<SharedMutex::Guard, most> guards;
  std::size_t count = 0;
  SharedMutex::Guard position;  // of an open directory
  const std::shared_ptr<Inode>* find(const Gfid& gfid) const;
};
// Wishes for one inode are joined; null gfids are left out.
Task<std::shared_ptr<InodeLocks>> lock_inodes(InodeTable& table, std::array<LockWish, 4> wishes);

}  // namespace mortar::posix
