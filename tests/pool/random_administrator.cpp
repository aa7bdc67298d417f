#include "random_administrator.h"

#include <fmt/format.h>

#include <algorithm>

namespace mortar::sim {

namespace {

using Kind = Intent::Kind;

// A server that has lost everything is detached; before that its bricks go, with their volumes.
Intent parting_with(const Pool& pool, const Server& lost) {
  for (const Volume& volume : pool.volumes) {
    if (std::ranges::find(volume.bricks, lost.id, &Brick::server) == volume.bricks.end()) continue;
    if (volume.status == VolumeState::started) return {.kind = Kind::stop, .subject = volume.name, .force = true};
    return {.kind = Kind::remove, .subject = volume.name};
  }
  return {.kind = Kind::detach, .subject = lost.address, .force = true};
}

}  // namespace

std::string RandomAdministrator::some_name(ServerUnderTest& server) {
  return random_.chance(0.5) ? server.name() : server.host().address();
}

void RandomAdministrator::form_pool(std::size_t servers) {
  for (std::size_t index = 1; index < servers; ++index) {
    pool_.command(pool_.server(0), {.kind = Kind::probe, .subject = some_name(pool_.server(index))});
  }
}

Intent RandomAdministrator::mark_pool() {
  // A percentage: a run has fewer commands than there are.
  return {.kind = Kind::set_all, .option = fmt::format("{}={}", pool_mark, ++marks_ % 100)};
}

Intent RandomAdministrator::create(Management& management) {
  Intent intent{.kind = Kind::create, .subject = fmt::format("v{}", ++volumes_)};
  const std::vector<Server>& servers = management.pool().servers;
  // One that has lost its copy, and does not reach its pool, knows of nobody.
  if (servers.empty()) return mark_pool();
  const std::size_t count = random_.between(1, 4);
  for (std::size_t index = 0; index < count; ++index) {
    const Server& server = servers[random_.below(servers.size())];
    intent.bricks.push_back(
        Brick{server.names[random_.below(server.names.size())], fmt::format("/data/{}-{}", intent.subject, index), {}});
  }
  return intent;
}

Intent RandomAdministrator::of_volume(Management& management) {
  const std::vector<Volume>& volumes = management.pool().volumes;
  const Volume& volume = volumes[random_.below(volumes.size())];
  const bool is_started = volume.status == VolumeState::started;
  switch (random_.below(8)) {
    case 0:
    case 1: return {.kind = is_started ? Kind::stop : Kind::start, .subject = volume.name};
    case 2: return {.kind = is_started ? Kind::stop : Kind::remove, .subject = volume.name};
    case 3: {
      std::string key = volume_mark + std::to_string(random_.between(1001, marks_ + 1));
      return {.kind = Kind::reset, .subject = volume.name, .option = std::move(key)};
    }
    case 4: return {.kind = Kind::question, .subject = volume.name};
    default: {
      const std::string number = mark();
      return {.kind = Kind::set, .subject = volume.name, .option = volume_mark + number + "=" + number};
    }
  }
}

Intent RandomAdministrator::some_intent(Management& management) {
  const std::uint64_t choice = random_.below(20);
  ServerUnderTest& other = pool_.server(random_.below(pool_.size()));
  if (choice < 4) return {.kind = Kind::probe, .subject = some_name(other)};
  if (choice < 6) return {.kind = Kind::detach, .subject = some_name(other), .force = random_.chance(0.4)};
  if (choice < 8) return mark_pool();
  if (choice < 9) return {.kind = Kind::reset_all, .option = pool_mark};
  if (choice < 12 || management.pool().volumes.empty()) return create(management);
  return of_volume(management);
}

CommandUnderTest* RandomAdministrator::command() {
  std::vector<ServerUnderTest*> able;
  for (std::size_t index = 0; index < pool_.size(); ++index) {
    if (pool_.server(index).management() != nullptr) able.push_back(&pool_.server(index));
  }
  if (able.empty()) return nullptr;
  ServerUnderTest& server = *able[random_.below(able.size())];
  return &pool_.begin(server, some_intent(*server.management()));
}

void RandomAdministrator::repair() {
  for (std::size_t index = 0; index < pool_.size(); ++index) {
    ServerUnderTest& server = pool_.server(index);
    if (server.management() == nullptr || server.management()->membership().is_alone()) continue;
    for (const Server& known : server.management()->pool().servers) {
      ServerUnderTest* there = pool_.server_at(known.address);
      if (there == nullptr || there->management() == nullptr) continue;
      Membership& membership = there->management()->membership();
      const bool has_lost_all = membership.server() != known.id;
      if (!known.invited && !has_lost_all) continue;
      const bool may_come = !has_lost_all && membership.is_alone() && membership.pool().volumes.empty();
      pool_.begin(server, may_come ? Intent{.kind = Kind::probe, .subject = known.address}
                                   : parting_with(server.management()->pool(), known));
      return;
    }
  }
}

}  // namespace mortar::sim
