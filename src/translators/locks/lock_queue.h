// The cluster locks of one kind on one object in one domain: what is granted, and who waits, first come first served.
//
// A request is granted when it conflicts with nothing granted to others, and with nothing that waits before it, unless
// its holder has a place here already: a holder that needs a second lock to finish must not wait behind those who wait
// for its first.
//
// The clock, the delay of notices and the collected notices come with each call (Turn).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "translators/locks/ledger.h"
#include "translators/locks/request.h"
#include "translators/locks/shapes.h"

namespace mortar::locks {

// One call into the tables, at one moment.
struct Turn {
  Instant now{};
  Moment time;
  bool notify = true;
  Duration notify_delay{};
  std::chrono::seconds revocation_age{0};  // 0: never
  std::uint32_t revocation_waiting = 0;    // 0: never
  bool revoke_waiting_too = false;
};

enum class Verdict { granted, waiting, refused };

struct Cleared {
  std::size_t waiting = 0;
  std::size_t granted = 0;
};

template <class Shape>
class LockQueue {
 public:
  struct Lock : Circumstances {
    Shape shape;
    std::uint64_t serial = 0;
    bool granted = false;
    bool notified = false;
    Instant notified_at{};
    Request* request = nullptr;  // who waits; null once it has its answer
  };
  // Told that a granted lock is in somebody's way, at most once a delay.
  using OnContention = std::function<void(const Lock&)>;
  // Whether something outside of this queue keeps a request waiting.
  using HeldBack = std::function<bool(const Lock&)>;

  LockQueue(Ledger& ledger, const Gfid& gfid, OnContention on_contention, HeldBack held_back)
      : ledger_(ledger), gfid_(gfid), on_contention_(std::move(on_contention)), held_back_(std::move(held_back)) {}
  LockQueue(const LockQueue&) = delete;
  LockQueue& operator=(const LockQueue&) = delete;

  bool empty() const { return locks_.empty(); }
  std::size_t size() const { return locks_.size(); }
  // In the order of arrival.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const auto& [serial, lock] : locks_) visit(lock);
  }

  // Grants it, or leaves it waiting for its request, or (where it may not wait) refuses it.
  Verdict ask(Lock wanted, std::uint64_t serial, Request* request, const Turn& turn) {
    if (turn.revocation_age.count() != 0) revoke(wanted.shape, turn);
    wanted.serial = serial;
    const bool grantable = may_have(wanted, turn);
    if (!grantable && request == nullptr) return Verdict::refused;
    Lock& lock = locks_.emplace(serial, std::move(wanted)).first->second;
    ledger_.add(lock.holder.client, gfid_);
    if (grantable) {
      grant(lock, turn);
      if (owners_[lock.holder].waiting != 0) retry(lock.shape, turn, {lock.holder});
      return Verdict::granted;
    }
    lock.request = request;
    lock.blocked_at = turn.time;
    waiting_.emplace(serial, &lock);
    ++owners_[lock.holder].waiting;
    return Verdict::waiting;
  }

  // Gives back one granted lock of that holder with exactly that shape; false where there is none.
  bool release(const Holder& holder, const Shape& unlock, const Turn& turn) {
    Lock* found = nullptr;
    index_.visit(unlock, [&](Lock* lock) {
      if (lock->holder != holder || !lock->shape.released_by(unlock)) return false;
      found = lock;
      return true;
    });
    if (found == nullptr) return false;
    const Shape shape = found->shape;
    remove(*found, std::nullopt);
    retry(shape, turn);
    return true;
  }

  // Takes back a place or a lock whose asker has gone before it had its answer.
  void give_up(std::uint64_t serial, const Turn& turn) {
    auto found = locks_.find(serial);
    if (found == locks_.end()) return;
    const Shape shape = found->second.shape;
    found->second.request = nullptr;
    remove(found->second, std::nullopt);
    retry(shape, turn);
  }

  // Drops every lock the function names; those who waited get the error.
  template <class Which>
  Cleared drop_if(Which&& which, const Error& error, const Turn& turn) {
    Cleared cleared;
    for (auto place = locks_.begin(); place != locks_.end();) {
      Lock& lock = (place++)->second;
      if (!which(lock)) continue;
      ++(lock.granted ? cleared.granted : cleared.waiting);
      remove(lock, error);
    }
    if (cleared.granted + cleared.waiting != 0) retry(Shape::everything(), turn);
    return cleared;
  }

