#include "management/server_quorum.h"

#include <algorithm>

#include "base/log.h"
#include "pool/server_quorum.h"

namespace mortar {

using namespace std::chrono_literals;

namespace {

constexpr Duration between_looks = 1s;

}  // namespace

ServerQuorum::ServerQuorum(World& world, Membership& membership, std::function<void()> changed)
    : world_(world), membership_(membership), changed_(std::move(changed)) {}

bool ServerQuorum::is_met() const {
  const Pool& pool = membership_.pool();
  const auto there = static_cast<std::size_t>(std::ranges::count_if(pool.servers, [this](const Server& server) {
    return !server.invited && (server.id == membership_.server() || membership_.lines().answers(server.id));
  }));
  return there >= server_quorum(pool);
}

bool ServerQuorum::allows(const Volume& volume) const { return met_ || !asks_for_server_quorum(volume); }

Result<Done> ServerQuorum::check(const Volume* volume) const {
  const bool asks = volume != nullptr ? asks_for_server_quorum(*volume)
                                      : std::ranges::any_of(membership_.pool().volumes, asks_for_server_quorum);
  if (!asks || is_met()) return done;
  return failed(EAGAIN, volume != nullptr ? "Quorum not met. Volume operation not allowed."
                                          : "Cluster quorum is not met. Changing peers is not allowed in this state");
}

Task<> ServerQuorum::look() {
  co_await tried(membership_.lines().given_time());
  met_ = is_met();
  known_.set();
  for (bool before = met_;;) {
    co_await tried(world_.sleep(between_looks));
    const bool now = is_met();
    const bool met = now || before;
    before = now;
    if (met == met_) continue;
    met_ = met;
    log::warning("management", "{}",
                 met ? "enough servers are there again for server quorum" : "server quorum is lost");
    changed_();
  }
}

}  // namespace mortar
