#include "translators/replicate/copy_locks.h"

#include <limits>

#include "base/log.h"
#include "translators/cluster/as_root.h"

namespace mortar::replicate {

namespace {

// On the wire.
namespace entry_command {
constexpr std::uint32_t lock_and_wait = 0, unlock = 1, lock = 2;
}
namespace content_command {
constexpr std::uint32_t lock = 1, lock_and_wait = 2;
}
constexpr std::uint64_t place_of_attributes = std::numeric_limits<std::int64_t>::max() - 1;

bool is_taken_by_others(const Error& error) { return error.number() == EAGAIN || error.number() == EACCES; }

void note(Refusals& refusals, Copy copy, const Error& error) {
  if (is_taken_by_others(error)) refusals.is_taken = true;
  if (is_missing(error)) refusals.without.add(copy);
  if (!is_away(error)) refusals.why = error;
}

}  // namespace

Call CopyLocks::call_of(const LockedThing& thing) const {
  Call call = as_root(Call{});
  call.pid = pid_;
  call.lock_owner = thing.owner;
  return call;
}

Task<Locked> CopyLocks::take(const LockedThing& thing, Copies copies, Refusals& refusals) {
  const Locked at_once = co_await tried(try_to_take(thing, copies, refusals));
  if (!refusals.is_taken) co_return at_once;
  co_await tried(give_back(thing, at_once));
  const Locked got = co_await tried(wait_for(thing, copies, refusals));
  co_return got;
}

Task<Locked> CopyLocks::wait_for(const LockedThing& thing, Copies copies, Refusals& refusals) {
  // What was refused before is no reason.
  refusals = {.was_waited_for = true};
  const Call call = call_of(thing);
  Locked got(volume_, Copies());
  for (const Copy copy : copies.list()) {
    const Locked asked(volume_, Copies::only(copy));
    const Result<Done> locked = co_await ask(call, thing, copy, Way::lock_and_wait);
    if (locked) {
      got.add(asked);
    } else {
      note(refusals, copy, locked.error());
    }
  }
  if (got.standing() != got.copies()) {
    co_await tried(drop_what_is_lost(thing, got));
  }
  co_return got;
}

Task<Locked> CopyLocks::try_to_take(const LockedThing& thing, Copies copies, Refusals& refusals) {
  const Call call = call_of(thing);
  const std::vector<Copy> places = copies.list();
  std::vector<Task<>> tasks;
  Locked got(volume_, copies);
  for (const Copy copy : places) tasks.push_back(ask(call, thing, copy, Way::lock));
  const std::vector<Result<Done>> answers = co_await tried(all(std::move(tasks)));
  for (std::size_t at = 0; at < places.size(); ++at) {
    if (answers[at]) continue;
    got.leave_out(places[at]);
    note(refusals, places[at], answers[at].error());
  }
  if (got.standing() != got.copies()) {
    co_await tried(drop_what_is_lost(thing, got));
  }
  co_return got;
}

Task<Locked> CopyLocks::win(const LockedThing& thing, Copies copies, Refusals& refusals) {
  if (copies.empty()) co_return Locked(volume_, copies);
  const Copies first = Copies::only(copies.front());
  Locked got = co_await tried(try_to_take(thing, first, refusals));
  if (refusals.is_taken) co_return got;
  const Locked others = co_await tried(try_to_take(thing, copies - first, refusals));
  got.add(others);
  co_return got;
}

// A connection that broke took the lock with it; or the lock was only given by the next one.
Task<> CopyLocks::drop_what_is_lost(const LockedThing& thing, Locked& got) {
  const Copies lost = got.copies() - got.standing();
  for (const Copy copy : lost.list()) got.leave_out(copy);
  co_await tried(give_back(thing, lost));
  co_return done;
}

Task<> CopyLocks::give_back(const LockedThing& thing, Copies copies) {
  const Call call = call_of(thing);
  std::vector<Task<>> tasks;
  for (const Copy copy : copies.list()) tasks.push_back(ask(call, thing, copy, Way::unlock));
  const std::vector<Result<Done>> answers = co_await tried(all(std::move(tasks)));
  for (const Result<Done>& answer : answers) {
    if (answer) continue;
    log::debug(volume_.name(), "a lock of {} is not given back, it goes with the connection: {}", thing.gfid.text(),
               answer.error().sentence());
  }
  co_return done;
}

fop::Inodelk CopyLocks::inode_lock(const LockedThing& thing, Way way) {
  fop::Inodelk lock{.gfid = thing.gfid,
                    .command = way == Way::lock_and_wait ? content_command::lock_and_wait : content_command::lock,
                    .type = way == Way::unlock ? Flock::unlock : Flock::write,
                    .flock = {.start = thing.first, .length = thing.length, .owner = thing.owner},
                    .domain = thing.domain,
                    .xdata = {}};
  lock.flock.type = lock.type;
  if (thing.kind == LockKind::attributes) lock.flock.start = place_of_attributes;
  return lock;
}

fop::Entrylk CopyLocks::entry_lock(const LockedThing& thing, Way way) {
  fop::Entrylk lock{.gfid = thing.gfid,
                    .command = entry_command::lock,
                    .type = static_cast<std::uint32_t>(LockType::write),
                    .name_given = thing.name.empty() ? 0u : 1u,
                    .name = thing.name,
                    .domain = thing.domain,
                    .xdata = {}};
  if (way == Way::lock_and_wait) lock.command = entry_command::lock_and_wait;
  if (way == Way::unlock) lock.command = entry_command::unlock;
  return lock;
}

AnyStep CopyLocks::take_step(const LockedThing& thing) const {
  if (thing.kind == LockKind::entries) return Step<fop::Entrylk>{call_of(thing), entry_lock(thing, Way::lock)};
  return Step<fop::Inodelk>{call_of(thing), inode_lock(thing, Way::lock)};
}

const Result<fop::Acknowledged>& CopyLocks::answer_of_lock(Sequence& sequence) {
  const auto* of_names = step_of<fop::Entrylk>(sequence);
  return of_names == nullptr ? step_of<fop::Inodelk>(sequence)->reply : of_names->reply;
}

Step<fop::Inodelk> CopyLocks::give_back_step(const LockedThing& thing) const {
  return {.call = call_of(thing), .operation = inode_lock(thing, Way::unlock)};
}

Task<Locked> CopyLocks::try_to_take_in(const LockedThing& thing, std::vector<Sequence>& sequences, Refusals& refusals,
                                       PackedSequences* packed) {
  Copies asked;
  std::vector<Task<Sequence>> tasks;
  for (Copy copy = 0; copy < sequences.size(); ++copy) {
    if (sequences[copy].empty()) continue;
    asked.add(copy);
    Translator& subvolume = volume_.subvolume(copy);
    tasks.push_back(packed == nullptr ? subvolume.perform_in_order(std::move(sequences[copy]))
                                      : packed->perform_in_order(subvolume, std::move(sequences[copy])));
  }
  Locked got(volume_, asked);
  std::vector<Result<Sequence>> performed = co_await tried(all(std::move(tasks)));
  std::size_t at = 0;
  for (const Copy copy : asked.list()) {
    sequences[copy] = co_await tried(std::move(performed[at++]));
    const Result<fop::Acknowledged>& lock = answer_of_lock(sequences[copy]);
    if (lock) continue;
    got.leave_out(copy);
    note(refusals, copy, lock.error());
  }
  if (got.standing() != got.copies()) {
    co_await tried(drop_what_is_lost(thing, got));
  }
  co_return got;
}

Task<> CopyLocks::ask(const Call& call, const LockedThing& thing, Copy copy, Way way) {
  if (thing.kind == LockKind::entries) {
    const fop::Entrylk lock = entry_lock(thing, way);
    co_await tried(volume_.subvolume(copy).perform(call, lock));
    co_return done;
  }
  const fop::Inodelk lock = inode_lock(thing, way);
  const Result<fop::Acknowledged> by_gfid = co_await volume_.subvolume(copy).perform(call, lock);
  const Fd* descriptor = thing.descriptor(copy);
  if (by_gfid) co_return done;
  if (!is_missing(by_gfid.error()) || descriptor == nullptr) co_return by_gfid.error();
  thing.needs_descriptor = true;
  const fop::Finodelk by_descriptor{.gfid = lock.gfid,
                                    .fd = *descriptor,
                                    .command = lock.command,
                                    .type = lock.type,
                                    .flock = lock.flock,
                                    .domain = lock.domain,
                                    .xdata = {}};
  const Result<fop::Acknowledged> there = co_await volume_.subvolume(copy).perform(call, by_descriptor);
  if (there) co_return done;
  co_return is_closed(there.error()) ? by_gfid.error() : there.error();
}

}  // namespace mortar::replicate
