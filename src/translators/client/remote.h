// One brick as its client sees it: a connection that is made again whenever it breaks, what is open on it, and the
// locks held through it.
//
// While there is no connection every operation fails with ENOTCONN; only before the first attempt has been decided do
// operations wait. After a reconnect what was open is opened again and POSIX locks are taken again, without waiting; a
// file whose lock somebody else has taken meanwhile answers EBADFD until it is closed, because going on would break the
// exclusion that its user relies on.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/event.h"
#include "base/log.h"
#include "runtime/world.h"
#include "translator/call.h"
#include "translator/distance.h"
#include "translator/notice.h"
#include "translator/sequence.h"
#include "translator/volfile.h"
#include "translators/client/lock_journal.h"
#include "translators/client/remote_options.h"
#include "wire/messages/callbacks.h"
#include "wire/rpc_connection.h"
#include "wire/rpc_service.h"

namespace mortar {

// What the client keeps at a Descriptor.
struct RemoteFile {
  std::uint64_t id = 0;
  std::int64_t number = -1;  // on the present connection; -1: not open there
  bool lost_lock = false;
};

// Between a lock request and whoever waits for it, either of which may end first.
template <class Reply>
struct LockWaiter {
  Completion<Reply> completion;
  bool granted = false;
  bool abandoned = false;
};

class Remote {
 public:
  // Tells ups, downs, refusals and what the brick calls back about.
  using Listener = std::function<void(const Notice&)>;

  Remote(World& world, VolumeSection section, RemoteOptions options, std::shared_ptr<ClientProcess> process,
         Listener listener);

  void start();
  Task<> stop();
  void reconfigure(RemoteOptions options) { options_ = std::move(options); }
  bool is_up() const { return up_; }
  // As the brick has said on the present connection, or the last.
  bool knows_sequences() const { return knows_sequences_; }
  void dump_state(std::string& out) const;
  void tell_distance(Distant::Told told);
  void rest(bool rests);
  bool is_on_this_machine() const { return is_on_this_machine_; }

  template <class Operation>
  Task<typename Operation::Reply> perform(const Call& call, const Operation& operation);
  // One call and one answer; for bricks that know sequences.
  Task<Sequence> perform_in_order(Sequence sequence);

 private:
  struct InFlight : Waiter {
    explicit InFlight(Instant now) : since(now) {}
    Instant since;
  };
  using Connection = std::shared_ptr<RpcConnection>;
  // A connection that reads.
  struct Line {
    explicit Line(Connection made);
    const Connection connection;
    Completion<Done> ended;
    TaskSet reading;
  };

  // ---- connection.cpp
  Task<> keep_connected();
  // From the connect to the end of the connection; done if it was up in between.
  Task<> connect_once();
  Task<std::uint16_t> find_port();
  Task<Connection> connect(std::uint16_t port, RpcHandler* handler);
  Task<> greet(Connection connection);
  // To the same brick, on this machine, in the place of the connection: an error where the brick does not offer that.
  Task<std::unique_ptr<Line>> take_shortcut(Connection connection);
  Task<> attach(Connection connection);
  Task<> set_volume(Connection connection);
  Dictionary introduction();
  StreamOptions stream_options() const;
  void went_up();
  void went_down();

  // ---- reopen.cpp
  Task<> reopen_all(Connection connection);
  Task<> reopen(Connection connection, std::shared_ptr<Descriptor> descriptor);
  Task<> lock_again(Connection connection, std::shared_ptr<Descriptor> descriptor);

  // ---- watch.cpp
  void watch(const Connection& connection);
  Task<> ping(Connection connection);
  Task<> watch_age(Connection connection);

  // ---- distance.cpp
  Task<> measure(Connection connection);
  Task<> measure_anew(Connection connection);
  void tell_how_far();
  Task<> rest_while_not_wanted(Connection connection);
  Task<> watch_distance(Connection connection);

  // ---- callbacks.cpp
  void add_callbacks();
  void brick_changed(bool is_up);
  // Extended attributes are told of only where somebody asked for their names.
  Task<> ask_for_notices(Connection connection);
  // What was known until now may have changed without a notice.
  void notices_were_lost();

