// One lock on several copies: asked for at once and without waiting, which nearly always is the only trip. Where
// somebody has it on one of them, what was got is given back and it is waited for one copy after the other, in their
// order, so that no two clients wait for each other.
#pragma once

#include <string>

#include "translators/replicate/asking.h"
#include "translators/replicate/locked.h"
#include "translators/replicate/packed_sequences.h"

namespace mortar::replicate {

// Of an object. The locks of attributes and of content do not meet: bricks keep the one that is beyond all bytes apart,
// for what replication of all releases takes for attributes.
enum class LockKind {
  content,
  attributes,
  entries,
  moves,  // of directories to other ones, in the volume, on its root
};

struct LockedThing {
  Gfid gfid;
  LockKind kind = LockKind::content;
  std::string name;          // of entries; empty: all of them
  std::uint64_t first = 0;   // of content, in bytes
  std::uint64_t length = 0;  // 0: to the end
  std::string domain;
  LockOwner owner;
  // By which a file is found that has no name any more; null where it is not open.
  std::shared_ptr<OpenObject> open;
  mutable bool needs_descriptor = false;  // it was found by that only

  // The descriptor at that copy; null where there is none.
  const Fd* descriptor(Copy copy) const { return open != nullptr && open->fds[copy].open ? &open->fds[copy] : nullptr; }
};

// Why copies have not given a lock.
struct Refusals {
  Error why{ENOTCONN};          // as one says that is there
  Copies without;               // have no such object
  bool is_taken = false;        // somebody else has it on one of them
  bool was_waited_for = false;  // somebody else had it first
};

class CopyLocks {
 public:
  // `volume` outlives this, and each thing its requests. `pid`: what the process calls itself; the removal of a file
  // waits for users' locks, and not for those of the volume's own processes.
  explicit CopyLocks(Volume& volume, std::int32_t pid = 0) : volume_(volume), pid_(pid) {}

  // On those that give it.
  Task<Locked> take(const LockedThing& thing, Copies copies, Refusals& refusals);
  // Without waiting.
  Task<Locked> try_to_take(const LockedThing& thing, Copies copies, Refusals& refusals);
  // The same as a step of what each copy performs in order: by copy, with a step of the lock; empty at those not to be
  // asked.
  // `packed`: where nobody waits for it, to go together with others.
  Task<Locked> try_to_take_in(const LockedThing& thing, std::vector<Sequence>& sequences, Refusals& refusals,
                              PackedSequences* packed = nullptr);
  // One copy after the other, waiting for whoever has it there.
  Task<Locked> wait_for(const LockedThing& thing, Copies copies, Refusals& refusals);
  // The same, where the first copy decides: of several that want it at once one gets it.
  Task<Locked> win(const LockedThing& thing, Copies copies, Refusals& refusals);
  // A lock that cannot be given back goes with the connection.
  Task<> give_back(const LockedThing& thing, const Locked& locked) { return give_back(thing, locked.copies()); }
  Task<> give_back(const LockedThing& thing, Copies copies);

  // For a sequence.
  AnyStep take_step(const LockedThing& thing) const;
  static const Result<fop::Acknowledged>& answer_of_lock(Sequence& sequence);
  // Of content or attributes.
  Step<fop::Inodelk> give_back_step(const LockedThing& thing) const;

 private:
  enum class Way { lock, lock_and_wait, unlock };
  static fop::Inodelk inode_lock(const LockedThing& thing, Way way);
  static fop::Entrylk entry_lock(const LockedThing& thing, Way way);
  Task<> ask(const Call& call, const LockedThing& thing, Copy copy, Way way);
  Task<> drop_what_is_lost(const LockedThing& thing, Locked& got);
  Call call_of(const LockedThing& thing) const;

  Volume& volume_;
  const std::int32_t pid_;
};

}  // namespace mortar::replicate
