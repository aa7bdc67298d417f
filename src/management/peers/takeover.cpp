#include "management/peers/takeover.h"

#include <algorithm>

#include "base/log.h"

namespace mortar {

using namespace std::chrono_literals;

namespace {

constexpr Duration between_rounds = 3s;

}  // namespace

bool waits_for_pool(const Membership& membership) {
  return membership.is_alone() && membership.pool().servers.size() > 1;
}

Task<> Takeover::run() {
  for (;;) {
    const Result<Done> stepped = co_await step();
    if (!stepped) log::debug("pool", "{}", stepped.error().sentence());
    co_await tried(world_.sleep(between_rounds));
  }
}

Task<> Takeover::step() {
  if (waits_for_pool(membership_)) {
    const Gfid first = std::ranges::min(membership_.pool().servers, {}, &Server::id).id;
    if (first != membership_.server()) co_return done;
    co_await tried(found());
  }
  const std::vector<Server> servers = membership_.pool().servers;
  const bool any = std::ranges::any_of(servers, &Server::invited);
  if (!any || membership_.own_votes() == nullptr) co_return done;
  const bool leads = co_await tried(membership_.leads());
  if (!leads) co_return done;
  for (const Server& server : servers) {
    if (!server.invited || server.id == membership_.server()) continue;
    const Result<Done> invited = co_await probe_.invite_again(server);
    if (!invited) log::debug("pool", "{}: {}", server.names.front(), invited.error().sentence());
  }
  co_return done;
}

// Others have to reach this server: by the address at which it reaches one of them.
Task<> Takeover::found() {
  for (const Server& server : std::vector<Server>(membership_.pool().servers)) {
    if (server.id == membership_.server()) continue;
    const Result<std::string> address = co_await probe_.own_address(server);
    if (!address) continue;
    log::info("pool", "the pool of GlusterFS is founded anew; {} answers", server.names.front());
    co_await tried(membership_.found(*address));
    co_return done;
  }
  co_return failed(ENOTCONN, "no other server of the pool that is taken over answers yet");
}

}  // namespace mortar
