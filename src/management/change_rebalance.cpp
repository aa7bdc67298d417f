// What begins and ends a rebalance, and asks about it.
#include <algorithm>

#include "management/commands.h"
#include "management/management.h"

namespace mortar {

namespace {

constexpr Duration servers_limit = std::chrono::seconds(4);

}  // namespace

Task<Reports> Management::start_rebalance(StartRebalance edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(edit.check(pool()));
  Reports reports = co_await tried(transact(order_for("rebalance", edit.volume), change(edit)));
  if (reports.failure) {
    co_await tried(change(StopRebalance{edit.volume}));
    Order stop = order_for("rebalance", edit.volume);
    stop.version = membership_.configuration().version();
    co_await tried(orders_.give(std::move(stop)));
  }
  co_await tried(reports.outcome());
  co_return std::move(reports);
}

Task<Rebalance> Management::stop_rebalance(StopRebalance edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(edit.check(pool()));
  Rebalance stopped = co_await tried(rebalance_of(*pool().find(edit.volume)));
  for (RebalancePart& part : stopped.parts) {
    if (part.state == RebalanceState::running) part.state = RebalanceState::stopped;
  }
  const Reports reports = co_await tried(transact(order_for("rebalance", edit.volume), change(edit)));
  co_await tried(reports.outcome());
  co_return stopped;
}

Task<Rebalance> Management::rebalance_of(Volume volume) {
  Rebalance rebalance = *volume.rebalance;
  Dictionary question;
  question.set_text("volname", volume.name);
  const Gathered gathered =
      co_await tried(ask_servers(std::string(commands::subject::rebalance), std::move(question), servers_limit));
  for (const Dictionary& answer : gathered.answers) {
    const RebalancePart told = commands::rebalance_part(answer);
    const auto part = std::ranges::find(rebalance.parts, told.server, &RebalancePart::server);
    if (part != rebalance.parts.end()) *part = told;
  }
  co_return rebalance;
}

}  // namespace mortar
