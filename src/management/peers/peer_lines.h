// The lines of this server to the others of its pool: one to each, opened again whenever it breaks. Over them it asks
// for things, and by greeting every other second it knows who is there.
//
//   lines.keep_to(pool, server);
//   Order::Reply reply = co_await tried(lines.ask(other, order, 60s));
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>

#include "base/event.h"
#include "base/task_set.h"
#include "pool/pool.h"
#include "pool/voters.h"
#include "runtime/world.h"
#include "wire/messages/members.h"
#include "wire/rpc_connection.h"

namespace mortar {

class PeerLines {
 public:
  // Opens a stream to a server, over which it can be trusted to be that one. Ends within some seconds.
  using Connect = std::function<Task<std::unique_ptr<Stream>>(Server)>;
  using Heard = std::function<void(const Gfid& server, const Greet::Reply& reply)>;
  using Turned = std::function<void(const Server& server, bool answers)>;

  // `greeting` is what this server says; `heard` is told every answer, also one that is a failure. Neither may close
  // lines.
  PeerLines(World& world, Connect connect, std::function<Greet()> greeting, Heard heard);
  ~PeerLines();

  // Called whenever one answers that did not, or does no more. Must not close lines.
  void on_turn(Turned turned) { turned_ = std::move(turned); }

  // To all servers of the pool but this one from now on, and to no others. Not to be called from `heard`.
  void keep_to(const Pool& pool, const Gfid& own);

  // Whether it has answered in the last seconds, and its line is open.
  bool answers(const Gfid& server) const;
  // For how long those that do not answer have not; one that never did counts from when its line was wanted.
  Silence silence() const;
  // Voters that say that what they kept is gone.
  std::set<Gfid> without_votes() const;
  // What a server that answers said last; null of others.
  const Greet::Reply* said(const Gfid& server) const;
  // Resumes once the server answers, or the time is over.
  Task<bool> answering(Gfid server, Duration limit);
  // The same for all, for as long as their lines are new: right after a start nobody is silent yet.
  Task<> given_time();
  // Whether they had it.
  bool had_time() const;

  // ENOTCONN where the server does not answer to begin with or its line breaks, ETIMEDOUT where the answer is late;
  // then it may or may not have heard.
  template <WireRequest Request>
  Task<typename Request::Reply> ask(Gfid server, Request request, Duration limit) {
    const std::shared_ptr<Open> open = open_to(server);
    if (open == nullptr) co_return failed(ENOTCONN, "it is not reached");
    Task<typename Request::Reply> asking = open->connection.call(request);
    Result<typename Request::Reply> reply = co_await with_deadline(world_, limit, std::move(asking));
    co_return reply;
  }

 private:
  struct Open {
    explicit Open(std::unique_ptr<Stream> stream);
    Task<> run();
    RpcConnection connection;
    Event ended;
    TaskSet running;
  };
  struct Line {
    Server server;
    std::shared_ptr<Open> open;  // null: none, or it has not answered yet
    Instant wanted_since;
    Instant last_heard;
    Greet::Reply said;
    TaskSet keeping;
  };
  std::shared_ptr<Open> open_to(const Gfid& server) const;
  Task<> keep(Line& line);
  Task<> greet(Line& line, std::shared_ptr<Open> open);
  void set_open(Line& line, std::shared_ptr<Open> open);

  World& world_;
  const Connect connect_;
  const std::function<Greet()> greeting_;
  const Heard heard_;
  Turned turned_;
  std::map<Gfid, std::unique_ptr<Line>> lines_;
};

}  // namespace mortar
