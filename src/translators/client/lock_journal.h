// The POSIX locks that are held through a connection, so that they can be taken again when it breaks: the brick forgets
// them with the connection.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "translator/descriptor.h"
#include "wire/file_operations.h"

namespace mortar {

struct HeldLock {
  Flock flock;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::weak_ptr<Descriptor> descriptor;  // through which it was taken
};

class LockJournal {
 public:
  // An lk operation worked: the owner's locks in that range are now this one, or none.
  void changed(const Identity& identity, const fop::Lk& operation);
  // Close: the owner's locks on the file go.
  void flushed(const Gfid& gfid, const LockOwner& owner);
  void released(const Descriptor& descriptor);

  bool holds(const Descriptor& descriptor) const;
  // What belongs to a descriptor.
  std::vector<HeldLock> through(const Descriptor& descriptor) const;
  // Whether nothing of it has been given back.
  bool has(const Gfid& gfid, const HeldLock& lock) const;
  // Somebody else has it by now.
  void lost(const Gfid& gfid, const HeldLock& lock);

 private:
  void erase_if(const Gfid& gfid, auto&& predicate);

  std::map<Gfid, std::vector<HeldLock>> held_;
};

}  // namespace mortar
