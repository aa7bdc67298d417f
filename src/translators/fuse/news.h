// What was heard of changes by others, counted, so that an answer that was under way meanwhile is not believed: the
// notice may have been told to the kernel before the answer, which is older.
#pragma once

#include <cstdint>

#include "runtime/world.h"
#include "translators/fuse/inode_table.h"

namespace mortar::fuse {

// When something was asked: what its answer tells can be older than what was heard since.
struct Asked {
  Instant at{};
  std::uint64_t news = 0;
};

class News {
 public:
  Asked now(Instant instant) const { return {instant, count_}; }

  void heard_of(Inode& inode) { inode.news = ++count_; }
  // An object that the kernel does not know yet; an answer under way may be about to introduce it.
  void heard_of_stranger() { of_stranger_ = ++count_; }
  void heard_of_all() { of_all_ = ++count_; }
  // The kernel is about to hear of it for the first time.
  void introduced(Inode& inode) const { inode.news = of_stranger_; }

  bool since(const Asked& asked, const Inode& inode) const { return inode.news > asked.news || of_all_ > asked.news; }

 private:
  std::uint64_t count_ = 0;
  std::uint64_t of_stranger_ = 0;
  std::uint64_t of_all_ = 0;
};

}  // namespace mortar::fuse
