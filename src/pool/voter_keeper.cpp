#include "pool/voter_keeper.h"

#include <algorithm>

#include "base/log.h"

namespace mortar {

using namespace std::chrono_literals;

namespace {

constexpr auto between_steps = 1s;
constexpr auto between_looks = 5s;

}  // namespace

VoterKeeper::VoterKeeper(World& world, Configuration& configuration, Voter& voter, Observe observe,
                         std::chrono::seconds patience)
    : world_(world), configuration_(configuration), voter_(voter), observe_(std::move(observe)), patience_(patience) {}

// A member bears its server's id; one that was never started has only the address it was let in by.
Gfid VoterKeeper::server_of(const GroupMember& member) const {
  if (!member.name.empty()) return Gfid::parse(member.name).value_or(null_gfid);
  for (const Server& server : configuration_.pool().servers) {
    const std::string url = voter_.url_of(server.address);
    if (std::ranges::find(member.urls, url) != member.urls.end()) return server.id;
  }
  return null_gfid;
}

std::vector<VoterState> VoterKeeper::states(const std::vector<GroupMember>& members, const Observation& seen) const {
  std::vector<VoterState> states;
  for (const GroupMember& member : members) {
    const Gfid server = server_of(member);
    // Who was detached is not looked for, and of no use.
    const bool is_there = configuration_.pool().server(server) != nullptr && !seen.silence.contains(server);
    states.push_back({.server = server,
                      .id = member.id,
                      .learner = member.learner,
                      .started = !member.name.empty(),
                      .answers = is_there,
                      .lost_data = seen.without_data.contains(server)});
  }
  return states;
}

Task<> VoterKeeper::perform(MemberStep step) {
  const Server* server = configuration_.pool().server(step.server);
  switch (step.kind) {
    case MemberStep::Kind::add_learner: {
      check(server != nullptr, "who becomes a voter is in the pool");
      co_await tried(voter_.let_in(voter_.url_of(server->address)));
      log::info("pool", "{} is let in as a voter", step.server.text());
      co_return done;
    }
    case MemberStep::Kind::promote: {
      co_await tried(voter_.promote(step.id));
      log::info("pool", "{} votes", step.server.text());
      co_return done;
    }
    case MemberStep::Kind::remove: {
      co_await tried(voter_.remove(step.id));
      log::info("pool", "{} votes no more", step.server.text());
      co_return done;
    }
    case MemberStep::Kind::nothing:
    case MemberStep::Kind::wait: co_return done;
  }
}

// A server that has another address by now; whether there was one.
Task<bool> VoterKeeper::follow_moved(std::vector<GroupMember> members) {
  for (const GroupMember& member : members) {
    const Server* server = configuration_.pool().server(server_of(member));
    if (server == nullptr) continue;
    const std::string url = voter_.url_of(server->address);
    if (std::ranges::find(member.urls, url) != member.urls.end()) continue;
    log::info("pool", "{} is reached as a voter at {} now", server->id.text(), url);
    co_await tried(voter_.relocate(member.id, url));
    co_return true;
  }
  co_return false;
}

Task<bool> VoterKeeper::step() {
  const VoterStatus status = co_await tried(voter_.status());
  if (!status.leads) co_return true;
  const std::vector<GroupMember> members = co_await tried(voter_.members());
  const bool moved = co_await tried(follow_moved(members));
  if (moved) co_return false;
  const Observation seen = observe_();
  const MemberStep next = next_member_step(configuration_.pool(), states(members, seen), seen.silence);
  if (next.kind != MemberStep::Kind::nothing) {
    co_await tried(perform(next));
    co_return false;
  }
  const std::optional<SetVoters> wish = next_voters(configuration_.pool(), seen.silence, patience_);
  if (!wish) co_return true;
  co_await tried(configuration_.change(*wish));
  co_return false;
}

Task<> VoterKeeper::run() {
  std::string told;
  for (;;) {
    const Result<bool> rests = co_await step();
    // Changes of the members are refused for a while after each other; that is no news.
    const bool fails = !rests && rests.error().number() != EBUSY;
    if (fails && rests.error().sentence() != told) {
      log::warning("pool", "the voters cannot be looked after: {}", rests.error().sentence());
    }
    told = fails ? rests.error().sentence() : std::string();
    co_await tried(world_.sleep(rests && *rests ? between_looks : between_steps));
  }
}

}  // namespace mortar
