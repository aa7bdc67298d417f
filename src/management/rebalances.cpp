#include "management/rebalances.h"

#include <algorithm>

#include "base/log.h"
#include "pool/rebalance_volume.h"

namespace mortar {

Rebalances::Rebalances(World& world, const Places& places, Membership& membership, Announcer& announcer)
    : membership_(membership),
      announcer_(announcer),
      processes_(world, places, membership.server(),
                 [this](std::string volume, Gfid rebalance) { return ended(std::move(volume), rebalance); }) {}

const RebalancePart* Rebalances::own_part(const Volume& volume) const {
  if (!volume.rebalance) return nullptr;
  const auto found = std::ranges::find(volume.rebalance->parts, membership_.server(), &RebalancePart::server);
  return found == volume.rebalance->parts.end() ? nullptr : &*found;
}

bool Rebalances::runs(const Volume& volume) const {
  const RebalancePart* part = own_part(volume);
  return volume.status == VolumeState::started && part != nullptr && part->state == RebalanceState::running;
}

Task<> Rebalances::follow(Volume volume) {
  const auto walking = walking_.find(volume.name);
  const bool as_wanted =
      runs(volume) ? walking != walking_.end() && walking->second == volume.rebalance->id : walking == walking_.end();
  if (as_wanted) co_return done;
  // What a former one has in hand comes to its end first.
  if (walking != walking_.end()) {
    co_await tried(end(volume));
  }
  if (!runs(volume)) co_return done;
  const Gfid rebalance = volume.rebalance->id;
  const Result<Done> started = co_await processes_.start(volume);
  if (started) {
    walking_[volume.name] = rebalance;
    co_return done;
  }
  log::error("management", "{}", started.error().sentence());
  co_await settle(volume.name, {.state = RebalanceState::failed});
  co_return started;
}

Task<> Rebalances::end(Volume volume) {
  if (walking_.erase(volume.name) == 0) co_return done;
  co_await tried(processes_.stop(std::move(volume)));
  co_return done;
}

Task<RebalancePart> Rebalances::part_of(Volume volume) {
  const RebalancePart* known = own_part(volume);
  if (known == nullptr) co_return RebalancePart{};
  const RebalancePart part = *known;
  if (!runs(volume)) co_return part;
  Result<RebalancePart> told = co_await processes_.ask(volume);
  if (told) {
    // It is over once the document says so: who is told of the end may add bricks.
    told->state = RebalanceState::running;
    co_return told;
  }
  log::info("management", "the rebalance process of {} does not tell how far it is: {}", volume.name,
            told.error().sentence());
  co_return part;
}

Task<> Rebalances::settle(std::string name, RebalancePart part) {
  const Volume* volume = membership_.pool().find(name);
  if (volume == nullptr || !runs(*volume)) co_return done;
  part.server = membership_.server();
  if (part.state == RebalanceState::running) part.state = RebalanceState::failed;
  const SettleRebalance edit{name, volume->rebalance->id, part};
  const Result<Done> settled = co_await membership_.configuration().change(edit);
  // It was stopped meanwhile.
  if (!settled && settled.error().number() == ESTALE) co_return done;
  co_await tried(settled);
  tell_of_end(name, part.state);
  co_return done;
}

void Rebalances::tell_of_end(const std::string& volume, RebalanceState state) {
  switch (state) {
    case RebalanceState::running: break;
    case RebalanceState::stopped: announcer_.raise(events::VolumeRebalanceStop::with(volume)); break;
    case RebalanceState::completed: announcer_.raise(events::VolumeRebalanceComplete::with(volume)); break;
    case RebalanceState::failed: announcer_.raise(events::VolumeRebalanceFailed::with(volume)); break;
  }
}

Task<> Rebalances::ended(std::string name, Gfid rebalance) {
  const auto walking = walking_.find(name);
  if (walking != walking_.end() && walking->second == rebalance) walking_.erase(walking);
  const Volume* volume = membership_.pool().find(name);
  if (volume == nullptr || !runs(*volume) || volume->rebalance->id != rebalance) co_return done;
  log::error("management", "the rebalance process of {} ended without being told to", name);
  co_await tried(settle(std::move(name), {.state = RebalanceState::failed}));
  co_return done;
}

}  // namespace mortar
