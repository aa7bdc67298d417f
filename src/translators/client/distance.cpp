// How far the brick is, for those above that may do without it; and resting while they do.
#include <algorithm>

#include "translators/client/remote.h"
#include "wire/messages/dump.h"

namespace mortar {

namespace {

using namespace std::chrono_literals;

constexpr Duration between_measurements = 5s;
constexpr Duration longest_wait = 42s;
// The shortest of so many counts: what took longer waited for a machine, not on its way.
constexpr std::size_t round_trips = 3;

}  // namespace

void Remote::tell_distance(Distant::Told told) {
  told_distance_ = std::move(told);
  measuring_.cancel();
  if (told_distance_ && connection_) measuring_.start(watch_distance(connection_));
}

void Remote::rest(bool rests) {
  if (std::exchange(rests_, rests) == rests) return;
  if (!rests) return wanted_.set();
  wanted_.reset();
  if (!connection_) return;
  log::info(section_.name, "the brick is not used for now: others are nearer");
  connection_->close();
}

Task<> Remote::measure(Connection connection) {
  const Instant begun = world_.now();
  const Ping::Reply answer = co_await tried(with_deadline(world_, longest_wait, connection->call(Ping{})));
  static_cast<void>(answer);
  recent_.push_back(world_.now() - begun);
  if (recent_.size() > round_trips) recent_.pop_front();
  co_return done;
}

void Remote::tell_how_far() {
  if (!told_distance_) return;
  told_distance_(brick_up_ && !recent_.empty() ? std::optional(*std::ranges::min_element(recent_)) : std::nullopt);
}

Task<> Remote::measure_anew(Connection connection) {
  recent_.clear();
  while (recent_.size() < round_trips) {
    co_await tried(measure(connection));
  }
  tell_how_far();
  co_return done;
}

// Before it is used, for which the brick need not know this client yet.
Task<> Remote::rest_while_not_wanted(Connection connection) {
  brick_up_ = true;
  co_await tried(measure_anew(connection));
  while (rests_) {
    if (!decided_.is_set()) {
      decided_.set();
      listener_(notice::ChildDown{});
    }
    co_await with_deadline(world_, between_measurements, wanted_.wait());
    if (!rests_) break;
    co_await tried(measure(connection));
    tell_how_far();
  }
  co_return done;
}

Task<> Remote::watch_distance(Connection connection) {
  Result<Done> measured = done;
  if (recent_.empty()) {
    measured = co_await measure_anew(connection);
  }
  while (measured) {
    co_await tried(world_.sleep(between_measurements));
    measured = co_await measure(connection);
    if (measured) tell_how_far();
  }
  if (!connection->closed()) {
    log::error(section_.name, "{} does not answer pings, disconnecting", connection->peer().text());
    connection->close();
  }
  co_return done;
}

}  // namespace mortar