  // Grants what can be granted of those waiting that meet the shape, and of the favoured: holders who got a lock just
  // now, so that what else they wait for may be due.
  void retry(const Shape& freed, const Turn& turn, std::set<Holder> favoured = {}) {
    bool again = true;
    while (again) {
      again = false;
      for (auto place = waiting_.begin(); place != waiting_.end();) {
        Lock& lock = *(place++)->second;
        if (!lock.shape.meets(freed) && !favoured.contains(lock.holder)) continue;
        if (!may_have(lock, turn)) continue;
        waiting_.erase(lock.serial);
        --owners_[lock.holder].waiting;
        grant(lock, turn);
        if (lock.request != nullptr) std::exchange(lock.request, nullptr)->answer(std::nullopt);
        if (owners_[lock.holder].waiting != 0) {
          again = favoured.insert(lock.holder).second || again;
        } else if (favoured.empty() && lock.shape.shuts_out(freed)) {
          notify_for_next(lock, turn);
          return;
        }
      }
    }
  }

  // Whether something with exactly this shape is granted.
  bool has_granted(const Shape& shape) const {
    return index_.visit(shape, [&](const Lock* lock) { return lock->shape.released_by(shape); });
  }

  // Whether a client has anything granted here.
  bool grants_any(std::uint64_t client) const {
    for (auto owner = owners_.lower_bound(Holder{client, {}}); owner != owners_.end() && owner->first.client == client;
         ++owner) {
      if (owner->second.granted != 0) return true;
    }
    return false;
  }

  // Tells the holder, unless it was told within the delay.
  void note_contention(Lock& held, const Turn& turn) {
    if (!turn.notify) return;
    if (held.notified && turn.now - held.notified_at < turn.notify_delay) return;
    held.notified = true;
    held.notified_at = turn.now;
    on_contention_(held);
  }
  template <class Which>
  bool note_contention_if(Which&& which, const Turn& turn) {
    bool any = false;
    for (auto& [serial, lock] : locks_) {
      if (!lock.granted || !which(lock)) continue;
      any = true;
      note_contention(lock, turn);
    }
    return any;
  }

 private:
  struct Owner {
    std::size_t granted = 0;
    std::size_t waiting = 0;
  };

  bool may_have(const Lock& wanted, const Turn& turn) {
    if (held_back_ && held_back_(wanted)) return false;
    bool conflict = false;
    index_.visit(wanted.shape, [&](Lock* held) {
      if (held->holder == wanted.holder || !held->shape.conflicts(wanted.shape)) return false;
      conflict = true;
      note_contention(*held, turn);
      return !turn.notify;
    });
    if (conflict) return false;
    if (waiting_.empty() || holds_here(wanted.holder)) return true;
    for (const auto& [serial, before] : waiting_) {
      if (serial >= wanted.serial) break;
      if (before->shape.conflicts(wanted.shape)) return false;
    }
    return true;
  }

  bool holds_here(const Holder& holder) const {
    auto owner = owners_.find(holder);
    return owner != owners_.end() && owner->second.granted != 0;
  }

  void grant(Lock& lock, const Turn& turn) {
    lock.granted = true;
    lock.granted_since = turn.now;
    lock.granted_at = turn.time;
    index_.insert(lock.shape, lock.serial, &lock);
    ++owners_[lock.holder].granted;
  }

  // Whoever comes next in the queue waits for this one now.
  void notify_for_next(Lock& granted, const Turn& turn) {
    for (const auto& [serial, next] : waiting_) {
      if (next->holder != granted.holder && next->shape.conflicts(granted.shape)) {
        note_contention(granted, turn);
        return;
      }
    }
  }

  void remove(Lock& lock, const std::optional<Error>& error) {
    auto owner = owners_.find(lock.holder);
    if (lock.granted) {
      index_.erase(lock.shape, lock.serial);
      --owner->second.granted;
    } else {
      waiting_.erase(lock.serial);
      --owner->second.waiting;
    }
    if (owner->second.granted + owner->second.waiting == 0) owners_.erase(owner);
    if (lock.request != nullptr) std::exchange(lock.request, nullptr)->answer(error);
    ledger_.remove(lock.holder.client, gfid_);
    locks_.erase(lock.serial);
  }

  void revoke(const Shape& wanted, const Turn& turn) {
    bool due = index_.visit(wanted, [&](Lock* lock) {
      return lock->shape.conflicts(wanted) && turn.now - lock->granted_since > turn.revocation_age;
    });
    due = due || (turn.revocation_waiting != 0 && waiting_.size() >= turn.revocation_waiting);
    if (!due) return;
    drop_if([&](const Lock& lock) { return lock.granted || turn.revoke_waiting_too; }, Error(EAGAIN), turn);
  }

  Ledger& ledger_;
  const Gfid gfid_;
  OnContention on_contention_;
  HeldBack held_back_;
  std::map<std::uint64_t, Lock> locks_;  // by serial: the order of arrival
  std::map<std::uint64_t, Lock*> waiting_;
  std::map<Holder, Owner> owners_;
  ShapeIndex<Shape, Lock> index_;
};

using RangeQueue = LockQueue<ByteRange>;
using NameQueue = LockQueue<EntryName>;

}  // namespace mortar::locks
