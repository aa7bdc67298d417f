// This server's part in its pool: where the document is that counts for it, the keys by which members know each other,
// and its lines to them.
//
//   Membership membership(world, places, voter);
//   co_await tried(membership.open(server, first));
//   membership.begin();
//   co_await tried(membership.configuration().change(StartVolume{"photos"}));
//
// From begin() on it follows the pool by itself: takes in new documents, gives and gives up its vote, and leaves where
// it was detached.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "management/peers/farewells.h"
#include "management/peers/peer_lines.h"
#include "management/peers/remote_register.h"
#include "management/peers/voting.h"
#include "management/places.h"
#include "pool/configuration.h"
#include "pool/home.h"
#include "pool/key_store.h"
#include "pool/server_quorum.h"
#include "pool/voter_keeper.h"
#include "runtime/tls_stream.h"
#include "wire/messages/introduction.h"

namespace mortar {

class Membership {
 public:
  // The voter outlives this.
  Membership(World& world, const Places& places, Voter& voter);
  ~Membership();

  // Goes on where the server stood. One that never was anywhere begins with the document `first`. Where the pool is not
  // reached, what was last seen of it is what is known.
  Task<> open(Gfid server, Pool first);
  void begin();
  // Changes are made as this server from now on.
  Task<> act_as(Gfid server);

  Configuration& configuration() { return *configuration_; }
  const Pool& pool() const { return configuration_->pool(); }
  const Gfid& server() const { return server_; }
  bool is_alone() const { return home_.standing().stage == Stage::alone; }
  // In a pool of several; it may be that of one that others were detached from.
  const Gfid& pool_id() const { return home_.standing().pool; }
  PeerLines& lines() { return lines_; }
  KeyStore& keys() { return keys_; }
  // What members prove themselves by to each other; null: no member of a pool of several.
  std::shared_ptr<TlsContext> context() const { return context_; }
  // Null where this server does not vote.
  Register* own_votes();
  // Whether it is the voter that leads the others.
  Task<bool> leads();
  // Who keeps the document, by this server's own vote; ENOTCONN where it has none.
  Task<std::vector<GroupMember>> own_voters();
  // By whichever server has one.
  Task<std::vector<GroupMember>> voters();
  Greet::Reply greeting() const;
  // What is wrong with how this server knows and keeps the configuration, for who has to mend it.
  std::vector<std::string> troubles() const;
  // A stream to a server of this pool, that has proved to be it.
  Task<std::unique_ptr<Stream>> connect_to(Server server);

  // Alone: becomes the first of a pool, which others reach at the address.
  Task<> found(std::string address);
  // As long as it is held, a pool of this server alone is not dissolved: another is about to come.
  std::shared_ptr<void> stay_founded() { return staying_; }
  // Alone: follows the pool that invites it.
  Task<> join(Invite invitation);
  // Detaches another server. One that answers gives up its vote first. EBUSY where the document would go with it.
  Task<> let_go(Gfid server, std::string host);
  // The majority that kept the document is gone for good: what this server knows becomes the pool's, kept by this
  // server first. EBUSY where there is a majority; ESTALE where another server that answers knows more.
  Task<> recover();
  // Whether changes can be made: whoever keeps the document answers, by more than half. EHOSTUNREACH with who does not
  // where not; waits a little for those that are about to.
  Task<> have_majority();
  // How many servers of the pool this one sees, itself among them; whether they are as many as a server quorum needs.
  std::size_t servers_seen() const;
  bool has_server_quorum() const { return servers_seen() >= servers_needed(pool()); }
  // Called whenever another server answers that did not, or does no more.
  void on_line(PeerLines::Turned turned) { lines_.on_turn(std::move(turned)); }
  // Called after every document that is newer, and after the server has become part of a pool or left it.
  void on_change(std::function<void()> told) { told_ = std::move(told); }

 private:
  Task<> begin_alone(Pool first);
  Result<Done> load_keys();
  // What was seen of the pool is lost: whom to ask for it.
  void remember_others();
  // The home has changed: the document is followed there from now on.
  void go_home();
  void learn_members();
  void learn_voters();
  Task<> follow();
  Task<> look_after();
  Task<> look();
  Task<> leave();
  Task<> without_vote(Gfid server, std::string host);
  // Whether more than half of the votes are of servers that answer, and not of the one.
  bool are_enough(const std::vector<GroupMember>& members, const Gfid& without) const;
  Task<bool> is_last();
  Task<> dissolve();
  Task<> come_home_alone();
  Task<> remember(Document document);
  Task<> remember_again();
  // Servers that have moved, this one among them.
  Task<> follow_addresses();
  // Others reach its voter by the address that the document has.
  Result<Done> renew_certificate();
  void heard(const Gfid& server, const Greet::Reply& reply);
  Task<> follow_recovered(Gfid server);
  Task<std::unique_ptr<Stream>> connect(Address address, Gfid wanted);
  std::vector<std::string> silent_voters() const;
  std::vector<Address> addresses(const std::vector<std::string>& hosts) const;

  World& world_;
  const Places& places_;
  Voter& voter_;
  const std::uint16_t port_;
  const std::chrono::seconds voter_patience_;
  Gfid server_;
  std::vector<std::string> own_names_;  // by which it is alone
  KeyStore keys_;
  RemoteRegister others_;
  Home home_;
  Voting voting_;
  std::unique_ptr<Configuration> configuration_;
  std::shared_ptr<TlsContext> context_;
  PeerLines lines_;
  Farewells farewells_;
  std::unique_ptr<VoterKeeper> keeper_;
  std::set<Gfid> voters_;              // who says so
  std::map<Gfid, std::string> moved_;  // who is found at another address than the document has
  Instant next_moves_;                 // two that see the network differently do not contradict each other all the time
  Server certified_;                   // this server, as its certificate is known to describe it
  Pool acquaintances_;                 // who else is in the pool, as long as there is no document that tells it
  bool begun_ = false;
  bool reached_ = false;   // the document, lately
  bool detached_ = false;  // a member has said so
  std::string not_kept_;   // why the newest document is not in the copy
  std::string no_keys_;    // why it has none that prove who it is
  Gfid recovered_by_;      // a member keeps the document of a newer generation
  std::function<void()> told_;
  const std::shared_ptr<int> staying_ = std::make_shared<int>();
  // One after the other: founding, joining, leaving, going from home to home.
  Mutex moving_;
  TaskSet following_;
  TaskSet keeping_;
  TaskSet looking_;
};

}  // namespace mortar
