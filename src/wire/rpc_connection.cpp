#include "wire/rpc_connection.h"

#include <fmt/format.h>

#include "wire/file_operations.h"

namespace mortar {

namespace {

constexpr std::size_t xid_at = record_mark_size;
constexpr std::size_t first_pending_slots = 64;
// How far notices may overrun the limit of the queue before the peer is given up.
constexpr std::size_t notice_slack = 2;

// Operations that may wait for another client: counted apart, else blocked locks could keep an unlock from being read.
bool is_lock_request(Program program, std::uint32_t procedure) {
  if (program != programs::operations) return false;
  switch (procedure) {
    case fop::Lk::number:
    case fop::Inodelk::number:
    case fop::Finodelk::number:
    case fop::Entrylk::number:
    case fop::Fentrylk::number: return true;
    default: return false;
  }
}

Encoder start_record() {
  Encoder out;
  out.put_u32(0);
  return out;
}

Error refused(const ReplyHeader& header) {
  if (header.denied) {
    return Error(EACCES, header.refusal == Refusal::authentication ? "the peer refused the credential"
                                                                   : "the peer speaks another version of RPC");
  }
  const bool missing = header.status == AcceptStatus::program_unavailable ||
                       header.status == AcceptStatus::program_mismatch ||
                       header.status == AcceptStatus::procedure_unavailable;
  return Error(missing ? EOPNOTSUPP : EPROTO, fmt::format("the peer refused the call: {}", text_of(header.status)));
}

}  // namespace

// ---- incoming calls

IncomingCall::IncomingCall(std::shared_ptr<RpcLink> link, CallHeader header, Slice arguments, std::size_t size)
    : link_(std::move(link)), header_(std::move(header)), arguments_(std::move(arguments)), size_(size) {}

IncomingCall& IncomingCall::operator=(IncomingCall&& other) noexcept {
  release();
  link_ = std::move(other.link_);
  header_ = std::move(other.header_);
  arguments_ = std::move(other.arguments_);
  size_ = other.size_;
  return *this;
}

bool IncomingCall::is_lock() const { return is_lock_request(header_.program, header_.procedure); }

void IncomingCall::release() {
  std::shared_ptr<RpcLink> link = std::move(link_);
  if (link && link->connection() != nullptr) link->connection()->request_ended(is_lock(), size_);
}

Encoder IncomingCall::begin_reply() const {
  Encoder out = start_record();
  encode_reply(out, ReplyHeader{.xid = header_.xid});
  return out;
}

void IncomingCall::send(Encoder out, std::vector<Slice> more) {
  check(link_ != nullptr, "a call is answered once");
  if (RpcConnection* connection = link_->connection()) connection->send_record(std::move(out), std::move(more), true);
  release();
}

void IncomingCall::reply(std::vector<Slice> result) { send(begin_reply(), std::move(result)); }

void IncomingCall::reply_error(AcceptStatus status) {
  Encoder out = start_record();
  encode_reply(out, ReplyHeader{.xid = header_.xid, .status = status});
  send(std::move(out));
}

void IncomingCall::deny(Refusal refusal, std::uint32_t reason) {
  Encoder out = start_record();
  encode_reply(out, ReplyHeader{.xid = header_.xid, .denied = true, .refusal = refusal, .reason = reason});
  send(std::move(out));
}

// ---- life

RpcConnection::RpcConnection(std::unique_ptr<Stream> stream, RpcHandler* handler, RpcLimits limits)
    : handler_(handler), limits_(limits), reader_(limits.record), stream_(std::move(stream)) {
  link_->connection_ = this;
  pending_.resize(first_pending_slots);
  writer_.start(write_all());
}

RpcConnection::~RpcConnection() {
  link_->connection_ = nullptr;
  fail_pending();
}

void RpcConnection::set_limits(const RpcLimits& limits) {
  limits_ = limits;
  reader_.set_limit(limits.record);
  reader_waiting_.move_to(ready_queue());
}

void RpcConnection::close() {
  if (closed_) return;
  closed_ = true;
  stream_->shut_down();
  fail_pending();
  queue_.clear();
  reader_waiting_.move_to(ready_queue());
  writer_waiting_.move_to(ready_queue());
  flush_waiting_.move_to(ready_queue());
}

// ---- reading

Task<> RpcConnection::run() {
  Result<Done> end = co_await read_all();
  if (closed_) end = done;
  close();
  if (handler_ != nullptr) handler_->disconnected(*this);
  co_return end;
}

Task<> RpcConnection::read_all() {
  while (!closed_) {
    const std::size_t size = co_await tried(stream_->read(reader_.space()));
    if (size == 0 && !reader_.idle()) co_return failed(ECONNRESET, "the connection ended inside a record");
    if (size == 0) co_return done;
    counters_.bytes_received += size;
    reader_.filled(size);
    for (;;) {
      while (!closed_ && !may_read()) {
        co_await Queued(reader_waiting_);
      }
      if (closed_) co_return done;
      std::optional<Slice> record = co_await tried(reader_.next());
      if (!record) break;
      co_await tried(dispatch(std::move(*record)));
    }
  }
  co_return done;
}

Result<Done> RpcConnection::dispatch(Slice record) {
  const std::size_t size = record.size();
  Decoder in(std::move(record));
  CallHeader call;
  ReplyHeader reply;
  const RecordKind kind = decode_header(in, call, reply);
  if (kind == RecordKind::malformed) return failed(EPROTO, "a record that is not RPC arrived");
  if (kind == RecordKind::reply) {
    dispatch_reply(reply, in.get_rest());
  } else {
    dispatch_call(kind, begin_request(std::move(call), in.get_rest(), size));
  }
  return done;
}

void RpcConnection::dispatch_call(RecordKind kind, IncomingCall call) {
  ++counters_.calls_received;
  if (kind == RecordKind::bad_version) return call.deny(Refusal::rpc_version, 2);
  if (kind == RecordKind::bad_credential) return call.deny(Refusal::authentication, 1);
  if (handler_ == nullptr) return call.reply_error(AcceptStatus::program_unavailable);
  handler_->incoming(*this, std::move(call));
}

IncomingCall RpcConnection::begin_request(CallHeader header, Slice arguments, std::size_t size) {
  ++(is_lock_request(header.program, header.procedure) ? lock_requests_ : requests_);
  request_bytes_ += size;
  return IncomingCall(link_, std::move(header), std::move(arguments), size);
}

bool RpcConnection::may_read() const {
  return requests_ < limits_.requests && lock_requests_ < limits_.lock_requests &&
         request_bytes_ < limits_.request_bytes && queued_answers_ < limits_.queued_bytes;
}

void RpcConnection::request_ended(bool lock, std::size_t size) {
  --(lock ? lock_requests_ : requests_);
  request_bytes_ -= size;
  if (may_read()) reader_waiting_.move_to(ready_queue());
}

// ---- outgoing calls

// Lives in the frame of whoever waits for the answer.
struct RpcConnection::PendingCall {
  RpcConnection* connection = nullptr;  // null once answered
  std::uint32_t xid = 0;
  std::optional<Result<Slice>> result;
  WaitList waiting;

