// One RPC connection: calls go out and come in over the same stream.
//
// Outgoing: call() resumes with the result; many calls may be outstanding, answers come in any order. A cancelled call
// is forgotten, its late answer dropped. When the connection ends, whatever is outstanding fails with ENOTCONN; the
// connection never reconnects. notify() sends a call that nobody answers.
//
// Incoming: run() reads until the end and hands every call to the RpcHandler, which answers through the IncomingCall
// now or later, in any order, also after the connection is gone (then the answer is dropped).
//
// Nothing is copied for convenience: arguments, results and payloads are slices of the record, which was read into one
// buffer. All that is queued in one turn of the loop leaves in one write. Limits keep a peer from taking our memory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/event.h"
#include "base/task.h"
#include "base/task_set.h"
#include "runtime/network.h"
#include "wire/record_reader.h"
#include "wire/rpc_message.h"

namespace mortar {

class RpcConnection;

struct RpcLimits {
  std::size_t record = std::size_t{128} << 20;         // the largest record that is accepted
  std::size_t requests = 64;                           // calls of the peer that are not answered yet
  std::size_t lock_requests = 4096;                    // the same for lock operations, which may wait for others
  std::size_t request_bytes = std::size_t{128} << 20;  // records of calls that are not answered yet
  std::size_t queued_bytes = std::size_t{64} << 20;    // waiting to be written; above it nothing more is read
};

struct RpcCounters {
  std::uint64_t calls_sent = 0;
  std::uint64_t calls_received = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
};

// How to reach a connection that may have gone.
class RpcLink {
 public:
  // Null once the connection is destroyed.
  RpcConnection* connection() const { return connection_; }

 private:
  friend class RpcConnection;
  RpcConnection* connection_ = nullptr;
};

// A call of the peer that waits for its answer. Destroyed unanswered, it stays so.
class IncomingCall {
 public:
  IncomingCall(IncomingCall&&) noexcept = default;
  IncomingCall& operator=(IncomingCall&& other) noexcept;
  ~IncomingCall() { release(); }

  Program program() const { return header_.program; }
  std::uint32_t procedure() const { return header_.procedure; }
  const Identity& identity() const { return header_.identity; }
  Identity take_identity() { return std::move(header_.identity); }
  const Slice& arguments() const { return arguments_; }
  const std::shared_ptr<RpcLink>& link() const { return link_; }

  // Each answers and may be called once.
  template <Described Reply>
  void reply(const Reply& result) {
    Encoder out = begin_reply();
    encode(out, result);
    send(std::move(out));
  }
  void reply(std::vector<Slice> result);
  void reply_error(AcceptStatus status);
  void deny(Refusal refusal, std::uint32_t reason);

 private:
  friend class RpcConnection;
  IncomingCall(std::shared_ptr<RpcLink> link, CallHeader header, Slice arguments, std::size_t size);
  Encoder begin_reply() const;
  void send(Encoder out, std::vector<Slice> more = {});
  void release();
  bool is_lock() const;

  std::shared_ptr<RpcLink> link_;  // null once answered or moved from
  CallHeader header_;
  Slice arguments_;
  std::size_t size_;  // of the record
};

class RpcHandler {
 public:
  virtual ~RpcHandler() = default;
  virtual void incoming(RpcConnection& connection, IncomingCall call) = 0;
  // Once, when nothing more will come in.
  virtual void disconnected(RpcConnection&) {}
};

// A call in parts, for those who have no described message.
struct RpcCall {
  Program program;
  std::uint32_t procedure = 0;
  std::uint32_t flavour = credential::glusterfs_2;
  Identity identity;
  std::vector<Slice> arguments;
};

class RpcConnection {
 public:
  // The handler may be null (calls of the peer are then refused) and must outlive the connection.
  explicit RpcConnection(std::unique_ptr<Stream> stream, RpcHandler* handler = nullptr, RpcLimits limits = {});
  RpcConnection(const RpcConnection&) = delete;
  RpcConnection& operator=(const RpcConnection&) = delete;
  ~RpcConnection();

  // Reads and dispatches until the stream ends: done at a clean end or close(), else why it broke (EPROTO for bytes
  // that are not RPC). To be run once; without it no answer arrives.
  Task<> run();
  // Ends the connection from our side; outstanding calls fail.
  void close();
  bool closed() const { return closed_; }

