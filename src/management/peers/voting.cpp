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
    const bool in = co_await tried(come_in(*own));
    co_return in;
  }
  lost_ = false;
  if (runs_ || voter_.has_data()) {
    const std::vector<GroupMember> members = co_await tried(others_.voters());
    if (member_of(members, server, own == nullptr ? std::string() : voter_.url_of(own->address)) != members.end()) {
      co_return false;
    }
    co_await tried(voter_.stop());
    co_await tried(voter_.wipe());
    runs_ = false;
  }
  co_return false;
}

Task<bool> Voting::come_in(Server own) {
  if (!runs_) {
    const std::vector<GroupMember> members = co_await tried(others_.voters());
    const auto place = member_of(members, own.id, voter_.url_of(own.address));
    // A place that was taken before: by what is lost now, else it goes on where it stood.
    const bool taken = place != members.end() && !place->name.empty();
    lost_ = taken && !voter_.has_data();
    if (place == members.end() || lost_) co_return false;
    if (!taken && voter_.has_data()) {
      // Of a former place.
      co_await tried(voter_.stop());
      co_await tried(voter_.wipe());
    }
    co_await tried(start(std::move(own), members));
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
  const VoterStatus status = *asked;
  if (status.learner || !status.has_leader) co_return false;
  co_await tried(home_.vote());
  runs_ = false;
  log::info("pool", "this server keeps the configuration with others now");
  co_return true;
}

Task<> Voting::start(Server own, std::vector<GroupMember> members) {
  voter_.be_reached_at(own.address);
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
