#include "translators/upcall/watchers.h"

#include <algorithm>

namespace mortar::upcall {

void Watchers::add(const Gfid& gfid, std::uint64_t client, Instant now) {
  auto [found, fresh] = objects_.try_emplace(gfid);
  Object& object = found->second;
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
  ++count_;
  while (count_ > most_ && by_age_.size() > 1) {
    const Gfid oldest = by_age_.front();
    forget(oldest);
  }
}

std::vector<std::uint64_t> Watchers::others(const Gfid& gfid, std::uint64_t but, Instant now, Duration within) {
  std::vector<std::uint64_t> found;
  auto object = objects_.find(gfid);
  if (object == objects_.end()) return found;
  std::vector<Watcher>& watchers = object->second.watchers;
  count_ -= std::erase_if(watchers, [&](const Watcher& watcher) { return now - watcher.seen > 2 * within; });
  for (const Watcher& watcher : watchers) {
    if (watcher.client != but && now - watcher.seen < within) found.push_back(watcher.client);
  }
  if (watchers.empty()) {
    by_age_.erase(object->second.place);
    objects_.erase(object);
  }
  return found;
}

void Watchers::forget(const Gfid& gfid) {
  auto object = objects_.find(gfid);
  if (object == objects_.end()) return;
  const Gfid forgotten = gfid;
  const std::vector<Watcher> watchers = std::move(object->second.watchers);
  count_ -= watchers.size();
  by_age_.erase(object->second.place);
  objects_.erase(object);
  for (const Watcher& watcher : watchers) on_forgotten_(forgotten, watcher.client);
}

void Watchers::client_gone(std::uint64_t client) {
  for (auto place = by_age_.begin(); place != by_age_.end();) {
    auto object = objects_.find(*place);
    std::vector<Watcher>& watchers = object->second.watchers;
    count_ -= std::erase_if(watchers, [client](const Watcher& watcher) { return watcher.client == client; });
    if (watchers.empty()) {
      objects_.erase(object);
      place = by_age_.erase(place);
    } else {
      ++place;
    }
  }
}

void Watchers::clear() {
  objects_.clear();
  by_age_.clear();
  count_ = 0;
}

}  // namespace mortar::upcall
