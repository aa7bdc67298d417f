#include "translators/server/session.h"

#include <array>

#include "base/log.h"
#include "translators/server/server.h"
#include "translators/server/squash.h"
#include "translators/server/wire_form.h"
#include "wire/messages/sequences.h"

namespace mortar {

using namespace wire_form;

// Which member serves which procedure, made from the list of operations.
struct OperationTable {
  using Member = void (Session::*)(IncomingCall);
  static constexpr std::size_t size = 57;
  std::array<Member, size> members{};

  constexpr OperationTable() {
    fop::for_each_operation([this]<class Operation>() {
      // No stock server serves PUT; clients take its absence as an answer.
      if constexpr (!std::is_same_v<Operation, fop::Put>) {
        members[Operation::number] = &Session::serve_operation<Operation>;
      }
    });
  }
};

namespace {

constexpr std::uint32_t null_procedure = 0;
constexpr std::uint32_t compound_procedure = 49;

}  // namespace

Session::Session(ProtocolServer& server, RpcConnection& connection)
    : server_(server),
      connection_(&connection),
      peer_(connection.peer()),
      local_(connection.local()),
      descriptors_(server.options().most_descriptors) {}

void Session::incoming(RpcConnection& connection, IncomingCall call) { server_.route(connection, std::move(call)); }

void Session::disconnected(RpcConnection& connection) {
  connection_ = nullptr;
  server_.session_ended(connection, shared_from_this());
}

void Session::tell_of_end() const {
  server_.tell(events::ClientDisconnect::with(client_->uid, peer_.text(), local_.text(), brick_->name()));
}

ClientStatistics Session::statistics() const {
  ClientStatistics statistics;
  statistics.address = peer_.text();
  statistics.name = process_name_;
  if (connection_ != nullptr) {
    statistics.bytes_received = connection_->counters().bytes_received;
    statistics.bytes_sent = connection_->counters().bytes_sent;
  }
  statistics.op_version = client_ ? client_->op_version : 0;
  statistics.descriptors = descriptors_.size();
  return statistics;
}

void Session::serve(IncomingCall call) {
  static constexpr OperationTable table;
  const std::uint32_t procedure = call.procedure();
  if (procedure == null_procedure) return call.reply(CommonReply{});
  if (procedure == compound_procedure) return call.reply_error(AcceptStatus::garbage_arguments);
  if (procedure >= OperationTable::size || table.members[procedure] == nullptr) {
    return call.reply_error(AcceptStatus::procedure_unavailable);
  }
  if (!signed_in()) return call.reply_error(AcceptStatus::garbage_arguments);
  (this->*table.members[procedure])(std::move(call));
}

template <class Operation>
void Session::serve_operation(IncomingCall call) {
  Operation operation;
  if (!decode_front(call.arguments(), operation)) return call.reply_error(AcceptStatus::garbage_arguments);
  if constexpr (requires { operation.data; }) {
    if (operation.data.bytes.size() != operation.size) return call.reply_error(AcceptStatus::garbage_arguments);
  }
  if constexpr (Operation::kind == fop::Kind::release) return release(operation, std::move(call));
  const Result<Done> fit = prepare(operation);
  if (!fit) return call.reply(failure<typename Operation::Reply>(fit.error()));
  TaskSet& tasks = Operation::kind == fop::Kind::lock ? lock_operations_ : operations_;
  Identity identity = call.take_identity();
  tasks.start(perform(std::move(operation), std::move(identity), std::move(call)));
}

template <class Operation>
Result<Done> Session::prepare(Operation& operation) const {
  take_self_by_gfid(operation);
  if (subdirectory_) enter_subdirectory(operation, *subdirectory_);
  Result<Done> fit = find_descriptors(descriptors_, operation);
  if (fit) fit = check_gfids(operation);
  if (fit) fit = check_names(operation);
  return fit;
}

template <class Operation, class Answer>
Task<> Session::perform(Operation operation, Identity identity, Answer answer) {
  using Reply = typename Operation::Reply;
  Call call{std::move(identity), client_};
  const CallsUnderWay::Entry under_way(under_way_, call, Operation::name_of_operation, server_.world().wall_clock());
  squash(server_.options(), *client_, call);
  if (server_.options().manage_gids) {
    Result<std::vector<std::uint32_t>> groups = co_await server_.groups_of(call.uid);
    if (!groups) {
      answer.reply(failure<Reply>(groups.error()));
      co_return done;
    }
    call.groups = std::move(*groups);
  }
  Result<Reply> result = co_await brick_->perform(call, operation);
  if (!result) {
    answer.reply(failure<Reply>(result.error()));
    co_return done;
  }
  if constexpr (requires { result->fd; }) {
    Result<std::int64_t> number = descriptors_.add(result->fd.open, call.pid);
    if (!number) {
      co_await give_back_descriptor(result->fd.open, false);
      answer.reply(failure<Reply>(number.error()));
      co_return done;
    }
    result->fd.remote = *number;
  }
  if (subdirectory_) leave_subdirectory(*result, *subdirectory_);
  answer.reply(*result);
  co_return done;
}

namespace {

// Where the results of a sequence are collected.
struct StepAnswer {
  PerformSequence::Reply* answer;
  bool* has_succeeded;

