#include "pool_faults.h"

#include <fmt/format.h>

#include <algorithm>

#include "totals.h"

namespace mortar::sim {

namespace {

using namespace std::chrono_literals;

constexpr Duration longest_until_strike = 3s;
constexpr std::uint64_t most_calls = 300;

bool has_bricks(const Pool& pool, const Gfid& server) {
  return std::ranges::any_of(pool.volumes, [&server](const Volume& volume) {
    return std::ranges::find(volume.bricks, server, &Brick::server) != volume.bricks.end();
  });
}

}  // namespace

// Each order of magnitude as often as another.
Duration PoolFaults::some_while(Duration longest) {
  const auto most = static_cast<std::uint64_t>(longest.count());
  return Duration(random_.between(0, most >> 3 * random_.below(6)));
}

void PoolFaults::note(const std::string& what) {
  log_.push_back(fmt::format("{:.6f} {}",
                             std::chrono::duration<double>(pool_.simulation().now().time_since_epoch()).count(), what));
}

void PoolFaults::begin() {
  std::vector<Strike> possible;
  if (menu_.kills) possible.insert(possible.end(), 4, &PoolFaults::kill);
  if (menu_.power_cuts) possible.insert(possible.end(), {&PoolFaults::cut_power, &PoolFaults::cut_power_at_a_call});
  if (menu_.partitions) {
    possible.insert(possible.end(),
                    {&PoolFaults::divide, &PoolFaults::block, &PoolFaults::isolate, &PoolFaults::cut_connections});
  }
  if (menu_.delays) possible.push_back(&PoolFaults::slow_down);
  if (menu_.outages) possible.insert(possible.end(), {&PoolFaults::silence_voters, &PoolFaults::lose_answers});
  if (menu_.lost_disks) possible.push_back(&PoolFaults::lose_disk);
  if (possible.empty()) return;
  ++open_;
  const Strike what = possible[random_.below(possible.size())];
  pool_.simulation().events().after(some_while(longest_until_strike), [this, what, healed = healed_] {
    if (healed == healed_) strike(what);
  });
}

void PoolFaults::strike(Strike what) { (this->*what)(); }

void PoolFaults::mend(std::function<void()> how) {
  pool_.simulation().events().after(some_while(menu_.longest), [this, how = std::move(how), healed = healed_] {
    if (healed != healed_) return;
    how();
    --open_;
  });
}

void PoolFaults::kill() {
  ++totals().kills;
  ServerUnderTest& server = some_server();
  note("glusterd of " + server.name() + " is killed");
  pool_.kill(server);
  mend([this, &server] {
    note("glusterd of " + server.name() + " is started");
    server.start();
  });
}

void PoolFaults::power_on(ServerUnderTest& server) {
  note(server.name() + " has power");
  server.power_on();
  server.start();
}

void PoolFaults::cut_power() {
  ++totals().power_cuts;
  ServerUnderTest& server = some_server();
  note(server.name() + " loses power");
  pool_.power_off(server);
  mend([this, &server] { power_on(server); });
}

void PoolFaults::cut_power_at_a_call() {
  ServerUnderTest& server = some_server();
  server.power_off_after(random_.between(1, most_calls), random_.next(), [this, &server] {
    ++totals().power_cuts;
    note(server.name() + " loses power between two calls to its disk");
    pool_.has_lost_power(server);
  });
  mend([this, &server] { power_on(server); });
}

void PoolFaults::divide() {
  ++totals().partitions;
  std::vector<Host*> here;
  std::vector<Host*> there;
  std::string names;
  for (std::size_t index = 0; index < pool_.size(); ++index) {
    Host& host = pool_.server(index).host();
    const bool is_here = random_.chance(0.5);
    (is_here ? here : there).push_back(&host);
    if (is_here) names += " " + host.name();
  }
  note("the network is divided:" + names + " from the others");
  SimulatedNetwork& network = pool_.simulation().network();
  for (Host* one : here) {
    for (Host* other : there) network.partition(*one, *other);
  }
  mend([this, here, there] {
    note("the network is whole");
    for (Host* one : here) {
      for (Host* other : there) pool_.simulation().network().heal(*one, *other);
    }
  });
}

void PoolFaults::block() {
  ++totals().partitions;
  Host& from = some_server().host();
  Host& to = some_server().host();
  note(fmt::format("nothing comes from {} to {}", from.name(), to.name()));
  if (&from != &to) pool_.simulation().network().block(from, to);
  mend([this, &from, &to] {
    note(fmt::format("{} reaches {}", from.name(), to.name()));
    pool_.simulation().network().unblock(from, to);
  });
}

void PoolFaults::isolate() {
  ++totals().partitions;
  Host& host = some_server().host();
  note(host.name() + " is isolated");
  for (const auto& other : pool_.simulation().hosts()) {
    if (other.get() != &host) pool_.simulation().network().partition(host, *other);
  }
  mend([this, &host] {
    note(host.name() + " is reached");
    for (const auto& other : pool_.simulation().hosts()) pool_.simulation().network().heal(host, *other);
  });
}

void PoolFaults::cut_connections() {
  ++totals().cuts;
  Host& one = some_server().host();
  Host& other = some_server().host();
  note(fmt::format("the connections between {} and {} are cut", one.name(), other.name()));
  pool_.simulation().network().cut_connections(one, other);
  mend([] {});
}

void PoolFaults::slow_down() {
  ++totals().delays;
  pool_.simulation().network().conditions().most_delay = some_while(3s);
  note("the network is slow");
  mend([this] {
    note("the network is quick");
    pool_.simulation().network().conditions() = {};
  });
}

void PoolFaults::silence_voters() {
  ++totals().outages;
  note("no voter answers");
  pool_.groups().set_out(true);
  mend([this] {
    note("voters answer");
    pool_.groups().set_out(false);
  });
}

void PoolFaults::lose_answers() {
  ++totals().outages;
  note("answers of voters get lost");
  RegisterConditions& conditions = pool_.groups().conditions();
  conditions.lost = 0.2;
  conditions.unknown = 0.3;
  conditions.late = 0.5;
  conditions.most_delay = some_while(2s);
  mend([this] {
    note("no answers of voters get lost");
    pool_.groups().conditions() = {};
  });
}

// Only what a pool can stand: one voter of three or more, while all others have their data.
bool PoolFaults::may_lose_disk(ServerUnderTest& server) {
  for (const auto& group : pool_.groups().groups()) {
    std::size_t votes = 0;
    bool is_concerned = false;
    for (const GroupMember& member : group->newest().members) {
      const auto stored = group->stored.find(member.id);
      if (stored == group->stored.end()) continue;
      if (!member.learner) ++votes;
      is_concerned = is_concerned || stored->second.host == &server.host();
      const bool is_other = stored->second.host != &server.host();
      const FileSystem& disk = stored->second.host->disk();
      const bool is_whole = const_cast<FileSystem&>(disk)
                                .status(FileSystem::no_directory, "/var/lib/glusterd/mortar/etcd/data")
                                .has_value();
      if (is_other && !is_whole) return false;
    }
    if (is_concerned && votes < 3) return false;
  }
  Management* management = server.management();
  return management != nullptr && !management->membership().is_alone();
}

void PoolFaults::lose_disk() {
  ServerUnderTest& server = some_server();
  if (!may_lose_disk(server)) {
    --open_;
    return;
  }
  ++totals().lost_disks;
  static constexpr const char* folders[] = {"/var/lib/glusterd/mortar/etcd", "/var/lib/glusterd/mortar/copy",
                                            "/var/lib/glusterd"};
  // One with bricks that has lost everything cannot be detached in this release.
  const bool may_lose_all = !has_bricks(server.management()->pool(), server.management()->server());
  const std::string folder = folders[random_.below(std::size(folders) - (may_lose_all ? 0 : 1))];
  note(server.name() + " loses power and " + folder);
  pool_.power_off(server);
  pool_.lose(server, folder);
  mend([this, &server] { power_on(server); });
}

void PoolFaults::mend_all() {
  ++healed_;
  open_ = 0;
  pool_.simulation().network().heal_all();
  pool_.simulation().network().conditions() = {};
  pool_.groups().conditions() = {};
  pool_.groups().set_out(false);
  for (std::size_t index = 0; index < pool_.size(); ++index) {
    ServerUnderTest& server = pool_.server(index);
    server.power_off_after(0, 0, {});
    server.power_on();
    server.start();
  }
  note("all is mended");
}

}  // namespace mortar::sim
