#include "pool_under_test.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "management/brick_directory.h"
#include "management/store.h"
#include "management/stored_volume.h"
#include "pool/voters.h"

namespace mortar::sim {

namespace {

// No command waits for so long.
constexpr Duration longest_command = std::chrono::minutes(20);

}  // namespace

ServerShape quick_server() {
  ServerShape shape;
  shape.settings.brick_program = "/sbin/glusterfsd";
  shape.settings.voter_patience = std::chrono::seconds(60);
  return shape;
}

PoolUnderTest::PoolUnderTest(std::uint64_t seed, PoolShape shape)
    : shape_(std::move(shape)),
      simulation_(seed),
      groups_(simulation_, simulation_.random().split()),
      chronicle_(commands_) {
  groups_.on_document(
      [this](const VoterGroups::Group& group, const Document& document) { chronicle_.agreed(group, document); });
  for (std::size_t index = 1; index <= shape_.servers; ++index) {
    Host& host = simulation_.add_host(fmt::format("server{}", index), fmt::format("10.0.0.{}", index));
    servers_.push_back(std::make_unique<ServerUnderTest>(host, groups_, shape_.server));
  }
}

ServerUnderTest* PoolUnderTest::server_at(const std::string& address) {
  const auto found =
      std::ranges::find_if(servers_, [&address](const auto& server) { return server->host().address() == address; });
  return found == servers_.end() ? nullptr : found->get();
}

void PoolUnderTest::look() {
  for (const auto& server : servers_) {
    Life* life = server->life();
    if (life == nullptr || !life->knows() || server->has_lost_power()) continue;
    Management& management = life->management();
    const std::uint64_t version = management.membership().configuration().version();
    chronicle_.knows(server->name(), server->host().address(), management.pool(), version);
  }
}

bool PoolUnderTest::run_until(const std::function<bool()>& condition, Duration limit) {
  bool is_so = false;
  simulation_.run_until(
      [&] {
        look();
        is_so = condition();
        return is_so || !chronicle_.complaint().empty();
      },
      limit);
  return is_so;
}

void PoolUnderTest::run_for(Duration duration) {
  run_until([] { return false; }, duration);
}

Task<> PoolUnderTest::follow(CommandUnderTest& command, ServerUnderTest& server) {
  Management& management = server.life()->management();
  const Result<Done> answer = co_await carry_out(management, command.intent);
  if (server.has_lost_power()) co_return done;
  look();
  const std::string wrong = commands_.end(command, simulation_.now(), answer, management.pool());
  if (!wrong.empty()) chronicle_.complain(wrong);
  co_return done;
}

CommandUnderTest& PoolUnderTest::begin(ServerUnderTest& server, Intent intent) {
  CommandUnderTest& command =
      commands_.add(simulation_.now(), server.name(), server.host().address(), std::move(intent));
  server.life()->world().start(follow(command, server));
  return command;
}

CommandUnderTest& PoolUnderTest::command(ServerUnderTest& server, Intent intent) {
  CommandUnderTest& command = begin(server, std::move(intent));
  const auto has_ended = [&command] { return command.outcome != CommandUnderTest::Outcome::runs; };
  if (!run_until(has_ended, longest_command)) chronicle_.complain("a command does not end: " + command.text());
  return command;
}

void PoolUnderTest::kill(ServerUnderTest& server) {
  server.kill();
  commands_.lose(server.name(), simulation_.now());
}

void PoolUnderTest::power_off(ServerUnderTest& server) {
  server.power_off();
  has_lost_power(server);
}

void PoolUnderTest::has_lost_power(ServerUnderTest& server) { commands_.lose(server.name(), simulation_.now()); }

void PoolUnderTest::lose(ServerUnderTest& server, const std::string& folder) {
  server.lose(folder);
  chronicle_.forgets(server.name());
}

std::string PoolUnderTest::state() {
  std::string text;
  for (const auto& server : servers_) {
    if (server->life() == nullptr || !server->life()->knows()) {
      text += fmt::format("  {} does not run\n", server->name());
      continue;
    }
    Management& management = server->life()->management();
    Membership& membership = management.membership();
    const char* stands = membership.is_alone() ? "alone" : membership.own_votes() == nullptr ? "following" : "voting";
    text += fmt::format("  {} ({}) is {} with version {} of {}:", server->name(), management.server().text(), stands,
                        membership.configuration().version(), management.pool().trust.pool.text());
    for (const Server& known : management.pool().servers) {
      const char* is = known.id == management.server() || management.answers(known.id) ? "" : " (silent)";
      text +=
          fmt::format(" {}{}{}{}", known.address, known.votes ? " votes" : "", known.invited ? " is invited" : "", is);
    }
    text += "\n";
  }
  for (const auto& group : groups_.groups()) {
    text += fmt::format("  voters of {}: version {}, led by {:x}, lost {};", group->pool.text(),
                        group->newest().document->version, group->leader, group->lost);
    for (const GroupMember& member : group->newest().members) {
      const auto stored = group->stored.find(member.id);
      const bool is_known = stored != group->stored.end();
      text += fmt::format(" {:x} {}{} at {}{} has {} of {}", member.id, member.name, member.learner ? " learns" : "",
                          is_known ? stored->second.host->name() : "?",
                          is_known && groups_.serves(*stored->second.host) ? "" : " (down)",
                          is_known ? stored->second.entries : 0, group->log.size());
    }
    text += "\n";
  }
  return text;
}

// ---- whether all is as it should be

std::string PoolUnderTest::disagreement_of_group(const VoterGroups::Group& group, const Pool& pool) {
  const auto wished =
      static_cast<std::size_t>(std::ranges::count_if(pool.servers, [](const Server& server) { return server.votes; }));
  if (wished != voters_wanted(pool.servers.size())) {
    return fmt::format("{} of {} servers shall vote", wished, pool.servers.size());
  }
  if (group.newest().members.size() != wished) {
    return fmt::format("{} members instead of {}", group.newest().members.size(), wished);
  }
  for (const GroupMember& member : group.newest().members) {
    const Server* server = pool.server(Gfid::parse(member.name).value_or(null_gfid));
    if (member.learner || server == nullptr || !server->votes) return "the voters are not as wished";
  }
  return {};
}

std::string PoolUnderTest::disagreement_of(ServerUnderTest& server) {
  if (server.life() == nullptr) return "it does not run";
  if (server.life()->failure()) return "it does not start: " + server.life()->failure()->sentence();
  if (!server.life()->serves()) return "it does not take commands";
  Management& management = server.life()->management();
  Membership& membership = management.membership();
  const Pool& pool = management.pool();
  if (membership.is_alone() != pool.trust.pool.is_null()) return "its document is of another pool";
  if (!membership.is_alone()) {
    const auto group = std::ranges::find_if(
        groups_.groups(), [&membership](const auto& candidate) { return candidate->pool == membership.pool_id(); });
    if (group == groups_.groups().end()) return "its pool has no voters";
    if ((*group)->newest().document->version != membership.configuration().version()) return "its document is old";
    if (pool.server(management.server()) == nullptr) return "it was detached";
    if (pool.servers.size() == 1) return "it is the last of its pool";
    for (const Server& other : pool.servers) {
      if (other.invited) return other.address + " is invited still";
      ServerUnderTest* there = server_at(other.address);
      const bool is_member = there != nullptr && there->management() != nullptr &&
                             there->management()->server() == other.id &&
                             !there->management()->membership().is_alone() &&
                             there->management()->membership().pool_id() == membership.pool_id();
      if (!is_member) return other.address + " is no member";
    }
    if (std::string wrong = disagreement_of_group(**group, pool); !wrong.empty()) return wrong;
  }
  std::multiset<std::string> bricks;
  std::multiset<std::string> stored;
  for (const Volume& volume : pool.volumes) {
    stored.insert(volume.name);
    const Result<std::string> info = server.host().disk().read_file(management.places().volume(volume.name) + "/info");
    if (!info || *info != volume_info_text(volume)) return "volume " + volume.name + " is rendered otherwise";
    for (const Brick& brick : volume.bricks) {
      if (brick.server != management.server()) continue;
      const Result<Done> checked = check_brick_directory(server.host().disk(), brick, volume, false);
      if (!checked) return checked.error().sentence();
      if (volume.status == VolumeState::started) bricks.insert(brick_volfile_id(volume, brick));
    }
  }
  const Result<std::vector<std::string>> names = names_in(server.host().disk(), management.places().volumes());
  if (names && std::multiset<std::string>(names->begin(), names->end()) != stored) {
    return fmt::format("the volumes {} are rendered instead of {}", fmt::join(*names, ", "), fmt::join(stored, ", "));
  }
  if (server.bricks() != bricks) {
    return fmt::format("{} bricks run instead of {}", server.bricks().size(), bricks.size());
  }
  return {};
}

std::string PoolUnderTest::disagreement() {
  for (const auto& server : servers_) {
    const std::string wrong = disagreement_of(*server);
    if (!wrong.empty()) return fmt::format("{}: {}", server->name(), wrong);
  }
  return {};
}

}  // namespace mortar::sim
