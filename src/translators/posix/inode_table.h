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

struct Inode;

// An open file that is kept for the next job; the longest unused are closed, once no job needs them any more.
struct KeptHandle {
  std::shared_ptr<OpenFile> file;
  std::list<Inode*>::iterator place;  // where there is a file
};
class KeptHandles {
 public:
  KeptHandles(KeptHandle Inode::* slot, std::size_t most) : slot_(slot), most_(most) {}
  // Null closes.
  void keep(Inode& inode, std::shared_ptr<OpenFile> file);
  void use(Inode& inode);

 private:
  KeptHandle Inode::* const slot_;
  const std::size_t most_;
  std::list<Inode*> order_;  // the most recently used first
};

struct Inode {
  explicit Inode(const Gfid& identity) : gfid(identity) {}
  const Gfid gfid;
  SharedMutex lock;  // exclusive to change the inode or a directory's entries
  std::optional<Memory> memory;
  KeptHandle directory;
  KeptHandle anonymous;  // of a file, for callers who open nothing
  std::uint32_t open_files = 0;
  bool parked = false;  // its handle waits in .glusterfs/unlink for the last descriptor
};

// An inode that somebody uses, for those who look from outside.
struct InodeUse {
  Gfid gfid;
  std::uint32_t open_files = 0;
  std::uint64_t users = 0;  // operations under way and open descriptors
};

class InodeTable {
 public:
  // Inodes nobody uses are forgotten, the longest unused first, once there are more than these.
  explicit InodeTable(std::size_t most_inodes = 65536, std::size_t most_directories = 1024,
                      std::size_t most_anonymous = 512)
      : directories(&Inode::directory, most_directories),
        anonymous(&Inode::anonymous, most_anonymous),
        most_inodes_(most_inodes) {}

  KeptHandles directories;
  KeptHandles anonymous;

  std::shared_ptr<Inode> get(const Gfid& gfid);
  // Null where nothing is remembered.
  std::shared_ptr<Inode> peek(const Gfid& gfid) const;
  std::size_t size() const { return places_.size(); }
  std::size_t most() const { return most_inodes_; }
  std::vector<InodeUse> in_use() const;

 private:
  using Order = std::list<std::shared_ptr<Inode>>;
  void shrink();

  const std::size_t most_inodes_;
  Order order_;  // the most recently used first
  std::unordered_map<Gfid, Order::iterator> places_;
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
