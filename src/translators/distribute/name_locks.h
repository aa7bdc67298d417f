// The locks that clients of a volume, stock's too, hold while they change what subvolumes have under a name, the layout
// of a directory, or where a file is.
#pragma once

#include <memory>
#include <string>

#include "base/task_set.h"
#include "translators/cluster/locks.h"
#include "wire/lock_domains.h"

namespace mortar::distribute {

// Held by everybody who changes what subvolumes have under a name, on the one that the name hashes to.
inline Task<> lock_name(LockSet& locks, Translator& hashed, Gfid directory, std::string entry) {
  return locks.lock_name(hashed, directory, std::move(entry), lock_domain::name, LockType::write);
}

// Held where a directory's name is made, removed and healed: nobody else does that, or changes the layout of the
// parent.
Task<> lock_directory_name(LockSet& locks, Translator& hashed, Gfid parent, std::string entry);

namespace detail {
template <class Locks>
Task<> release_all(std::unique_ptr<Locks> locks) {
  co_await locks->release();
  co_return done;
}
}  // namespace detail

// Gives locks back beside the answer.
template <class Locks>
void release_later(TaskSet& background, std::unique_ptr<Locks> locks) {
  background.start(detail::release_all(std::move(locks)));
}

}  // namespace mortar::distribute
