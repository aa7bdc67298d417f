// The locks of one transaction on several subvolumes. They are taken one after the other in the order of the calls, and
// given back together:
//
//   LockSet locks(call, owners);
//   Result<fop::Made> made = co_await mkdir_locked(call, mkdir, locks);
//   co_await locks.release();
//   co_return made;
//
// Two transactions that need several locks must ask for them in one order, else both wait for ever. A lock is given
// back by the brick when the connection of its holder breaks; what the lock protected has to be looked at again then,
// so a transaction that goes on for long checks nothing by having locked once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/task.h"
#include "translator/translator.h"

namespace mortar {

enum class LockType : std::uint32_t { read = 0, write = 1 };

// Makes owners that no other transaction of this client uses.
class LockOwners {
 public:
  LockOwner next();

 private:
  std::uint64_t last_ = 0;
};

class LockSet {
 public:
  // Takes locks in the name of root: a user's rights do not matter to the volume's own order.
  LockSet(const Call& call, LockOwners& owners);
  LockSet(const LockSet&) = delete;
  LockSet& operator=(const LockSet&) = delete;
  ~LockSet();

  // Wait until the lock is there. `subvolume` outlives this.
  Task<> lock_name(Translator& subvolume, Gfid directory, std::string name, std::string domain, LockType type);
  Task<> lock_object(Translator& subvolume, Gfid object, std::string domain, LockType type);
  // Gives all back, at once; a lock that cannot be given back goes with the connection.
  Task<> release();

 private:
  struct Held {
    Translator* subvolume;
    bool is_name;
    fop::Entrylk name;
    fop::Inodelk object;
  };
  Task<> unlock(const Held& held) const;

  Call call_;
  std::vector<Held> held_;
};

}  // namespace mortar
