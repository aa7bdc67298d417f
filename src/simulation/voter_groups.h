// What simulated voters keep together, as etcd does it but without its messages: groups of members with a log each, of
// which an entry counts once a majority of the votes has it. A member leads or follows only where it runs, has its data
// and is reached through the simulated network, in both directions.
//
// Whoever leads decides what was agreed on. While no member forgets what it stored, that is always the newest entry;
// where one does, and votes, entries can be lost, as they would be with etcd.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/task_set.h"
#include "pool/voter_group.h"
#include "simulation/simulated_register.h"
#include "simulation/simulation.h"

namespace mortar {

class VoterGroups {
 public:
  using Id = std::uint64_t;

  struct Entry {
    std::shared_ptr<const Document> document;
    std::vector<GroupMember> members;
  };
  struct Stored {
    Host* host = nullptr;
    std::size_t entries = 0;
  };
  struct Group {
    Gfid pool;
    std::size_t number = 0;
    std::vector<Entry> log;
    std::map<Id, Stored> stored;  // by members that were started once
    Id leader = 0;
    std::optional<Instant> leaderless_since;
    Duration election{};
    Instant changed;       // its members, for the last time
    std::size_t lost = 0;  // entries that were agreed on and are gone

    const Entry& newest() const { return log.back(); }
  };

  // How a member begins.
  struct Start {
    std::string folder;
    std::string name;
    std::string url;
    Gfid pool;
    std::vector<GroupMember> members;  // none: the first of a new group
  };

  // A member's turn to have something done, by the one that leads.
  struct Turn {
    Group& group;
    Id own;
  };

  VoterGroups(Simulation& simulation, Random random) : simulation_(simulation), random_(random) {}

  RegisterConditions& conditions() { return conditions_; }
  // Nothing is done while it is out.
  void set_out(bool out) { out_ = out; }
  // In the order in which they were founded.
  const std::vector<std::unique_ptr<Group>>& groups() const { return groups_; }
  // Called with each document that is agreed on.
  void on_document(std::function<void(const Group&, const Document&)> told) { told_ = std::move(told); }

  // Of the host's own member. The process goes on until it is stopped, killed, or its host is switched off.
  void start(Host& host, Start start);
  void stop(Host& host);
  SimulatedWorld* process(const Host& host) const;
  bool serves(const Host& host) const { return serving(host) != nullptr; }

  // Has the work done by the host's member as soon as one leads that it reaches; ETIMEDOUT where nobody answers.
  template <class T>
  using Work = std::function<Result<T>(VoterGroups&, Turn)>;
  template <class T>
  Task<T> ask(World& world, const Host& host, Work<T> work);

  // What may be asked, where a majority is needed.
  Document read(Turn turn);
  Result<std::uint64_t> swap(Turn turn, std::uint64_t expected, const std::string& text);
  Result<Done> found(Turn turn, const Document& document);
  Result<Id> let_in(Turn turn, const std::string& url);
  Result<Done> promote(Turn turn, Id id);
  Result<Done> remove(Turn turn, Id id);
  Result<Done> relocate(Turn turn, Id id, const std::string& url);
  // And what a member says of itself.
  struct Own {
    bool leads = false;
    bool has_leader = false;
    bool learner = false;
    const Entry* entry = nullptr;  // what it has last; null: nothing yet
  };
  // ENOTCONN where it does not run.
  Result<Own> own(const Host& host);
  // Those who wait for news of any group.
  WaitList& waiting_for_news() { return news_; }

 private:
  struct Seat {
    SimulatedWorld* process = nullptr;
    Group* group = nullptr;  // null: it is no member yet
    Id id = 0;
  };
  static constexpr Duration longest_lateness = std::chrono::minutes(2);
  template <class T>
  struct Call {
    const Host& host;
    Id own;
    Work<T> work;
    Completion<T> completion;
    bool answered;
    Duration until_done;
    Instant limit;
  };
  template <class T>
  Task<> carry_out(Call<T> call);

  const Seat* serving(const Host& host) const;
  bool serves(const Group& group, Id id) const;
  bool reaches(const Group& group, Id from, Id to) const;
  bool has_majority(const Group& group, Id id) const;
  // Who leads now; 0: nobody.
  Id leader(Group& group);
  void lead(Group& group, Id id);
  // Who is reached by the one that leads learns what it has.
  void spread(Group& group);
  std::optional<Turn> turn(const Host& host);
  void commit(Turn turn, Entry entry);
  Task<> live(SimulatedWorld& process, Seat& seat, Start start);
  Task<> come_in(SimulatedWorld& process, Seat& seat, Start start);
  bool join(SimulatedWorld& process, Seat& seat, const Start& start);
  void found_group(SimulatedWorld& process, Seat& seat, const Start& start);
  void keep_identity(SimulatedWorld& process, const Seat& seat, const Start& start);
  bool knows_identity(SimulatedWorld& process, Seat& seat, const Start& start);
  Duration some(Duration least, Duration most);
  Duration delay() { return some(conditions_.least_delay, conditions_.most_delay); }

  Simulation& simulation_;
  Random random_;
  RegisterConditions conditions_;
  bool out_ = false;
  std::function<void(const Group&, const Document&)> told_ = [](const Group&, const Document&) {};
  std::vector<std::unique_ptr<Group>> groups_;
  std::map<std::size_t, Seat> seats_;  // by the host's index
  WaitList news_;
  TaskSet under_way_;
};

template <class T>
Task<T> VoterGroups::ask(World& world, const Host& host, Work<T> work) {
  using namespace std::chrono_literals;
  if (!serves(host)) co_return failed(ENOTCONN, "the voter of this server does not run");
  const bool lost = random_.chance(conditions_.lost);
  const bool answered = !random_.chance(conditions_.unknown);
  const bool late = !answered && random_.chance(conditions_.late);
  const Duration until_done = late ? some(0s, longest_lateness) : delay();
  // A member gives up after seven seconds; what it handed on to one that does not lead any more may be done later.
  const Duration patience = random_.chance(0.3) ? some(7s, longest_lateness) : 7s;
  Completion<T> completion;
  Call<T> call{host,
               serving(host)->id,
               std::move(work),
               completion,
               answered,
               until_done,
               simulation_.now() + until_done + patience};
  // Of the network, not of the caller: it happens whatever becomes of that.
  if (!lost) under_way_.start(carry_out(std::move(call)));
  Result<T> answer = co_await with_deadline(world, conditions_.patience, completion.wait());
  co_return answer;
}

template <class T>
Task<> VoterGroups::carry_out(Call<T> call) {
  using namespace std::chrono_literals;
  co_await Sleeper(simulation_.events(), call.until_done);
  for (;;) {
    if (!serves(call.host) || serving(call.host)->id != call.own) co_return done;
    const std::optional<Turn> turn_now = turn(call.host);
    if (turn_now) {
      const Result<T> result = call.work(*this, *turn_now);
      if (!call.answered) co_return done;
      co_await Sleeper(simulation_.events(), delay());
      if (serves(call.host)) call.completion.complete(result);
      co_return done;
    }
    if (simulation_.now() >= call.limit) co_return done;
    co_await Sleeper(simulation_.events(), 200ms);
  }
}

}  // namespace mortar
