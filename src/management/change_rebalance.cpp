// What begins and ends a rebalance on this server.
#include <algorithm>

#include "base/log.h"
#include "management/management.h"

namespace mortar {

namespace {

bool runs_on(const Volume& volume, const Gfid& server) {
  return volume.rebalance && std::ranges::any_of(volume.rebalance->parts, [&server](const RebalancePart& part) {
           return part.server == server && part.state == RebalanceState::running;
         });
}

}  // namespace

Task<> Management::start_rebalance(StartRebalance edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(edit.check(pool()));
  // What a stopped one has in hand comes to its end first.
  co_await tried(rebalancer_->stop(*pool().find(edit.volume)));
  co_await tried(change(edit));
  const Volume volume = *pool().find(edit.volume);
  if (!runs_on(volume, server_)) co_return done;
  const Result<Done> started = co_await rebalancer_->start(volume);
  if (started) co_return done;
  co_await tried(change(StopRebalance{edit.volume}));
  co_return started;
}

Task<Rebalance> Management::stop_rebalance(StopRebalance edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(edit.check(pool()));
  const Volume volume = *pool().find(edit.volume);
  Rebalance stopped = co_await tried(rebalance_of(volume));
  for (RebalancePart& part : stopped.parts) {
    if (part.state == RebalanceState::running) part.state = RebalanceState::stopped;
  }
  co_await tried(change(edit));
  co_await tried(rebalancer_->stop(volume));
  co_return stopped;
}

Task<Rebalance> Management::rebalance_of(Volume volume) {
  Rebalance rebalance = *volume.rebalance;
  if (!runs_on(volume, server_)) co_return rebalance;
  const Result<RebalancePart> told = co_await rebalancer_->ask(volume);
  if (!told) {
    log::info("management", "the rebalance process of {} does not tell how far it is: {}", volume.name,
              told.error().sentence());
    co_return rebalance;
  }
  *std::ranges::find(rebalance.parts, server_, &RebalancePart::server) = *told;
  co_return rebalance;
}

Task<> Management::settle_rebalance(std::string name, RebalancePart part) {
  const Volume* volume = pool().find(name);
  if (volume == nullptr || !runs_on(*volume, server_)) co_return done;
  part.server = server_;
  if (part.state == RebalanceState::running) part.state = RebalanceState::failed;
  const Result<Done> settled = co_await change(SettleRebalance{name, volume->rebalance->id, part});
  // It was stopped meanwhile.
  if (!settled && settled.error().number() != ESTALE) co_return settled;
  co_return done;
}

Task<> Management::rebalance_ended(std::string name, Gfid rebalance) {
  const Volume* volume = pool().find(name);
  if (volume == nullptr || !runs_on(*volume, server_) || volume->rebalance->id != rebalance) co_return done;
  log::error("management", "the rebalance process of {} ended without being told to", name);
  co_await tried(settle_rebalance(std::move(name), {.state = RebalanceState::failed}));
  co_return done;
}

Task<> Management::go_on_rebalancing(Volume volume) {
  if (!runs_on(volume, server_)) co_return done;
  const Result<Done> started = co_await rebalancer_->start(volume);
  if (started) co_return done;
  log::error("management", "{}", started.error().sentence());
  co_await tried(settle_rebalance(volume.name, {.state = RebalanceState::failed}));
  co_return done;
}

}  // namespace mortar
