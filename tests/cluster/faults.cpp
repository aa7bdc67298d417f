#include "faults.h"

#include <fmt/format.h>

#include "totals.h"

namespace mortar::sim {

namespace {

using namespace std::chrono_literals;

// No machine is back within the second during which a brick takes an unfinished entry for one that is being made.
constexpr Duration fastest_boot = 2s;

// From hardly to be noticed to longer than clients wait for an answer, each order of magnitude as often as another.
Duration some_while(Random& random, Duration longest) {
  const auto most = static_cast<std::uint64_t>(longest.count());
  return Duration(random.between(0, most >> 3 * random.below(6)));
}

}  // namespace

Task<> pass_time(Simulation& simulation, Duration duration) {
  co_await Sleeper(simulation.events(), duration);
  co_return done;
}

Task<> until_connected(VolumeUnderTest& volume) {
  // Who lost a connection has heard of it by then.
  co_await tried(pass_time(volume.simulation(), 50ms));
  for (int tries = 0; tries < 10'000; ++tries) {
    if (volume.is_connected()) co_return done;
    co_await tried(pass_time(volume.simulation(), 50ms));
  }
  co_return failed(ETIMEDOUT, "the clients do not get connected again");
}

void Faults::note(const std::string& what) { log_.fault(volume_.simulation().now(), what); }

void Faults::begin() {
  begun_ = true;
  lasts_ = some_while(random_, menu_.longest);
  volume_.simulation().events().after(Duration(random_.between(0, 4'000'000)), [this] { strike(); });
}

void Faults::strike() {
  std::vector<void (Faults::*)()> possible;
  if (menu_.cuts) possible.insert(possible.end(), 2, &Faults::cut);
  if (menu_.partitions) possible.push_back(&Faults::divide);
  if (menu_.splits) possible.insert(possible.end(), 2, &Faults::split);
  if (menu_.kills) possible.push_back(&Faults::kill);
  if (menu_.power_cuts) possible.push_back(&Faults::power_off);
  if (!possible.empty()) (this->*possible[random_.below(possible.size())])();
}

void Faults::cut() {
  ++totals().cuts;
  ServedBrick& brick = some_brick();
  MountedClient& client = some_client();
  note(fmt::format("the connections between {} and {} are cut", client.host().name(), brick.host().name()));
  volume_.simulation().network().cut_connections(client.host(), brick.host());
}

void Faults::divide() {
  ++totals().partitions;
  ServedBrick& brick = some_brick();
  MountedClient& client = some_client();
  SimulatedNetwork& network = volume_.simulation().network();
  switch (random_.below(3)) {
    case 0:
      note(fmt::format("{} and {} do not reach each other", client.host().name(), brick.host().name()));
      network.partition(client.host(), brick.host());
      break;
    case 1:
      note(fmt::format("nothing comes from {} to {}", client.host().name(), brick.host().name()));
      network.block(client.host(), brick.host());
      break;
    default:
      note(fmt::format("nothing comes from {} to {}", brick.host().name(), client.host().name()));
      network.block(brick.host(), client.host());
  }
}

void Faults::split() {
  ++totals().partitions;
  std::string apart;
  const auto side_of = [&](const std::string& name) {
    const bool is_apart = random_.chance(0.5);
    if (is_apart) apart += " " + name;
    return is_apart;
  };
  std::vector<bool> clients;
  std::vector<bool> bricks;
  for (std::size_t index = 0; index < volume_.clients(); ++index) {
    clients.push_back(side_of(volume_.client(index).host().name()));
  }
  for (std::size_t index = 0; index < volume_.bricks(); ++index) {
    bricks.push_back(side_of(volume_.brick(index).host().name()));
  }
  note(fmt::format("these and the others do not reach each other:{}", apart));
  for (std::size_t client = 0; client < clients.size(); ++client) {
    for (std::size_t brick = 0; brick < bricks.size(); ++brick) {
      if (clients[client] == bricks[brick]) continue;
      volume_.simulation().network().partition(volume_.client(client).host(), volume_.brick(brick).host());
    }
  }
}

void Faults::kill() {
  ++totals().kills;
  ServedBrick& brick = some_brick();
  note(fmt::format("the process of {} is killed", brick.host().name()));
  brick.kill();
}

void Faults::power_off() {
  ++totals().power_cuts;
  ServedBrick& brick = some_brick();
  note(fmt::format("{} loses power", brick.host().name()));
  const SurvivalRule worst = SurvivalRule::only_synced();
  brick.power_off(menu_.worst_power_cuts ? &worst : nullptr);
  on_power_cut();
}

Task<> Faults::end() {
  // Whatever was to come has come by then.
  co_await tried(pass_time(volume_.simulation(), 5ms + lasts_));
  for (std::size_t index = 0; index < volume_.bricks(); ++index) {
    if (volume_.brick(index).host().is_up()) continue;
    co_await tried(pass_time(volume_.simulation(), fastest_boot));
    break;
  }
  volume_.simulation().network().heal_all();
  for (std::size_t index = 0; index < volume_.bricks(); ++index) {
    ServedBrick& brick = volume_.brick(index);
    if (!brick.host().is_up()) {
      on_power_back();
      brick.power_on();
    } else {
      brick.start();
    }
  }
  note("all is mended");
  begun_ = false;
  co_return done;
}

}  // namespace mortar::sim
