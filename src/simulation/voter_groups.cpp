#include "simulation/voter_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace mortar {

using namespace std::chrono_literals;

namespace {

// As etcd does it, changes of the members are refused for a while after each other.
constexpr Duration members_rest = 5s;
constexpr Duration shortest_election = 1s;
constexpr Duration longest_election = 3s;
constexpr Duration between_tries = 500ms;
constexpr Duration longest_pause = 60s;
// One that follows now and then lags behind.
constexpr double lag = 0.1;

std::string identity_file(const VoterGroups::Start& start) { return start.folder + "/data/member"; }

bool has_vote(const GroupMember& member) { return !member.learner; }

auto find_member(const std::vector<GroupMember>& members, VoterGroups::Id id) {
  return std::ranges::find(members, id, &GroupMember::id);
}

std::vector<std::string> urls_of(const std::vector<GroupMember>& members) {
  std::vector<std::string> urls;
  for (const GroupMember& member : members) urls.insert(urls.end(), member.urls.begin(), member.urls.end());
  std::ranges::sort(urls);
  return urls;
}

}  // namespace

Duration VoterGroups::some(Duration least, Duration most) {
  return Duration(random_.between(static_cast<std::uint64_t>(least.count()),
                                  static_cast<std::uint64_t>(std::max(least, most).count())));
}

// ---- who is there

SimulatedWorld* VoterGroups::process(const Host& host) const {
  const auto seat = seats_.find(host.index());
  const bool runs = seat != seats_.end() && seat->second.process != nullptr && seat->second.process->alive();
  return runs ? seat->second.process : nullptr;
}

const VoterGroups::Seat* VoterGroups::serving(const Host& host) const {
  if (process(host) == nullptr) return nullptr;
  const Seat& seat = seats_.at(host.index());
  return seat.group == nullptr ? nullptr : &seat;
}

bool VoterGroups::serves(const Group& group, Id id) const {
  const auto stored = group.stored.find(id);
  if (stored == group.stored.end()) return false;
  const Seat* seat = serving(*stored->second.host);
  return seat != nullptr && seat->group == &group && seat->id == id;
}

bool VoterGroups::reaches(const Group& group, Id from, Id to) const {
  if (!serves(group, from) || !serves(group, to)) return false;
  const Host& one = *group.stored.at(from).host;
  const Host& other = *group.stored.at(to).host;
  const SimulatedNetwork& network = simulation_.network();
  return network.open_between(one, other) && network.open_between(other, one);
}

// By the members that it knows of itself; whoever has more entries does not follow it.
bool VoterGroups::has_majority(const Group& group, Id id) const {
  const std::size_t entries = group.stored.at(id).entries;
  if (entries == 0) return false;
  std::size_t votes = 0;
  std::size_t given = 0;
  bool own = false;
  for (const GroupMember& member : group.log[entries - 1].members) {
    if (!has_vote(member)) continue;
    ++votes;
    own = own || member.id == id;
    if (reaches(group, id, member.id) && group.stored.at(member.id).entries <= entries) ++given;
  }
  return own && given > votes / 2;
}

// ---- who leads

VoterGroups::Id VoterGroups::leader(Group& group) {
  if (group.leader != 0 && has_majority(group, group.leader)) {
    group.leaderless_since.reset();
    spread(group);
    return group.leader;
  }
  if (!group.leaderless_since) {
    group.leaderless_since = simulation_.now();
    group.election = some(shortest_election, longest_election);
  }
  if (simulation_.now() - *group.leaderless_since < group.election) return 0;
  std::vector<Id> able;
  for (const auto& [id, stored] : group.stored) {
    if (has_majority(group, id)) able.push_back(id);
  }
  if (able.empty()) return 0;
  lead(group, able[random_.below(able.size())]);
  return group.leader;
}

void VoterGroups::lead(Group& group, Id id) {
  group.leader = id;
  group.leaderless_since.reset();
  const std::size_t agreed = group.stored.at(id).entries;
  group.lost += group.log.size() - agreed;
  group.log.resize(agreed);
  for (auto& [other, stored] : group.stored) stored.entries = std::min(stored.entries, agreed);
  simulation_.trace().note("leads", {id, agreed});
  spread(group);
}

void VoterGroups::spread(Group& group) {
  bool news = false;
  for (auto& [id, stored] : group.stored) {
    if (!reaches(group, group.leader, id)) continue;
    if (find_member(group.newest().members, id) == group.newest().members.end()) {
      // It was removed, and ends where it hears of that.
      SimulatedWorld* process = seats_.at(stored.host->index()).process;
      simulation_.events().after(1ns, [process] { process->kill(); });
    } else if (stored.entries < group.log.size() && !random_.chance(lag)) {
      stored.entries = group.log.size();
      news = true;
    }
  }
  if (news) news_.move_to(ready_queue());
}

std::optional<VoterGroups::Turn> VoterGroups::turn(const Host& host) {
  const Seat* seat = serving(host);
  if (out_ || seat == nullptr) return std::nullopt;
  const Id leads = leader(*seat->group);
  if (leads == 0 || !reaches(*seat->group, seat->id, leads)) return std::nullopt;
  return Turn{*seat->group, seat->id};
}