  // The result of a procedure that ran. ENOTCONN: the connection is gone; EOPNOTSUPP: the peer has no such program or
  // procedure; EACCES: the credential was refused; EPROTO: other refusals. Nothing is sent before the task is awaited.
  Task<Slice> call(RpcCall call);
  // The same for described messages; EPROTO where the result does not decode.
  template <WireRequest Request>
  Task<typename Request::Reply> call(const Request& request, const Identity& identity = {},
                                     std::uint32_t flavour = credential::glusterfs_2) {
    Encoder out = begin_call(program_of<Request>(), Request::number, identity, flavour);
    encode(out, request);
    return finish_call<typename Request::Reply>(std::move(out));
  }

  // One way: own counter of xids, no credential. Dropped where the connection is closed.
  template <WireNotice Notice>
  void notify(const Notice& notice) {
    Encoder out = begin_notice(Notice::program, Notice::number);
    encode(out, notice);
    send_notice(std::move(out));
  }
  void notify(Program program, std::uint32_t procedure, std::vector<Slice> arguments);

  // Resumes once all that was queued has been written, or the connection has ended.
  Task<> flushed();

  // A client that reconnects goes on counting where the last connection stopped.
  std::uint32_t next_xid() const { return next_xid_; }
  void set_next_xid(std::uint32_t xid) { next_xid_ = xid; }

  void set_handler(RpcHandler* handler) { handler_ = handler; }
  void set_limits(const RpcLimits& limits);
  const Address& local() const { return stream_->local(); }
  const Address& peer() const { return stream_->peer(); }
  std::optional<std::uint32_t> peer_uid() const { return stream_->peer_uid(); }
  const RpcCounters& counters() const { return counters_; }
  std::size_t outstanding_calls() const { return outstanding_; }
  const std::shared_ptr<RpcLink>& link() const { return link_; }

 private:
  friend class IncomingCall;
  struct PendingCall;

  static Encoder begin_call(Program program, std::uint32_t procedure, const Identity& identity, std::uint32_t flavour);
  static Encoder begin_notice(Program program, std::uint32_t procedure);
  void send_notice(Encoder out, std::vector<Slice> more = {});
  // Sends the record and waits for the result.
  Task<Slice> exchange(Encoder out, std::vector<Slice> more);
  template <class Reply>
  Task<Reply> finish_call(Encoder out) {
    Slice result = co_await tried(exchange(std::move(out), {}));
    Reply reply;
    if (!decode_front(std::move(result), reply)) co_return failed(EPROTO, "the peer's answer does not decode");
    co_return reply;
  }

  Task<> read_all();
  Result<Done> dispatch(Slice record);
  void dispatch_call(RecordKind kind, IncomingCall call);
  void dispatch_reply(const ReplyHeader& header, Slice result);

  // The record starts with room for its mark. Answers (and notices) count against queued_bytes, our own calls do not:
  // a peer that reads slowly must not keep us from reading its answers.
  void send_record(Encoder out, std::vector<Slice> more, bool answer);
  Task<> write_all();

  void add_pending(PendingCall& pending);
  void remove_pending(PendingCall& pending);
  void grow_pending();
  void fail_pending();

  bool may_read() const;
  IncomingCall begin_request(CallHeader header, Slice arguments, std::size_t size);
  void request_ended(bool lock, std::size_t size);

  std::shared_ptr<RpcLink> link_ = std::make_shared<RpcLink>();
  RpcHandler* handler_;
  RpcLimits limits_;
  RpcCounters counters_;
  bool closed_ = false;

  RecordReader reader_;  // its memory outlives the stream
  std::unique_ptr<Stream> stream_;

  std::uint32_t next_xid_ = 2;
  std::uint32_t next_notice_xid_ = 1;
  std::vector<PendingCall*> pending_;  // by xid modulo its size, a power of two
  std::size_t outstanding_ = 0;

  std::size_t requests_ = 0;
  std::size_t lock_requests_ = 0;
  std::size_t request_bytes_ = 0;
  WaitList reader_waiting_;

  std::vector<Slice> queue_;
  std::size_t queued_answers_ = 0;  // bytes, with what is being written
  bool writing_ = false;
  WaitList writer_waiting_;
  WaitList flush_waiting_;
  TaskSet writer_;
};

}  // namespace mortar
