#include "management/peers/voting.h"

#include <algorithm>

#include "base/log.h"

namespace mortar {

namespace {

auto member_of(const std::vector<GroupMember>& members, const Gfid& server, const std::string& url) {
  return std::ranges::find_if(members, [&](const GroupMember& member) {
    return member.name.empty() ? std::ranges::find(member.urls, url) != member.urls.end()
                               : member.name == server.text();
  });
}

std::vector<std::string> urls_of(const std::vector<GroupMember>& members) {
  std::vector<std::string> urls;
  for (const GroupMember& member : members) urls.insert(urls.end(), member.urls.begin(), member.urls.end());
  std::ranges::sort(urls);
  return urls;
}

// Those that shall keep the document, where nobody tells who does.
std::vector<GroupMember> wished_members(const Pool& pool, const Voter& voter) {
  std::vector<GroupMember> members;
  for (const Server& server : pool.servers) {
    if (server.votes) members.push_back({.name = server.id.text(), .urls = {voter.url_of(server.address)}});
  }
  return members;
}

}  // namespace

Task<bool> Voting::step(Pool pool, Gfid server, bool reached) {
  const Server* own = pool.server(server);
  const bool wished = own != nullptr && own->votes;
  switch (home_.standing().stage) {
    case Stage::alone: co_return false;
    case Stage::voting: {
      if (wished && reached) {
        const bool gone = co_await tried(begin_anew());
        co_return gone;
      }
      const bool out = co_await tried(go_out(server));
      co_return out;
    }
    case Stage::following: break;
  }
  if (wished) {
    const bool in = co_await tried(come_in(pool, *own));
    co_return in;
  }
  const bool in = co_await tried(stay_out(pool, server));
  co_return in;
}

// What was started for a vote that is not wished any more is cleared away once the others have let it go. Where it has
// got the vote meanwhile it keeps the document, and may lead those who let go.
Task<bool> Voting::stay_out(Pool pool, Gfid server) {
  lost_ = false;
  if (!runs_ && !voter_.has_data()) co_return false;
  const Server* own = pool.server(server);
  const std::string url = own == nullptr ? std::string() : voter_.url_of(own->address);
  const Result<std::vector<GroupMember>> members = co_await others_.voters();
  if (!members || member_of(*members, server, url) != members->end()) {
    co_await tried(go_on(std::move(pool)));
    const VoterStatus status = co_await tried(voter_.status());
    const bool in = co_await tried(go_over(status));
    co_return in;
  }
  co_await tried(voter_.stop());
  co_await tried(voter_.wipe());
  runs_ = false;
  co_return false;
}

// One that was killed right after it was given its vote does not know that it has it; and without that vote the others
// may be no majority, which could tell it, or take the vote away.
Task<> Voting::go_on(Pool pool) {
  const std::vector<GroupMember> members = wished_members(pool, voter_);
  if (runs_ || !voter_.has_data() || members.empty()) co_return done;
  co_await tried(start(members));
  co_return done;
}

Task<bool> Voting::come_in(Pool pool, Server own) {
  voter_.be_reached_at(own.address);
  if (!runs_) {
    const Result<std::vector<GroupMember>> members = co_await others_.voters();
    if (!members) {
      co_await tried(go_on(std::move(pool)));
      co_return members.error();
    }
    const auto place = member_of(*members, own.id, voter_.url_of(own.address));
    // A place that was taken before: by what is lost now, else it goes on where it stood.
    const bool taken = place != members->end() && !place->name.empty();
    lost_ = taken && !voter_.has_data();
    if (place == members->end() || lost_) co_return false;
    if (!taken && voter_.has_data()) {
      // Of a former place.
      co_await tried(voter_.stop());
      co_await tried(voter_.wipe());
    }
    co_await tried(start(*members));
  }
  const Result<VoterStatus> asked = co_await voter_.status();
  if (!asked) {
    const std::optional<VoterTrouble> trouble = voter_.trouble();
    // It came in by a list that may be none any more.
    const std::vector<GroupMember> members = co_await tried(others_.voters());
    const bool is_damaged = trouble && trouble->is_damaged;
    if (is_damaged || urls_of(members) != started_with_) {
      co_await tried(voter_.stop());
      runs_ = false;
    }
    if (is_damaged) {
      co_await tried(voter_.wipe());
    }
    co_return asked.error();
  }
  const bool in = co_await tried(go_over(*asked));
  co_return in;
}

Task<bool> Voting::go_over(VoterStatus status) {
  if (status.learner || !status.has_leader) co_return false;
  co_await tried(home_.vote());
  runs_ = false;
  log::info("pool", "this server keeps the configuration with others now");
  co_return true;
}

Task<> Voting::start(std::vector<GroupMember> members) {
  started_with_ = urls_of(members);
  co_await tried(voter_.start(home_.standing().pool, std::move(members)));
  runs_ = true;
  co_return done;
}

// What is damaged is not mended by being started again. Where the others have a majority without it they have all that
// was acknowledged, and let this server in anew.
Task<bool> Voting::begin_anew() {
  const std::optional<VoterTrouble> trouble = voter_.trouble();
  if (!trouble || !trouble->is_damaged) co_return false;
  co_await tried(others_.read());
  log::warning("pool", "{}. The other servers have the configuration: this one keeps it anew", trouble->words);
  co_await tried(home_.give_up());
  co_return true;
}

// The others have taken its vote away; until they have, it goes on giving it.
Task<bool> Voting::go_out(Gfid server) {
  const std::vector<GroupMember> members = co_await tried(others_.voters());
  const bool is_member =
      std::ranges::any_of(members, [&server](const GroupMember& member) { return member.name == server.text(); });
  if (is_member || members.empty()) co_return false;
  co_await tried(home_.give_up());
  log::info("pool", "this server does not keep the configuration any more");
  co_return true;
}

}  // namespace mortar