// A majority has it by now, and who asked for it; the others hear of it soon.
void VoterGroups::commit(Turn turn, Entry entry) {
  Group& group = turn.group;
  std::vector<Id> others;
  std::size_t votes = 0;
  for (const GroupMember& member : group.newest().members) {
    if (!has_vote(member)) continue;
    ++votes;
    if (member.id != group.leader && reaches(group, group.leader, member.id)) others.push_back(member.id);
  }
  const bool is_news = entry.document != group.newest().document;
  group.log.push_back(std::move(entry));
  for (std::size_t place = others.size(); place > 1; --place) {
    std::swap(others[place - 1], others[random_.below(place)]);
  }
  others.resize(std::min(others.size(), votes / 2));
  others.insert(others.end(), {group.leader, turn.own});
  for (const Id id : others) group.stored.at(id).entries = group.log.size();
  simulation_.trace().note("agreed", {group.number, group.log.size()});
  news_.move_to(ready_queue());
  simulation_.events().after(delay(), [this, &group] { leader(group); });
  if (is_news) told_(group, *group.newest().document);
}

// ---- what is asked

Document VoterGroups::read(Turn turn) {
  turn.group.stored.at(turn.own).entries = turn.group.log.size();
  return *turn.group.newest().document;
}

Result<std::uint64_t> VoterGroups::swap(Turn turn, std::uint64_t expected, const std::string& text) {
  Entry next = turn.group.newest();
  if (next.document->version != expected) return failed(EAGAIN, "somebody else was first");
  next.document = std::make_shared<Document>(expected + 1, text);
  commit(turn, std::move(next));
  return expected + 1;
}

Result<Done> VoterGroups::found(Turn turn, const Document& document) {
  Entry next = turn.group.newest();
  if (next.document->version != 0) return done;
  next.document = std::make_shared<Document>(document.version + 2, document.text);
  commit(turn, std::move(next));
  return done;
}

Result<VoterGroups::Id> VoterGroups::let_in(Turn turn, const std::string& url) {
  Entry next = turn.group.newest();
  for (const GroupMember& member : next.members) {
    if (std::ranges::find(member.urls, url) != member.urls.end()) return failed(EEXIST, "Peer URLs already exists");
    if (member.learner) return failed(EBUSY, "too many learner members in cluster");
    if (!reaches(turn.group, turn.own, member.id)) return failed(EBUSY, "unhealthy cluster");
  }
  if (simulation_.now() - turn.group.changed < members_rest) return failed(EBUSY, "unhealthy cluster");
  const Id id = random_.next();
  next.members.push_back(GroupMember{.id = id, .urls = {url}, .learner = true});
  turn.group.changed = simulation_.now();
  commit(turn, std::move(next));
  return id;
}

Result<Done> VoterGroups::promote(Turn turn, Id id) {
  Entry next = turn.group.newest();
  const auto place = std::ranges::find(next.members, id, &GroupMember::id);
  if (place == next.members.end()) return failed(ENOENT, "member not found");
  if (!place->learner) return failed(EBUSY, "can only promote a learner member");
  const bool follows = reaches(turn.group, turn.group.leader, id) &&
                       turn.group.stored.at(id).entries == turn.group.log.size() && !place->name.empty();
  if (!follows) return failed(EBUSY, "can only promote a learner member which is in sync with leader");
  place->learner = false;
  turn.group.changed = simulation_.now();
  commit(turn, std::move(next));
  return done;
}

Result<Done> VoterGroups::remove(Turn turn, Id id) {
  Entry next = turn.group.newest();
  const auto place = std::ranges::find(next.members, id, &GroupMember::id);
  if (place == next.members.end()) return failed(ENOENT, "member not found");
  if (has_vote(*place)) {
    std::size_t votes = 0;
    std::size_t started = 0;
    std::size_t active = 0;
    for (const GroupMember& member : next.members) {
      if (!has_vote(member)) continue;
      ++votes;
      if (member.id != id && !member.name.empty()) ++started;
      if (reaches(turn.group, turn.own, member.id)) ++active;
    }
    if (votes == 1 || started < (votes - 1) / 2 + 1) return failed(EBUSY, "not enough started members");
    const bool is_active = reaches(turn.group, turn.own, id);
    if (is_active && active - 1 < 1 + (votes - 1) / 2) return failed(EBUSY, "unhealthy cluster");
  }
  next.members.erase(place);
  turn.group.changed = simulation_.now();
  commit(turn, std::move(next));
  return done;
}

Result<Done> VoterGroups::relocate(Turn turn, Id id, const std::string& url) {
  Entry next = turn.group.newest();
  const auto place = std::ranges::find(next.members, id, &GroupMember::id);
  if (place == next.members.end()) return failed(ENOENT, "member not found");
  place->urls = {url};
  commit(turn, std::move(next));
  return done;
}

