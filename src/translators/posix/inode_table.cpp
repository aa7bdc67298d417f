#include "translators/posix/inode_table.h"

#include <algorithm>

namespace mortar::posix {

namespace {

// How many unused inodes are looked at for one that is new: what is in use is passed over.
constexpr std::size_t most_looked_at = 64;

bool is_unused(const std::shared_ptr<Inode>& inode) {
  return inode.use_count() == 1 && inode->open_files == 0 && !inode->parked;
}

}  // namespace

void KeptHandles::keep(Inode& inode, std::shared_ptr<OpenFile> file) {
  KeptHandle& kept = inode.*slot_;
  if (kept.file == file) return;
  if (kept.file) order_.erase(kept.place);
  kept.file = std::move(file);
  if (!kept.file) return;
  order_.push_front(&inode);
  kept.place = order_.begin();
  if (order_.size() > most_) keep(*order_.back(), nullptr);
}

void KeptHandles::use(Inode& inode) {
  KeptHandle& kept = inode.*slot_;
  if (kept.file) order_.splice(order_.begin(), order_, kept.place);
}

std::shared_ptr<Inode> InodeTable::get(const Gfid& gfid) {
  if (auto place = places_.find(gfid); place != places_.end()) {
    std::shared_ptr<Inode> inode = *place->second;
    order_.splice(order_.begin(), order_, place->second);
    directories.use(*inode);
    anonymous.use(*inode);
    return inode;
  }
  order_.push_front(std::make_shared<Inode>(gfid));
  places_[gfid] = order_.begin();
  std::shared_ptr<Inode> inode = order_.front();
  shrink();
  return inode;
}

std::shared_ptr<Inode> InodeTable::peek(const Gfid& gfid) const {
  auto place = places_.find(gfid);
  return place == places_.end() ? nullptr : *place->second;
}

std::vector<InodeUse> InodeTable::in_use() const {
  std::vector<InodeUse> uses;
  for (const std::shared_ptr<Inode>& inode : order_) {
    if (is_unused(inode)) continue;
    uses.push_back({inode->gfid, inode->open_files, static_cast<std::uint64_t>(inode.use_count() - 1)});
  }
  return uses;
}

void InodeTable::shrink() {
  auto place = order_.end();
  for (std::size_t seen = 0; places_.size() > most_inodes_ && place != order_.begin() && seen < most_looked_at;
       ++seen) {
    --place;
    if (!is_unused(*place)) continue;
    directories.keep(**place, nullptr);
    anonymous.keep(**place, nullptr);
    places_.erase((*place)->gfid);
    place = order_.erase(place);
  }
}

const std::shared_ptr<Inode>* InodeLocks::find(const Gfid& gfid) const {
  for (std::size_t at = 0; at < count; ++at) {
    if (inodes[at]->gfid == gfid) return &inodes[at];
  }
  return nullptr;
}

Task<std::shared_ptr<InodeLocks>> lock_inodes(InodeTable& table, std::array<LockWish, 4> wishes) {
  std::ranges::sort(wishes, {}, &LockWish::gfid);
  auto locks = std::make_shared<InodeLocks>();
  for (std::size_t at = 0; at < wishes.size(); ++at) {
    if (wishes[at].gfid.is_null()) continue;
    bool exclusive = wishes[at].exclusive;
    while (at + 1 < wishes.size() && wishes[at + 1].gfid == wishes[at].gfid)
      exclusive = wishes[++at].exclusive || exclusive;
    std::shared_ptr<Inode> inode = table.get(wishes[at].gfid);
    SharedMutex::Guard guard = exclusive ? inode->lock.try_lock() : inode->lock.try_lock_shared();
    if (!guard.holds()) {
      Task<SharedMutex::Guard> turn = exclusive ? inode->lock.lock() : inode->lock.lock_shared();
      guard = co_await tried(std::move(turn));
    }
    locks->guards[locks->count] = std::move(guard);
    locks->inodes[locks->count++] = std::move(inode);
  }
  co_return locks;
}

}  // namespace mortar::posix
