#include "simulation/simulated_voter.h"

#include <algorithm>

namespace mortar {

using namespace std::chrono_literals;

namespace {

constexpr Duration look_again = 50ms;
constexpr Duration first_pause = 1s;
constexpr Duration longest_pause = 60s;
// For how long a member that is gone may be waited for.
constexpr Duration watch_step = 5s;

}  // namespace

SimulatedVoter::SimulatedVoter(VoterGroups& groups, SimulatedWorld& world, std::string folder)
    : groups_(groups), world_(world) {
  start_.folder = std::move(folder);
}

bool SimulatedVoter::has_data() const {
  return world_.files().status(FileSystem::no_directory, start_.folder + "/data").has_value();
}

Task<> SimulatedVoter::start(Gfid pool, std::vector<GroupMember> members) {
  start_.pool = pool;
  start_.members = std::move(members);
  keeping_.cancel();
  groups_.start(world_.host(), start_);
  keeping_.start(keep_running());
  co_return done;
}

Task<> SimulatedVoter::keep_running() {
  Duration pause = first_pause;
  for (;;) {
    if (SimulatedWorld* process = groups_.process(world_.host())) {
      co_await tried(world_.processes().ended(process->pid()));
    }
    co_await tried(world_.sleep(pause));
    pause = std::min(2 * pause, longest_pause);
    groups_.start(world_.host(), start_);
  }
}

Task<> SimulatedVoter::answering(std::chrono::seconds limit) {
  const Instant end = world_.now() + limit;
  while (!groups_.serves(world_.host())) {
    if (world_.now() >= end) co_return failed(ETIMEDOUT, "the voter does not answer");
    co_await tried(world_.sleep(look_again));
  }
  co_return done;
}

Task<> SimulatedVoter::stop() {
  keeping_.cancel();
  groups_.stop(world_.host());
  while (groups_.process(world_.host()) != nullptr) {
    co_await tried(world_.sleep(look_again));
  }
  co_return done;
}

Result<Done> SimulatedVoter::wipe() {
  if (groups_.process(world_.host()) != nullptr) return failed(EBUSY, "the voter runs");
  return world_.files().remove_tree(start_.folder);
}

template <class T>
Task<T> SimulatedVoter::ask(VoterGroups::Work<T> work) {
  const VoterGroups::Own own = co_await tried(groups_.own(world_.host()));
  if (own.learner) co_return failed(ETIMEDOUT, "a learner is not asked");
  Result<T> answer = co_await groups_.ask<T>(world_, world_.host(), std::move(work));
  co_return answer;
}

Task<> SimulatedVoter::found(Document document) {
  return ask<Done>([document = std::move(document)](VoterGroups& groups, VoterGroups::Turn turn) {
    return groups.found(turn, document);
  });
}

Task<VoterStatus> SimulatedVoter::status() {
  co_await tried(world_.sleep(groups_.conditions().least_delay));
  const VoterGroups::Own own = co_await tried(groups_.own(world_.host()));
  co_return VoterStatus{
      .leads = own.leads, .has_leader = own.has_leader, .learner = own.learner || own.entry == nullptr};
}

// As this member knows them, which may be old.
Task<std::vector<GroupMember>> SimulatedVoter::members() {
  co_await tried(world_.sleep(groups_.conditions().least_delay));
  const VoterGroups::Own own = co_await tried(groups_.own(world_.host()));
  if (own.learner || own.entry == nullptr) co_return failed(ETIMEDOUT, "a learner is not asked");
  co_return own.entry->members;
}

Task<std::uint64_t> SimulatedVoter::let_in(std::string url) {
  return ask<std::uint64_t>(
      [url = std::move(url)](VoterGroups& groups, VoterGroups::Turn turn) { return groups.let_in(turn, url); });
}

Task<> SimulatedVoter::promote(std::uint64_t id) {
  return ask<Done>([id](VoterGroups& groups, VoterGroups::Turn turn) { return groups.promote(turn, id); });
}

Task<> SimulatedVoter::remove(std::uint64_t id) {
  return ask<Done>([id](VoterGroups& groups, VoterGroups::Turn turn) { return groups.remove(turn, id); });
}

Task<> SimulatedVoter::relocate(std::uint64_t id, std::string url) {
  return ask<Done>([id, url = std::move(url)](VoterGroups& groups, VoterGroups::Turn turn) {
    return groups.relocate(turn, id, url);
  });
}

Task<Document> SimulatedVoter::read() {
  return ask<Document>(
      [](VoterGroups& groups, VoterGroups::Turn turn) -> Result<Document> { return groups.read(turn); });
}

Task<std::uint64_t> SimulatedVoter::swap(std::uint64_t expected, std::string text) {
  return ask<std::uint64_t>([expected, text = std::move(text)](VoterGroups& groups, VoterGroups::Turn turn) {
    return groups.swap(turn, expected, text);
  });
}

Task<> SimulatedVoter::news() {
  co_await Queued(groups_.waiting_for_news());
  co_return done;
}

Task<Document> SimulatedVoter::watch(std::uint64_t after) {
  for (;;) {
    const VoterGroups::Own own = co_await tried(groups_.own(world_.host()));
    if (own.entry != nullptr && own.entry->document->version > after) {
      Document document = co_await tried(read());
      if (document.version > after) co_return std::move(document);
    }
    co_await with_deadline(world_, watch_step, news());
  }
}

}  // namespace mortar
