// What answers calls: a service is one program with a handler per procedure; a server is the set of services that a
// connection offers.
//
//   RpcService handshake(programs::handshake, "GlusterFS Handshake");
//   handshake.on<SetVolume>([this](RpcCaller caller, SetVolume request) { return set_volume(caller,
//   std::move(request)); }); RpcServer server(world.background()); server.add(handshake); server.add_dump();
//
// A described message is decoded for its handler, and its reply encoded when the task ends. An Error becomes a reply
// with op_ret -1, the error's number and (where the reply has op_errstr) its sentence. A raw handler gets the call as
// it came.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "wire/rpc_connection.h"

namespace mortar {

// Who calls, for handlers that outlive the call's connection.
struct RpcCaller {
  Identity identity;
  Address peer;
  std::optional<std::uint32_t> peer_uid;  // of a Unix socket
  std::shared_ptr<RpcLink> link;
};

template <Described Reply>
Reply failure_reply(const Error& error) {
  Reply reply;
  reply.op_ret = -1;
  reply.op_errno = error.number();
  if constexpr (requires { reply.op_errstr; }) reply.op_errstr = error.sentence();
  return reply;
}

class RpcService {
 public:
  using RawHandler = std::function<void(RpcConnection&, IncomingCall)>;

  RpcService(Program program, std::string name) : program_(program), name_(std::move(name)) {}

  Program program() const { return program_; }
  const std::string& name() const { return name_; }

  // handler(RpcCaller, Request) -> Task<Request::Reply>. A lambda that is itself a coroutine must not capture.
  template <WireRequest Request, class Handler>
  void on(Handler handler);
  // handler(RpcCaller, Notice) -> Task<>; nothing is answered.
  template <WireNotice Notice, class Handler>
  void on(Handler handler);
  // Called on the spot.
  void on_raw(std::uint32_t procedure, RawHandler handler);
  // Answers the common reply (12 zero bytes) on the spot: for NULL and PING of programs that have them.
  void acknowledge(std::uint32_t procedure);
  const RawHandler* find(std::uint32_t procedure) const;

  // Where tasks of typed handlers run: not owned by the connection, so a command goes on when its caller hangs up.
  // Servers that share a service share their tasks.
  void set_tasks(TaskSet& tasks) {
    check(tasks_ == nullptr || tasks_ == &tasks, "a service has one set of tasks");
    tasks_ = &tasks;
  }

 private:
  static RpcCaller caller_of(RpcConnection& connection, IncomingCall& call);
  template <class Reply>
  static Task<> answer(IncomingCall call, Task<Reply> work);

  Program program_;
  std::string name_;
  std::vector<RawHandler> procedures_;
  TaskSet* tasks_ = nullptr;
};

class RpcServer : public RpcHandler {
 public:
  // Typed handlers run in `tasks`, which must be cancelled before the server dies.
  explicit RpcServer(TaskSet& tasks) : tasks_(tasks) {}

  // Services are listed by DUMP in the order of adding; they must outlive the server.
  void add(RpcService& service);
  // GF-DUMP: DUMP and PING, answered on the spot.
  void add_dump();
  // Refuses TCP peers whose port is not privileged (below 1024).
  void require_privileged_ports(bool required) { privileged_ports_ = required; }

  void incoming(RpcConnection& connection, IncomingCall call) override;

 private:
  void answer_dump(IncomingCall call);
  bool port_is_allowed(const RpcConnection& connection, const IncomingCall& call) const;

  TaskSet& tasks_;
  std::vector<RpcService*> services_;
  std::unique_ptr<RpcService> dump_;
  bool privileged_ports_ = false;
};

// ---- templates

template <class Reply>
Task<> RpcService::answer(IncomingCall call, Task<Reply> work) {
  Result<Reply> result = co_await std::move(work);
  call.reply(result ? *result : failure_reply<Reply>(result.error()));
  co_return done;
}

template <WireRequest Request, class Handler>
void RpcService::on(Handler handler) {
  static_assert(program_of<Request>().number != 0);
  check(program_of<Request>() == program_, "a message is registered with its own program");
  on_raw(Request::number, [this, handler = std::move(handler)](RpcConnection& connection, IncomingCall call) {
    Request request;
    if (!decode_front(call.arguments(), request)) return call.reply_error(AcceptStatus::garbage_arguments);
    RpcCaller caller = caller_of(connection, call);
    tasks_->start(answer<typename Request::Reply>(std::move(call), handler(std::move(caller), std::move(request))));
  });
}

template <WireNotice Notice, class Handler>
void RpcService::on(Handler handler) {
  check(Notice::program == program_, "a message is registered with its own program");
  on_raw(Notice::number, [this, handler = std::move(handler)](RpcConnection& connection, IncomingCall call) {
    Notice notice;
    if (!decode_front(call.arguments(), notice)) return;
    tasks_->start(handler(caller_of(connection, call), std::move(notice)));
  });
}

}  // namespace mortar
