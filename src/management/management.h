// A server of the pool: it keeps or follows the pool's document, makes it true on this machine, and takes commands.
// A command is a change of the document with work on the servers before and after it (see performer.h); a server takes
// one at a time, in the order they come, while other servers take theirs.
//
//   Management management(world, settings, voter);
//   co_await tried(management.open());      // reads the document, renders it
//   management.begin();                     // once it can be asked: starts or finds the bricks, follows the pool
//   co_await tried(management.create_volume({...}));
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "management/events/announcer.h"
#include "management/hooks.h"
#include "management/orders.h"
#include "management/peers/membership.h"
#include "management/peers/probe.h"
#include "management/peers/takeover.h"
#include "management/performer.h"
#include "management/places.h"
#include "management/reconciler.h"
#include "pool/add_bricks.h"
#include "pool/create_volume.h"
#include "pool/delete_volume.h"
#include "pool/profile_volume.h"
#include "pool/rebalance_volume.h"
#include "pool/remove_bricks.h"
#include "pool/replace_brick.h"
#include "pool/reset_options.h"
#include "pool/set_options.h"
#include "pool/start_volume.h"
#include "pool/stop_volume.h"

namespace mortar {

// What servers answered, each of its own part.
struct Gathered {
  std::vector<Dictionary> answers;  // this server's is the first
  std::vector<std::string> silent;  // names of those that did not answer in time
};

class Management {
 public:
  // The voter outlives this.
  Management(World& world, const Settings& settings, Voter& voter);
  Management(const Management&) = delete;
  Management& operator=(const Management&) = delete;

  // Everything but the bricks: after this the server may answer.
  Task<> open();
  // The bricks ask this server for their volfiles, and other servers for what it knows, so it must answer by now.
  void begin();
  // Resumes once the bricks of started volumes were looked at.
  Task<> settled() { return reconciler_.settled(); }

  // Commands. An error's sentence is the user's; what ends well may still have servers that did not answer.
  Task<Reports> create_volume(CreateVolume edit);
  Task<Reports> start_volume(StartVolume edit);
  Task<Reports> stop_volume(StopVolume edit);
  Task<Reports> delete_volume(DeleteVolume edit);
  Task<Reports> add_bricks(AddBricks edit);
  Task<Reports> remove_bricks(RemoveBricks edit);
  Task<Reports> take_brick_away(TakeBrickAway edit);
  Task<Reports> replace_brick(ReplaceBrick edit);
  Task<Reports> start_rebalance(StartRebalance edit);
  // How far it was.
  Task<Rebalance> stop_rebalance(StopRebalance edit);
  // How far it is, as far as servers tell.
  Task<Rebalance> rebalance_of(Volume volume);
  Task<Reports> set_options(SetOptions edit);
  Task<Reports> reset_options(ResetOptions edit);
  Task<Reports> profile_volume(ProfileVolume edit);
  // Webhooks and settings of events: no server has anything to do beforehand.
  template <Edit Change>
  Task<> change_events(Change edit);
  // A new identity for a server that is alone and has no volumes.
  Task<> reset_identity();
  Task<ProbeOutcome> probe(std::string host);
  Task<> detach(std::string host, bool force);
  // See Membership.
  Task<> recover();

  const Pool& pool() const { return membership_.pool(); }
  const Gfid& server() const { return membership_.server(); }
  World& world() { return world_; }
  const Places& places() const { return places_; }
  Membership& membership() { return membership_; }
  Announcer& announcer() { return announcer_; }
  PortMap& ports() { return reconciler_.ports(); }
  Supervisor& supervisor() { return reconciler_.supervisor(); }
  Performer& performer() { return performer_; }
  Rebalances& rebalances() { return reconciler_.rebalances(); }
  Healers& healers() { return reconciler_.healers(); }
  BrickSite site_of(const Volume& volume, const Brick& brick) { return reconciler_.site_of(volume, brick); }
  // Whether it can be asked; this server can.
  bool answers(const Gfid& server) { return server == this->server() || membership_.lines().answers(server); }

  // Whether a host is this server: by name or by address.
  Task<bool> is_own_host(std::string host);
  // An address of this machine.
  bool is_own_address(const std::string& address);
  // Of a machine whose processes are trusted as those of this one are.
  bool is_member_address(const std::string& address);
  // Who of the pool is called so, or has an address that is; null: nobody.
  Task<Gfid> server_of(std::string host);

  // What each server of the pool says about the subject (see subjects.h). An error of one is one of all.
  Task<Gathered> ask_servers(std::string subject, Dictionary question, Duration limit);

