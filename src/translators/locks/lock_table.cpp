#include "translators/locks/lock_table.h"

#include <algorithm>

#include "wire/lock_domains.h"

namespace mortar::locks {

ObjectLocks::ObjectLocks(LockTable& table, const Gfid& gfid) : posix(table.ledger, gfid), table_(table), gfid_(gfid) {}

RangeQueue& ObjectLocks::ranges(const std::string& domain) {
  auto found = ranges_.find(domain);
  if (found != ranges_.end()) return found->second;
  table_.range_locks_ = true;
  auto notice = [this, domain](const RangeQueue::Lock& held) {
    notice::InodelkContention contention;
    contention.client = held.holder.client;
    contention.gfid = gfid_;
    contention.held.type = held.shape.write ? Flock::write : Flock::read;
    contention.held.start = held.shape.first;
    contention.held.length = held.shape.last == no_end ? 0 : held.shape.last - held.shape.first + 1;
    contention.held.pid = static_cast<std::uint32_t>(held.pid);
    contention.held.owner = held.holder.owner;
    contention.pid = static_cast<std::uint32_t>(held.pid);
    contention.domain = domain;
    table_.on_notice_(contention);
  };
  auto held_back = [this](const RangeQueue::Lock& asker) { return is_held_back(asker); };
  return ranges_.try_emplace(domain, table_.ledger, gfid_, notice, held_back).first->second;
}

NameQueue& ObjectLocks::names(const std::string& domain) {
  auto found = names_.find(domain);
  if (found != names_.end()) return found->second;
  auto notice = [this, domain](const NameQueue::Lock& held) {
    notice::EntrylkContention contention;
    contention.client = held.holder.client;
    contention.gfid = gfid_;
    contention.type = held.shape.write ? 1 : 0;
    contention.pid = static_cast<std::uint32_t>(held.pid);
    contention.name = held.shape.name.value_or("");
    contention.domain = domain;
    table_.on_notice_(contention);
  };
  return names_.try_emplace(domain, table_.ledger, gfid_, notice, nullptr).first->second;
}

const RangeQueue* ObjectLocks::find_ranges(std::string_view domain) const {
  auto found = ranges_.find(domain);
  return found == ranges_.end() ? nullptr : &found->second;
}

std::size_t ObjectLocks::range_count() const {
  std::size_t count = 0;
  for (const auto& [domain, queue] : ranges_) count += queue.size();
  return count;
}

std::size_t ObjectLocks::name_count() const {
  std::size_t count = 0;
  for (const auto& [domain, queue] : names_) count += queue.size();
  return count;
}

bool ObjectLocks::name_is_locked(const std::string& name) const {
  return std::ranges::any_of(names_, [&](const auto& domain) {
    return domain.second.has_granted(EntryName{name, true}) || domain.second.has_granted(EntryName{name, false});
  });
}

bool ObjectLocks::empty() const {
  return posix.empty() && ranges_.empty() && names_.empty() && removals_waiting + removals_running == 0 &&
         removals.empty() && transfers.empty();
}

void ObjectLocks::tidy() {
  std::erase_if(ranges_, [](const auto& domain) { return domain.second.empty(); });
  std::erase_if(names_, [](const auto& domain) { return domain.second.empty(); });
}

bool ObjectLocks::is_held_back(const Circumstances& asker) const {
  if (removals_waiting + removals_running == 0 || asker.pid < 0) return false;
  if (removals_running != 0) return true;
  return std::ranges::none_of(ranges_,
                              [&](const auto& domain) { return domain.second.grants_any(asker.holder.client); });
}

bool ObjectLocks::is_owned_by_others(std::uint64_t client, bool also_for_distribute, const Turn& turn) {
  bool owned = false;
  for (auto& [domain, queue] : ranges_) {
    const bool is_for_distribute = domain == lock_domain::layout || domain == lock_domain::move;
    if (is_for_distribute && !also_for_distribute) continue;
    owned |= queue.note_contention_if(
        [&](const RangeQueue::Lock& lock) { return lock.holder.client != client && lock.pid >= 0; }, turn);
  }
  return owned;
}

bool ObjectLocks::is_moved_by_others(std::uint64_t client) const {
  const auto moves = ranges_.find(lock_domain::move);
  if (moves == ranges_.end()) return false;
  bool is_moved = false;
  moves->second.for_each([&](const RangeQueue::Lock& lock) {
    is_moved = is_moved || (lock.granted && lock.holder.client != client && lock.pid >= 0);
  });
  return is_moved;
}

ObjectLocks& LockTable::at(const Gfid& gfid) {
  std::unique_ptr<ObjectLocks>& place = objects_[gfid];
  if (!place) place = std::make_unique<ObjectLocks>(*this, gfid);
  return *place;
}

ObjectLocks* LockTable::find(const Gfid& gfid) const {
  auto found = objects_.find(gfid);
  return found == objects_.end() ? nullptr : found->second.get();
}

void LockTable::settle(const Gfid& gfid) {
  auto found = objects_.find(gfid);
  if (found == objects_.end()) return;
  ObjectLocks& object = *found->second;
  object.tidy();
  object.removals.move_to(ready_queue());
  object.transfers.move_to(ready_queue());
  if (!object.empty()) return;
  objects_.erase(found);
  if (objects_.empty()) range_locks_ = false;
}

void LockTable::client_leaves(std::uint64_t client) {
  ledger.client_gone(client);
  for (const auto& [gfid, object] : objects_) {
    object->removals.move_to(ready_queue());
    object->transfers.move_to(ready_queue());
  }
}

void LockTable::client_gone(std::uint64_t client) {
  const Turn turn = this->turn();
  ledger.client_gone(client);
  const Error error(ENOTCONN);
  for (const Gfid& gfid : ledger.objects_of(client)) {
    ObjectLocks* object = find(gfid);
    check(object != nullptr, "a counted lock has its object");
    auto of_client = [client](const auto& lock) { return lock.holder.client == client; };
    object->posix.drop_if(of_client, true, true, error, turn);
    object->for_each_range_domain(
        [&](const std::string&, RangeQueue& queue) { queue.drop_if(of_client, error, turn); });
    object->for_each_name_domain([&](const std::string&, NameQueue& queue) { queue.drop_if(of_client, error, turn); });
    settle(gfid);
  }
}

void LockTable::end_waiting(const Error& error) {
  const Turn turn = this->turn();
  std::vector<Gfid> gfids;
  for (const auto& [gfid, object] : objects_) gfids.push_back(gfid);
  for (const Gfid& gfid : gfids) {
    ObjectLocks& object = at(gfid);
    auto waits = [](const auto& lock) { return !lock.granted; };
    object.posix.drop_if([](const PosixLock&) { return true; }, true, false, error, turn);
    object.for_each_range_domain([&](const std::string&, RangeQueue& queue) { queue.drop_if(waits, error, turn); });
    object.for_each_name_domain([&](const std::string&, NameQueue& queue) { queue.drop_if(waits, error, turn); });
    settle(gfid);
  }
}

}  // namespace mortar::locks