  PendingCall() = default;
  PendingCall(const PendingCall&) = delete;
  PendingCall& operator=(const PendingCall&) = delete;
  ~PendingCall() {
    if (connection != nullptr) connection->remove_pending(*this);
  }
  void complete(Result<Slice> answer) {
    connection = nullptr;
    result.emplace(std::move(answer));
    waiting.move_to(ready_queue());
  }
};

Encoder RpcConnection::begin_call(Program program, std::uint32_t procedure, const Identity& identity,
                                  std::uint32_t flavour) {
  Encoder out = start_record();
  encode_call(out, 0, program, procedure, flavour, identity);
  return out;
}

Task<Slice> RpcConnection::call(RpcCall call) {
  return exchange(begin_call(call.program, call.procedure, call.identity, call.flavour), std::move(call.arguments));
}

Task<Slice> RpcConnection::exchange(Encoder out, std::vector<Slice> more) {
  if (closed_) co_return failed(ENOTCONN);
  PendingCall pending;
  add_pending(pending);
  out.patch_u32(xid_at, pending.xid);
  ++counters_.calls_sent;
  send_record(std::move(out), std::move(more), false);
  co_await Queued(pending.waiting);
  co_return std::move(*pending.result);  // the connection may be gone by now
}

void RpcConnection::dispatch_reply(const ReplyHeader& header, Slice result) {
  PendingCall* pending = pending_[header.xid & (pending_.size() - 1)];
  if (pending == nullptr || pending->xid != header.xid) return;  // cancelled meanwhile, or never asked
  remove_pending(*pending);
  if (header.denied || header.status != AcceptStatus::success) {
    pending->complete(std::unexpected(refused(header)));
  } else {
    pending->complete(std::move(result));
  }
}

// A call that has been waiting for long keeps its place; the numbers that would fall on it are left out.
void RpcConnection::add_pending(PendingCall& pending) {
  if (outstanding_ * 2 >= pending_.size()) grow_pending();
  while (pending_[next_xid_ & (pending_.size() - 1)] != nullptr) ++next_xid_;
  pending.connection = this;
  pending.xid = next_xid_++;
  pending_[pending.xid & (pending_.size() - 1)] = &pending;
  ++outstanding_;
}

void RpcConnection::remove_pending(PendingCall& pending) {
  pending_[pending.xid & (pending_.size() - 1)] = nullptr;
  --outstanding_;
}

// Numbers that differed modulo the old size differ modulo the new one.
void RpcConnection::grow_pending() {
  std::vector<PendingCall*> larger(pending_.size() * 2);
  for (PendingCall* pending : pending_) {
    if (pending != nullptr) larger[pending->xid & (larger.size() - 1)] = pending;
  }
  pending_ = std::move(larger);
}

void RpcConnection::fail_pending() {
  for (PendingCall*& place : pending_) {
    if (PendingCall* pending = std::exchange(place, nullptr)) pending->complete(failed(ENOTCONN));
  }
  outstanding_ = 0;
}

// ---- notices

Encoder RpcConnection::begin_notice(Program program, std::uint32_t procedure) {
  return begin_call(program, procedure, {}, credential::none);
}

void RpcConnection::notify(Program program, std::uint32_t procedure, std::vector<Slice> arguments) {
  send_notice(begin_notice(program, procedure), std::move(arguments));
}

void RpcConnection::send_notice(Encoder out, std::vector<Slice> more) {
  // A peer that never reads would let notices pile up: nobody waits for them.
  if (queued_answers_ > limits_.queued_bytes * notice_slack) return close();
  out.patch_u32(xid_at, next_notice_xid_++);
  send_record(std::move(out), std::move(more), true);
}

// ---- writing

void RpcConnection::send_record(Encoder out, std::vector<Slice> more, bool answer) {
  if (closed_) return;
  std::size_t size = out.size_with_payload();
  for (const Slice& slice : more) size += slice.size();
  check(size - record_mark_size < last_fragment, "a record fits into one fragment");
  out.patch_u32(0, last_fragment | static_cast<std::uint32_t>(size - record_mark_size));
  out.take_into(queue_);
  for (Slice& slice : more) {
    if (!slice.empty()) queue_.push_back(std::move(slice));
  }
  if (answer) queued_answers_ += size;
  counters_.bytes_sent += size;
  writer_waiting_.move_to(ready_queue());
}

// What is queued until the writer's turn comes leaves together.
Task<> RpcConnection::write_all() {
  while (!closed_) {
    while (queue_.empty() && !closed_) {
      co_await Queued(writer_waiting_);
    }
    if (closed_) break;
    std::vector<Slice> batch = std::exchange(queue_, {});
    const std::size_t answers = queued_answers_;
    writing_ = true;
    Result<Done> written = co_await stream_->write(std::move(batch));
    writing_ = false;
    queued_answers_ -= answers;
    if (!written) close();
    if (may_read()) reader_waiting_.move_to(ready_queue());
    if (queue_.empty()) flush_waiting_.move_to(ready_queue());
  }
  co_return done;
}

Task<> RpcConnection::flushed() {
  while (!closed_ && (writing_ || !queue_.empty())) {
    co_await Queued(flush_waiting_);
  }
  co_return done;
}

}  // namespace mortar