  // Called after every change that clients or bricks must hear of.
  void on_change(std::function<void()> told) { reconciler_.on_change(std::move(told)); }
  // A client at one of the addresses, whose process has this number, is to write down its state.
  using ClientDump = std::function<void(const std::vector<std::string>& addresses, std::uint32_t pid)>;
  void on_client_dump(ClientDump wanted) { client_dump_ = std::move(wanted); }
  void tell_client_to_dump(const std::vector<std::string>& addresses, std::uint32_t pid) {
    if (client_dump_) client_dump_(addresses, pid);
  }

 private:
  // Changes of the server quorum itself are made without it.
  enum class ServerQuorum : bool { is_needed, is_set };
  // The servers see whether they could, the document is changed, they do it.
  Task<Reports> transact(Order order, Task<> changing, ServerQuorum quorum = ServerQuorum::is_needed);
  // The same where directories become bricks, those of the volume that the order brings: they are, before the document
  // has them. Where it does not get them, or a server cannot make it true, all is as it was. `telling` comes between.
  template <Edit Change, Edit Reverse>
  Task<Reports> make_bricks(Order order, Volume made, Task<> telling, Change edit, Reverse reverse);
  Task<> may_change(std::string volume, ServerQuorum quorum);
  Task<> decide_bricks(Order order, Volume made, Task<> telling, Task<> changing);
  Task<Reports> perform(Order order);
  Task<> give_bricks_back(Order order);
  // ETIMEDOUT where it is done, as far as servers did it, and cannot be taken back.
  template <Edit Change>
  Task<> take_back(Change edit, const Reports& reports);
  Task<> undo_replacement(ReplaceBrick edit, Volume before, Order order, Reports reports);
  Task<> bring_brick_back(BringBrickBack edit);
  // EINVAL where a brick does not run: what only it has would not be copied.
  Task<> check_all_run(Volume volume);
  // EPERM, in stock's words, where the volume follows a server quorum that is not met.
  static ServerQuorum quorum_of_option(std::string_view word);
  Result<Done> check_quorum(const std::string& volume) const;
  Result<Done> check_quorum_for_peers() const;
  bool has_brick_on(const Volume& volume, const std::vector<std::string>& hosts) const;
  // Fills in which server has each.
  Task<> find_servers(std::vector<Brick>& bricks);
  template <Edit Change>
  Task<> change(Change edit) {
    return membership_.configuration().change(std::move(edit));
  }
  Task<> know_own_server();
  void tell_of_peer(const Server& server, bool answers);
  Task<Dictionary> ask_server(Gfid server, std::string subject, Dictionary question, Duration limit);
  Order order_for(std::string_view command, std::string_view volume, HookArguments hook = {}) const;
  HookArguments hook_arguments(std::string_view operation, std::string_view volume) const;

  World& world_;
  const Places places_;
  Membership membership_;
  Announcer announcer_;
  Reconciler reconciler_;
  Performer performer_;
  Orders orders_;
  ClientDump client_dump_;
  Takeover takeover_;
  Mutex commands_;
  TaskSet background_;
};

// A server that was to get a brick.
Error not_answered(const Reports& reports);
// Who asked is told that it is neither done nor undone.
Error not_taken_back(const Reports& reports, const Error& reason);

template <Edit Change>
Task<> Management::take_back(Change edit, const Reports& reports) {
  const Result<Done> taken = co_await change(std::move(edit));
  if (!taken) co_return not_taken_back(reports, taken.error());
  co_return done;
}

template <Edit Change, Edit Reverse>
Task<Reports> Management::make_bricks(Order order, Volume made, Task<> telling, Change edit, Reverse reverse) {
  co_await tried(may_change(order.volume, ServerQuorum::is_needed));
  const Result<Done> decided = co_await decide_bricks(order, made, std::move(telling), change(std::move(edit)));
  if (!decided) {
    // Where nobody can tell whether it was changed, the servers look themselves after a while.
    if (decided.error().number() != ETIMEDOUT) {
      co_await tried(give_bricks_back(std::move(order)));
    }
    co_return decided.error();
  }
  Reports reports = co_await tried(perform(order));
  if (reports.failure || has_brick_on(made, reports.silent)) {
    co_await tried(take_back(std::move(reverse), reports));
    co_await tried(give_bricks_back(std::move(order)));
    co_await tried(reports.outcome());
    co_return not_answered(reports);
  }
  co_return std::move(reports);
}

template <Edit Change>
Task<> Management::change_events(Change edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(edit.check(pool()));
  co_await tried(membership_.lines().given_time());
  co_await tried(membership_.have_majority());
  co_await tried(change(std::move(edit)));
  co_return done;
}

// The volume as a pool of its own, which is how it travels.
std::string document_of(const Volume& volume);

}  // namespace mortar