  template <class Reply>
  void reply(const Reply& result) {
    *has_succeeded = result.op_ret >= 0;
    answer->results.elements.push_back(Slice::own(encode_flat(result)));
  }
};

// Nothing where it is none that goes into a sequence.
template <class... Operations>
std::optional<AnyStep> read_step(const SequenceStep& step, const std::shared_ptr<const Client>& client,
                                 fop::OperationList<Operations...>) {
  Call call{Identity{}, client};
  if (!decode_credential(credential::glusterfs_3, step.credential, call)) return std::nullopt;
  std::optional<AnyStep> read;
  const auto try_as = [&]<class Operation>() {
    if (step.procedure != Operation::number) return false;
    Operation operation;
    if (decode_front(step.arguments, operation) && !waits_for_others(operation)) {
      read = Step<Operation>{.call = std::move(call), .operation = std::move(operation)};
    }
    return true;
  };
  (try_as.template operator()<Operations>() || ...);
  return read;
}

std::optional<Sequence> read_sequence(const Slice& arguments, const std::shared_ptr<const Client>& client) {
  PerformSequence request;
  if (!decode_front(arguments, request)) return std::nullopt;
  const std::vector<SequenceStep>& steps = request.steps.elements;
  if (steps.empty() || steps.size() > PerformSequence::most_steps) return std::nullopt;
  Sequence sequence;
  for (const SequenceStep& step : steps) {
    std::optional<AnyStep> read = read_step(step, client, SequencedOperations{});
    if (!read) return std::nullopt;
    sequence.push_back(std::move(*read));
  }
  return sequence;
}

}  // namespace

void Session::serve_sequence(IncomingCall call) {
  std::optional<Sequence> sequence = signed_in() ? read_sequence(call.arguments(), client_) : std::nullopt;
  if (!sequence) return call.reply_error(AcceptStatus::garbage_arguments);
  operations_.start(perform_in_order(std::move(*sequence), std::move(call)));
}

Task<> Session::perform_in_order(Sequence sequence, IncomingCall call) {
  PerformSequence::Reply reply;
  bool goes_on = true;
  for (AnyStep& step : sequence) {
    co_await tried(std::visit(
        [&]<class Operation>(Step<Operation>& next) {
          StepAnswer answer{&reply, &goes_on};
          if (const Result<Done> fit = prepare(next.operation); !fit) {
            answer.reply(failure<typename Operation::Reply>(fit.error()));
            return ready<Done>(done);
          }
          return perform(std::move(next.operation), static_cast<Identity&&>(next.call), answer);
        },
        step));
    if (!goes_on) break;
  }
  call.reply(reply);
  co_return done;
}

// Answered at once and always with success, as stock does, even where nothing was open.
template <class Operation>
void Session::release(const Operation& operation, IncomingCall call) {
  if (std::shared_ptr<Descriptor> descriptor = descriptors_.take(operation.fd.remote)) {
    operations_.start(give_back_descriptor(std::move(descriptor), false));
  }
  typename Operation::Reply reply;
  reply.xdata.set_present();
  call.reply(reply);
}

Task<> Session::give_back_descriptor(std::shared_ptr<Descriptor> descriptor, bool flush) {
  // As nobody: no owner and no process, which stands for all locks of this client. Nobody is left to hear of a failure.
  const Call call{Identity{}, client_};
  const Fd fd{Fd::anonymous, descriptor};
  if (flush && !descriptor->directory) {
    const fop::Flush operation{descriptor->gfid, fd, {}};
    co_await brick_->perform(call, operation);
  }
  if (descriptor->directory) {
    const fop::Releasedir operation{descriptor->gfid, fd, {}};
    co_await brick_->perform(call, operation);
  } else {
    const fop::Release operation{descriptor->gfid, fd, {}};
    co_await brick_->perform(call, operation);
  }
  co_return done;
}

Task<> Session::give_back() {
  // Who waits for a lock waits in vain. What was granted stays until all has ended that was begun under it: a late
  // change would meet with those of the next owner.
  lock_operations_.cancel();
  if (!signed_in()) co_return done;
  brick_->client_leaves(*client_);
  co_await operations_.finished();
  for (std::shared_ptr<Descriptor>& descriptor : descriptors_.take_all()) {
    co_await give_back_descriptor(std::move(descriptor), true);
  }
  brick_->client_gone(*client_);
  log::info(server_.name(), "closed connection of {} ({})", client_->uid, peer_.text());
  co_return done;
}

}  // namespace mortar
