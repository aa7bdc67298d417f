#include "translators/locks/posix_locks.h"

namespace mortar::locks {

const PosixLock* PosixLocks::conflict(const PosixLock& wanted) const {
  const PosixLock* found = nullptr;
  index_.visit(wanted.first, wanted.last, [&](const PosixLock* lock) {
    if (lock->holder == wanted.holder || !(lock->write || wanted.write)) return false;
    found = lock;
    return true;
  });
  return found;
}

void PosixLocks::insert(PosixLock lock) {
  lock.serial = ++pieces_;
  ++files_[lock.file];
  ++granted_;
  ledger_.add(lock.holder.client, gfid_);
  Ranges& ranges = owners_[lock.holder];
  const std::uint64_t first = lock.first;
  const PosixLock& placed = ranges.emplace(first, std::move(lock)).first->second;
  index_.insert(placed.first, placed.last, placed.serial, &placed);
}

void PosixLocks::remove(const Holder& of, std::uint64_t first) {
  auto owner = owners_.find(of);
  check(owner != owners_.end(), "a lock that goes has a holder");
  auto place = owner->second.find(first);
  check(place != owner->second.end(), "a lock that goes is there");
  const PosixLock& lock = place->second;
  index_.erase(lock.first, lock.serial);
  auto file = files_.find(lock.file);
  if (--file->second == 0) files_.erase(file);
  ledger_.remove(lock.holder.client, gfid_);
  --granted_;
  owner->second.erase(place);
  if (owner->second.empty()) owners_.erase(owner);
}

bool PosixLocks::cut(const Holder& of, std::uint64_t first, std::uint64_t last) {
  const Holder holder = of;
  auto owner = owners_.find(holder);
  if (owner == owners_.end()) return false;
  auto place = owner->second.upper_bound(first);
  if (place != owner->second.begin() && std::prev(place)->second.last >= first) --place;
  std::vector<PosixLock> met;
  for (; place != owner->second.end() && place->second.first <= last; ++place) met.push_back(place->second);
  for (PosixLock& lock : met) {
    remove(holder, lock.first);
    if (lock.first < first) {
      PosixLock left = lock;
      left.last = first - 1;
      insert(std::move(left));
    }
    if (lock.last > last) {
      PosixLock right = std::move(lock);
      right.first = last + 1;
      insert(std::move(right));
    }
  }
  return !met.empty();
}

bool PosixLocks::set(PosixLock wanted, const Turn& turn) {
  const bool replaced = cut(wanted.holder, wanted.first, wanted.last);
  auto alike = [&](const PosixLock& other) { return other.write == wanted.write && other.mode == wanted.mode; };
  if (auto owner = owners_.find(wanted.holder); owner != owners_.end()) {
    std::optional<PosixLock> before, after;
    auto place = owner->second.upper_bound(wanted.first);
    if (place != owner->second.end() && wanted.last != no_end && place->first == wanted.last + 1 &&
        alike(place->second))
      after = place->second;
    if (place != owner->second.begin()) {
      --place;
      if (place->second.last + 1 == wanted.first && alike(place->second)) before = place->second;
    }
    if (before) {
      remove(wanted.holder, before->first);
      wanted.first = before->first;
    }
    if (after) {
      remove(wanted.holder, after->first);
      wanted.last = after->last;
    }
  }
  wanted.granted_since = turn.now;
  wanted.granted_at = turn.time;
  insert(std::move(wanted));
  return replaced;
}

Verdict PosixLocks::ask(PosixLock wanted, std::uint64_t serial, Request* request, const Turn& turn) {
  const std::uint64_t first = wanted.first, last = wanted.last;
  if (conflict(wanted) != nullptr) {
    if (request == nullptr) return Verdict::refused;
    // Upgrades: two readers that both wait to write would wait for each other.
    release(wanted.holder, first, last, turn);
    if (conflict(wanted) != nullptr) {
      wanted.serial = serial;
      wanted.blocked_at = turn.time;
      ledger_.add(wanted.holder.client, gfid_);
      waiting_.emplace(serial, Waiting{std::move(wanted), request});
      return Verdict::waiting;
    }
  }
  set(std::move(wanted), turn);
  retry(first, last, turn);  // a write lock that became a read lock lets readers in
  return Verdict::granted;
}

void PosixLocks::preempt(PosixLock wanted, const Turn& turn) {
  const PosixLock like = wanted;
  drop_if([](const PosixLock&) { return true; }, true, false, Error(EBUSY), turn);
  drop_if([&](const PosixLock& lock) { return lock.holder != like.holder && lock.meets(like.first, like.last); }, false,
          true, Error(EBUSY), turn);
  set(std::move(wanted), turn);
}

void PosixLocks::release(const Holder& holder, std::uint64_t first, std::uint64_t last, const Turn& turn) {
  cut(holder, first, last);
  retry(first, last, turn);
}

void PosixLocks::give_up(std::uint64_t serial, const Holder& holder, std::uint64_t first, std::uint64_t last,
                         const Turn& turn) {
  auto found = waiting_.find(serial);
  if (found != waiting_.end()) {
    ledger_.remove(found->second.wanted.holder.client, gfid_);
    waiting_.erase(found);
    return;
  }
  release(holder, first, last, turn);
}

void PosixLocks::refuse(std::uint64_t serial, const Error& error) {
  auto found = waiting_.find(serial);
  Request* request = found->second.request;
  ledger_.remove(found->second.wanted.holder.client, gfid_);
  waiting_.erase(found);
  request->answer(error);
}

void PosixLocks::retry(std::uint64_t first, std::uint64_t last, const Turn& turn) {
  bool again = true;
  while (again) {
    again = false;
    for (auto place = waiting_.begin(); place != waiting_.end();) {
      auto waiting = place++;
      PosixLock& wanted = waiting->second.wanted;
      if (!wanted.meets(first, last) || conflict(wanted) != nullptr) continue;
      Request* request = waiting->second.request;
      PosixLock granted = std::move(wanted);
      ledger_.remove(granted.holder.client, gfid_);
      waiting_.erase(waiting);
      again = set(std::move(granted), turn) || again;
      request->answer(std::nullopt);
    }
  }
}

void PosixLocks::move_file(const FileHandle& from, const FileHandle& to, std::uint64_t client,
                           const std::string& client_uid) {
  auto same = [&](const FileHandle& file) { return !file.owner_before(from) && !from.owner_before(file); };
  std::vector<PosixLock> moving;
  for_each_granted([&](const PosixLock& lock) {
    if (same(lock.file)) moving.push_back(lock);
  });
  for (const PosixLock& lock : moving) remove(lock.holder, lock.first);
  for (PosixLock& lock : moving) {
    lock.file = to;
    lock.holder.client = client;
    lock.client_uid = client_uid;
    cut(lock.holder, lock.first, lock.last);
    insert(std::move(lock));
  }
}

}  // namespace mortar::locks