  // ---- perform.h
  // An operation whose type is only known to those who made the request.
  struct Request {
    std::uint32_t number;
    fop::Kind kind;
    const char* name;
    const Call& call;
    const void* operation;
    Result<Done> (*write_down)(const Remote& remote, const void* operation, Encoder& out);
    Program program = programs::operations;
  };
  template <class Operation>
  static Result<Done> write_down(const Remote& remote, const void* operation, Encoder& out);
  template <class Operation>
  Task<typename Operation::Reply> send(const Call& call, const Operation& operation);
  template <class Operation>
  Task<typename Operation::Reply> receive(Request request, const Operation& operation);
  template <class Operation>
  Task<typename Operation::Reply> send_lock(const Call& call, const Operation& operation);
  template <class Operation>
  Task<> lock_apart(Call call, Operation operation, std::shared_ptr<LockWaiter<typename Operation::Reply>> waiter);
  template <class Operation>
  Task<> unlock(Call call, Operation operation);

  // What an answer says, judged.
  template <class Operation>
  Result<typename Operation::Reply> read_answer(const Call& call, const Operation& operation, const Slice& bytes);
  template <class Operation>
  void note_effect(const Call& call, const Operation& operation, typename Operation::Reply& reply);

  // ---- sequence.cpp
  // Its locks are given back where nobody waits for it any more.
  struct SequenceWaiter {
    Event ended;
    std::optional<Sequence> performed;
    bool abandoned = false;
  };
  Task<> perform_apart(Sequence sequence, std::shared_ptr<SequenceWaiter> waiter);
  Task<Sequence> exchange_sequence(Sequence sequence);
  static Result<Done> write_down_sequence(const Remote& remote, const void* sequence, Encoder& out);
  Task<> give_back_locks(Sequence sequence);

  // ---- exchange.cpp
  Task<Slice> exchange(Request request);
  static Error failure(const fop::Status& status, Dictionary extra);
  Error unreadable(const char* what) const;
  // The number of an open file on the present connection.
  Result<std::int64_t> number_of(const Fd& fd, bool may_go_without_open) const;

  // ---- remote.cpp
  void opened(Fd& fd, const Gfid& gfid, std::uint32_t flags, bool directory);
  void release(const std::shared_ptr<Descriptor>& descriptor);
  // Nobody waits for it, so it goes along with the next request, or by itself a little later.
  void release_remotely(Connection connection, const Descriptor& descriptor, std::int64_t number);
  Task<> send_releases_later();
  void send_releases();
  template <class Operation>
  Task<> send_release(Connection connection, Operation operation);

  World& world_;
  const VolumeSection section_;
  RemoteOptions options_;
  std::shared_ptr<ClientProcess> process_;
  const unsigned graph_id_;
  Listener listener_;

  bool up_ = false;
  bool brick_up_ = true;  // as the brick's process says
  bool refused_ = false;
  bool knows_sequences_ = false;
  bool offers_shortcuts_ = false;
  Event decided_;  // the first attempt has ended, well or not
  std::uint64_t handshakes_ = 0;
  std::uint32_t next_xid_ = 2;
  Connection connection_;  // null while there is none that operations may use

  std::uint64_t last_descriptor_ = 0;
  std::map<std::uint64_t, std::weak_ptr<Descriptor>> open_;  // in the order of opening
  LockJournal locks_;
  struct Released {
    Connection connection;
    Gfid gfid;
    std::int64_t number = -1;
    bool directory = false;
  };
  std::vector<Released> released_;  // the brick has not been told yet
  bool is_release_due_ = false;

  WaitList in_flight_;  // InFlight, oldest first
  std::weak_ptr<RpcConnection> pinging_;
  std::uint64_t pings_ = 0;
  Distant::Told told_distance_;
  std::deque<Duration> recent_;  // round trips on the present connection, where they are told of
  bool rests_ = false;
  bool is_on_this_machine_ = false;
  Event wanted_;  // it rests no more

  RpcService callbacks_{programs::callback, "GlusterFS Callback"};
  TaskSet tasks_;       // what goes on without whoever began it
  TaskSet connecting_;  // the life of the connection
  TaskSet watching_;    // beside one connection
  TaskSet measuring_;   // the same
  RpcServer incoming_{tasks_};
};

}  // namespace mortar

#include "translators/client/perform.h"
