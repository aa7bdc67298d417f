// What all parts of a heal share: one object as it is looked at and locked, asking single copies, and taking back the
// marks of what has been healed.
//
// Healers exclude each other by a lock in a domain of their own, as stock's do; the lock that users' changes take is
// held only while something is decided or copied.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "translators/replicate/copy_locks.h"
#include "translators/replicate/heal_direction.h"

namespace mortar::replicate {

// Where bricks keep the times of users' clocks.
inline constexpr const char* times_key = "trusted.glusterfs.mdata";
// Of a rmdir, on the wire: whatever is in it.
inline constexpr std::int32_t with_all_in_it = 1;

// How the heal of one object ended.
enum class HealEnd {
  nothing_to_do,
  healed,
  gone,         // no copy has it
  taken,        // another healer is at it
  postponed,    // a copy is away
  split_brain,  // nobody knows which copy is right
  failed,
};

struct HealReport {
  HealEnd end = HealEnd::nothing_to_do;
  std::string reason;  // in plain words, where it is not healed
  std::optional<Gfid> first = {};  // a directory that is to be healed before

  // The worse of both.
  void add(HealReport other);
};

// One of the names of an object.
struct Place {
  Gfid directory;
  std::string name;

  friend bool operator==(const Place&, const Place&) = default;
};

inline fop::Lookup lookup_of(const Gfid& gfid) { return {.gfid = gfid, .parent = {}, .name = {}, .xdata = {}}; }
inline fop::Lookup lookup_of(const Gfid& directory, std::string name) {
  return {.gfid = {}, .parent = directory, .name = std::move(name), .xdata = {}};
}

class Healing {
 public:
  // `volume` outlives this.
  explicit Healing(Volume& volume) : volume_(volume), locks_(volume, pid) {}

  // What stock's healers call themselves: bricks know by it that nobody's rights matter.
  static constexpr std::int32_t pid = -6;

  Volume& volume() { return volume_; }
  Call call() const;
  LockedThing thing(const Gfid& gfid, LockKind kind, std::string domain);
  // What changes of its attributes lock.
  LockedThing attributes_of(const Gfid& gfid);
  // What changes of one name lock.
  LockedThing name_in(const Gfid& directory, std::string name);
  std::string domain_of_healers() const { return volume_.domain() + ":self-heal"; }
  CopyLocks& locks() { return locks_; }

  template <class Operation>
  Task<typename Operation::Reply> at(const Call& call, const Operation& operation, Copy copy) {
    return volume_.subvolume(copy).perform(call, operation);
  }
  // Well done, too, where it is gone already: several healers clear away the same.
  template <class Operation>
  Task<> remove_at(Operation remove, Copy copy);
  template <class Operation>
  Task<AnswersOf<Operation>> at_each(const Call& call, const Operation& operation, Copies copies);
  // What changes a copy: only as long as the lock stands under which it was decided.
  template <class Operation>
  Task<typename Operation::Reply> change(const Locked& locked, const Operation& operation, Copy copy) {
    return change_as(locked, call(), operation, copy);
  }
  template <class Operation>
  Task<typename Operation::Reply> change_as(const Locked& locked, Call call, const Operation& operation, Copy copy);

  // An object by gfid, or a name.
  Task<Testimony> hear(fop::Lookup lookup, Copies copies);
  // Takes back, in a slot, what `testimony` says of copies that are right by now: those of `right`. They say that those
  // of `missed` are not: these are away while it is decided about changes that came to no end.
  Task<> absolve(const Gfid& gfid, const Testimony& testimony, Slot slot, Copies right, const Locked& locked,
                 Copies missed = Copies());
  // Where no mark is left, or nothing of the object, the brick is told so, and strikes it from its list, with the names
  // it has noted.
  Task<> strike(Gfid gfid, Copy copy);
  // An object as a copy has it; nothing where it has none.
  Task<std::optional<Iatt>> object_on(Copy copy, Gfid gfid);
  // Where a copy has it.
  Task<Place> place_of(Gfid gfid, Copy holder);
  // It has lost its name there, and is kept for one that it may get.
  bool is_aside(const Place& place) const;
  // Names of a directory on one copy, without those that no user sees.
  Task<std::vector<std::string>> names_on(Copy copy, Gfid directory);

 private:
  Volume& volume_;
  CopyLocks locks_;
};

template <class Operation>
Task<typename Operation::Reply> Healing::change_as(const Locked& locked, Call call, const Operation& operation,
                                                   Copy copy) {
  const Result<Done> stands = locked.check();
  if (!stands) co_return stands.error();
  typename Operation::Reply reply = co_await tried(at(call, operation, copy));
  co_return std::move(reply);
}

template <class Operation>
Task<> Healing::remove_at(Operation remove, Copy copy) {
  const Call own = call();
  const Result<typename Operation::Reply> removed = co_await at(own, remove, copy);
  if (!removed && !is_missing(removed.error())) co_return removed.error();
  co_return done;
}

template <class Operation>
Task<AnswersOf<Operation>> Healing::at_each(const Call& call, const Operation& operation, Copies copies) {
  const std::vector<Copy> places = copies.list();
  std::vector<Task<typename Operation::Reply>> tasks;
  for (const Copy copy : places) tasks.push_back(at(call, operation, copy));
  AnswersOf<Operation> given = co_await tried(all(std::move(tasks)));
  AnswersOf<Operation> answers(volume_.size(), failed(ENOTCONN));
  for (std::size_t place = 0; place < places.size(); ++place) answers[places[place]] = std::move(given[place]);
  co_return std::move(answers);
}

}  // namespace mortar::replicate
