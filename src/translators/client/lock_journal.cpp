#include "translators/client/lock_journal.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace mortar {

namespace {

constexpr std::uint64_t end_of_file = std::numeric_limits<std::uint64_t>::max();

std::uint64_t end_of(const Flock& flock) {
  const std::uint64_t end = flock.start + flock.length;
  return flock.length == 0 || end < flock.start ? end_of_file : end;
}

HeldLock cut(const HeldLock& lock, std::uint64_t start, std::uint64_t end) {
  HeldLock part = lock;
  part.flock.start = start;
  part.flock.length = end == end_of_file ? 0 : end - start;
  return part;
}

bool is_through(const HeldLock& lock, const Descriptor& descriptor) {
  return lock.descriptor.lock().get() == &descriptor;
}

}  // namespace

void LockJournal::erase_if(const Gfid& gfid, auto&& predicate) {
  const auto file = held_.find(gfid);
  if (file == held_.end()) return;
  std::erase_if(file->second, predicate);
  if (file->second.empty()) held_.erase(file);
}

void LockJournal::changed(const Identity& identity, const fop::Lk& operation) {
  std::vector<HeldLock>& locks = held_[operation.gfid];
  const std::uint64_t start = operation.flock.start;
  const std::uint64_t end = end_of(operation.flock);
  std::vector<HeldLock> left;
  for (const HeldLock& lock : locks) {
    const std::uint64_t lock_end = end_of(lock.flock);
    if (lock.flock.owner != operation.flock.owner || lock_end <= start || end <= lock.flock.start) {
      left.push_back(lock);
      continue;
    }
    if (lock.flock.start < start) left.push_back(cut(lock, lock.flock.start, start));
    if (end < lock_end) left.push_back(cut(lock, end, lock_end));
  }
  if (operation.type != Flock::unlock) {
    Flock flock = operation.flock;
    flock.type = operation.type;
    left.push_back(HeldLock{std::move(flock), identity.uid, identity.gid, operation.fd.open});
  }
  locks = std::move(left);
  if (locks.empty()) held_.erase(operation.gfid);
}

void LockJournal::flushed(const Gfid& gfid, const LockOwner& owner) {
  erase_if(gfid, [&](const HeldLock& lock) { return lock.flock.owner == owner; });
}

void LockJournal::released(const Descriptor& descriptor) {
  erase_if(descriptor.gfid, [&](const HeldLock& lock) { return is_through(lock, descriptor); });
}

bool LockJournal::holds(const Descriptor& descriptor) const {
  const auto file = held_.find(descriptor.gfid);
  return file != held_.end() &&
         std::ranges::any_of(file->second, [&](const HeldLock& lock) { return is_through(lock, descriptor); });
}

std::vector<HeldLock> LockJournal::through(const Descriptor& descriptor) const {
  std::vector<HeldLock> locks;
  const auto file = held_.find(descriptor.gfid);
  if (file == held_.end()) return locks;
  std::ranges::copy_if(file->second, std::back_inserter(locks),
                       [&](const HeldLock& lock) { return is_through(lock, descriptor); });
  return locks;
}

bool LockJournal::has(const Gfid& gfid, const HeldLock& lock) const {
  const auto file = held_.find(gfid);
  return file != held_.end() &&
         std::ranges::any_of(file->second, [&](const HeldLock& held) { return held.flock == lock.flock; });
}

void LockJournal::lost(const Gfid& gfid, const HeldLock& lock) {
  erase_if(gfid, [&](const HeldLock& held) { return held.flock == lock.flock; });
}

}  // namespace mortar