Result<VoterGroups::Own> VoterGroups::own(const Host& host) {
  const Seat* seat = serving(host);
  if (seat == nullptr) return failed(ENOTCONN, "the voter of this server does not run");
  Group& group = *seat->group;
  const Id leads = leader(group);
  Own own{.leads = leads == seat->id, .has_leader = leads != 0 && reaches(group, seat->id, leads)};
  const std::size_t entries = group.stored.at(seat->id).entries;
  if (entries == 0) return own;
  own.entry = &group.log[entries - 1];
  const auto place = find_member(own.entry->members, seat->id);
  own.learner = place != own.entry->members.end() && place->learner;
  return own;
}

// ---- a member's process

void VoterGroups::start(Host& host, Start start) {
  if (process(host) != nullptr) return;
  Seat& seat = seats_[host.index()];
  SimulatedWorld& process = host.start_process("etcd");
  seat = Seat{.process = &process};
  process.start(live(process, seat, std::move(start)));
}

void VoterGroups::stop(Host& host) {
  SimulatedWorld* ending = process(host);
  if (ending == nullptr) return;
  simulation_.events().after(some(1ms, 100ms), [ending] { ending->kill(); });
}

Task<> VoterGroups::live(SimulatedWorld& process, Seat& seat, Start start) {
  co_await tried(process.sleep(some(20ms, 200ms)));
  if (!knows_identity(process, seat, start)) {
    // As etcd does it, before it is known whether anything comes of it.
    co_await tried(process.files().make_directories(start.folder + "/data"));
    co_await tried(come_in(process, seat, start));
  }
  // Its name is known to the others once they have agreed on it.
  for (;;) {
    const std::optional<Turn> now = turn(process.host());
    if (now) {
      Entry next = now->group.newest();
      const auto place = std::ranges::find(next.members, now->own, &GroupMember::id);
      if (place == next.members.end() || place->name == start.name) co_return done;
      place->name = start.name;
      commit(*now, std::move(next));
      co_return done;
    }
    co_await tried(process.sleep(between_tries));
  }
}

Task<> VoterGroups::come_in(SimulatedWorld& process, Seat& seat, Start start) {
  if (start.members.empty()) {
    found_group(process, seat, start);
    co_return done;
  }
  Duration pause = 1s;
  while (!join(process, seat, start)) {
    co_await tried(process.sleep(pause));
    pause = std::min(2 * pause, longest_pause);
  }
  co_return done;
}

void VoterGroups::found_group(SimulatedWorld& process, Seat& seat, const Start& start) {
  auto group = std::make_unique<Group>();
  group->pool = start.pool;
  group->number = groups_.size();
  const Id id = random_.next();
  group->log.push_back(
      Entry{std::make_shared<Document>(), {GroupMember{.id = id, .name = start.name, .urls = {start.url}}}});
  group->stored[id] = Stored{&process.host(), 1};
  seat.group = group.get();
  seat.id = id;
  groups_.push_back(std::move(group));
  keep_identity(process, seat, start);
}

// Asks any member that it was told of who is there; as with etcd, that must be exactly those it was told of.
bool VoterGroups::join(SimulatedWorld& process, Seat& seat, const Start& start) {
  const Host& own_host = process.host();
  for (const auto& group : groups_) {
    for (const auto& [id, stored] : group->stored) {
      const SimulatedNetwork& network = simulation_.network();
      const bool is_asked = serves(*group, id) && stored.host != &own_host && stored.entries != 0 &&
                            group->pool == start.pool && network.open_between(own_host, *stored.host) &&
                            network.open_between(*stored.host, own_host);
      if (!is_asked) continue;
      const std::vector<GroupMember>& there = group->log[stored.entries - 1].members;
      if (urls_of(there) != urls_of(start.members)) continue;
      const auto place = std::ranges::find_if(there, [&start](const GroupMember& member) {
        return std::ranges::find(member.urls, start.url) != member.urls.end();
      });
      if (place == there.end()) continue;
      seat.group = group.get();
      seat.id = place->id;
      group->stored[place->id] = Stored{&process.host(), 0};
      keep_identity(process, seat, start);
      return true;
    }
  }
  return false;
}

void VoterGroups::keep_identity(SimulatedWorld& process, const Seat& seat, const Start& start) {
  const Result<Done> made = process.files().make_directories(start.folder + "/data");
  const Result<Done> kept =
      process.files().write_file(identity_file(start), fmt::format("{} {}", seat.group->number, seat.id));
  if (made && kept) return;
  simulation_.events().after(1ns, [&process] { process.kill(); });
}

bool VoterGroups::knows_identity(SimulatedWorld& process, Seat& seat, const Start& start) {
  const Result<std::string> text = process.files().read_file(identity_file(start));
  if (!text) return false;
  std::size_t number = 0;
  const char* const end = text->data() + text->size();
  const char* const after = std::from_chars(text->data(), end, number).ptr;
  std::from_chars(after + 1, end, seat.id);
  seat.group = groups_[number].get();
  return true;
}

}  // namespace mortar
