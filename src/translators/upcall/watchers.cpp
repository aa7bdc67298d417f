#include "translators/upcall/watchers.h"

#include <algorithm>

namespace mortar::upcall {

void Watchers::set_within(Duration within) {
  if (within < within_) forget_all();
  within_ = within;
}

void Watchers::add(const Gfid& gfid, std::uint64_t client, Instant now) {
  drop_expired(now);
  auto [found, fresh] = objects_.try_emplace(gfid);
  Object& object = found->second;
  object.touched = now;
  if (fresh) {
    object.place = by_age_.insert(by_age_.end(), gfid);
  } else {
    by_age_.splice(by_age_.end(), by_age_, object.place);
  }
  auto watcher = std::ranges::find(object.watchers, client, &Watcher::client);
  if (watcher != object.watchers.end()) {
    watcher->seen = now;
    return;
  }
  object.watchers.push_back({client, now});
  ++by_client_[client];
  ++count_;
  while (count_ > most_ && by_age_.size() > 1) {
    const Gfid oldest = by_age_.front();
    forget(oldest);
  }
}

std::vector<std::uint64_t> Watchers::others(const Gfid& gfid, std::uint64_t but, Instant now) const {
  std::vector<std::uint64_t> found;
  auto object = objects_.find(gfid);
  if (object == objects_.end()) return found;
  for (const Watcher& watcher : object->second.watchers) {
    if (watcher.client != but && now - watcher.seen < within_) found.push_back(watcher.client);
  }
  return found;
}

// A few at a time, at least as many as come.
void Watchers::drop_expired(Instant now) {
  for (int dropped = 0; dropped < 4 && !by_age_.empty(); ++dropped) {
    auto oldest = objects_.find(by_age_.front());
    if (now - oldest->second.touched < within_) return;
    drop(oldest);
  }
}

void Watchers::drop(Objects::iterator object) {
  for (const Watcher& watcher : object->second.watchers) uncount(watcher.client);
  by_age_.erase(object->second.place);
  objects_.erase(object);
}

void Watchers::uncount(std::uint64_t client) {
  --count_;
  auto counted = by_client_.find(client);
  if (--counted->second == 0) by_client_.erase(counted);
}

void Watchers::forget(const Gfid& gfid) {
  auto object = objects_.find(gfid);
  if (object == objects_.end()) return;
  const Gfid forgotten = gfid;
  const std::vector<Watcher> watchers = object->second.watchers;
  drop(object);
  for (const Watcher& watcher : watchers) on_forgotten_(forgotten, watcher.client);
}

void Watchers::forget_all() {
  while (!by_age_.empty()) {
    const Gfid oldest = by_age_.front();
    forget(oldest);
  }
}

void Watchers::client_gone(std::uint64_t client) {
  if (!by_client_.contains(client)) return;
  for (auto place = by_age_.begin(); place != by_age_.end();) {
    auto object = objects_.find(*place);
    ++place;
    std::vector<Watcher>& watchers = object->second.watchers;
    if (std::erase_if(watchers, [client](const Watcher& watcher) { return watcher.client == client; }) == 0) continue;
    uncount(client);
    if (watchers.empty()) drop(object);
  }
}

}  // namespace mortar::upcall
