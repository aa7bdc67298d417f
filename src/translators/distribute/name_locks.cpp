#include "translators/distribute/name_locks.h"

namespace mortar::distribute {

Task<> lock_directory_name(LockSet& locks, Translator& hashed, Gfid parent, std::string entry) {
  co_await tried(locks.lock_object(hashed, parent, lock_domain::layout, LockType::read));
  co_await tried(lock_name(locks, hashed, parent, std::move(entry)));
  co_return done;
}

}  // namespace mortar::distribute
