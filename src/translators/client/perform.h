// How a file operation becomes a request and its reply a result, once for all operations (part of remote.h).
#pragma once

#include <concepts>

#include "translators/client/remote.h"

namespace mortar {

namespace detail {

template <class Operation, class... Others>
inline constexpr bool is_one_of = (std::same_as<Operation, Others> || ...);

// Those that a brick can perform by gfid alone while the file is not open there.
template <class Operation>
inline constexpr bool goes_without_open =
    is_one_of<Operation, fop::Read, fop::Write, fop::Fsync, fop::Fxattrop, fop::Finodelk, fop::CopyFileRange>;

template <class Operation>
bool takes_lock(const Operation& operation) {
  if constexpr (is_one_of<Operation, fop::Lk, fop::Inodelk, fop::Finodelk>) {
    return operation.command != 0 && operation.type != Flock::unlock;
  } else if constexpr (is_one_of<Operation, fop::Entrylk, fop::Fentrylk>) {
    return operation.command != 1;
  } else {
    return false;
  }
}

// The operation that gives back what this one takes.
template <class Operation>
void turn_into_unlock(Operation& operation) {
  operation.command = 1;
  if constexpr (is_one_of<Operation, fop::Lk, fop::Inodelk, fop::Finodelk>) {
    operation.type = Flock::unlock;
    operation.flock.type = Flock::unlock;
  }
}

template <class Operation>
inline constexpr bool is_lock = is_one_of<Operation, fop::Lk, fop::Inodelk, fop::Finodelk, fop::Entrylk, fop::Fentrylk>;

}  // namespace detail

template <class Operation>
Task<typename Operation::Reply> Remote::perform(const Call& call, const Operation& operation) {
  if constexpr (Operation::kind == fop::Kind::release) {
    // Nobody waits for it: what was not released is when the connection ends.
    if (operation.fd.open) release(operation.fd.open);
    return ready<typename Operation::Reply>(typename Operation::Reply{});
  } else {
    if constexpr (std::same_as<Operation, fop::Flush>) locks_.flushed(operation.gfid, call.lock_owner);
    if constexpr (detail::is_lock<Operation>) {
      if (detail::takes_lock(operation)) return send_lock(call, operation);
    }
    return send(call, operation);
  }
}

template <class Operation>
Task<typename Operation::Reply> Remote::send(const Call& call, const Operation& operation) {
  if (!connection_ && !decided_.is_set()) {
    co_await decided_.wait();
  }
  if (!connection_) co_return failed(ENOTCONN);
  constexpr bool by_gfid = detail::goes_without_open<Operation>;
  Result<typename Operation::Reply> reply;
  if constexpr (requires { operation.fd; }) {
    Operation numbered = operation;
    co_await tried(number_fd(numbered.fd, by_gfid));
    reply = co_await exchange(connection_, call, numbered);
  } else if constexpr (requires { operation.fd_in; }) {
    Operation numbered = operation;
    co_await tried(number_fd(numbered.fd_in, by_gfid));
    co_await tried(number_fd(numbered.fd_out, by_gfid));
    reply = co_await exchange(connection_, call, numbered);
  } else {
    reply = co_await exchange(connection_, call, operation);
  }
  co_return std::move(reply);
}

template <class Operation>
Task<typename Operation::Reply> Remote::exchange(Connection connection, const Call& call, const Operation& operation) {
  using Reply = typename Operation::Reply;
  watch(connection);
  InFlight in_flight(world_.now());
  // A lock may be waited for as long as its holder likes.
  if constexpr (Operation::kind != fop::Kind::lock) in_flight_.push(in_flight);
  Result<Reply> answer = failed(ENOTCONN);
  if (options_.send_gids) {
    answer = co_await connection->call(operation, call, credential::glusterfs_3);
  } else {
    Identity identity = call;
    identity.groups.clear();
    answer = co_await connection->call(operation, identity, credential::glusterfs_3);
  }
  in_flight.unlink();
  Result<Reply> reply = judge<Operation>(std::move(answer));
  if (reply) note_success(call, operation, *reply);
  co_return std::move(reply);
}

template <class Operation>
Result<typename Operation::Reply> Remote::judge(Result<typename Operation::Reply> reply) const {
  if (!reply) {
    if (reply.error().number() != EPROTO) return reply;
    log::error(section_.name, "the answer to {} cannot be read", Operation::name_of_operation);
    return failed(EIO);
  }
  if (reply->op_ret < 0) {
    const int number = reply->op_errno > 0 ? reply->op_errno : EIO;
    if (reply->xdata.empty()) return failed(number);
    return std::unexpected(Error(number, std::make_shared<const Dictionary>(std::move(reply->xdata))));
  }
  if constexpr (std::same_as<Operation, fop::Read>) {
    const auto size = static_cast<std::size_t>(reply->op_ret);
    if (reply->data.bytes.size() < size) {
      log::error(section_.name, "a READ of {} bytes came with {}", size, reply->data.bytes.size());
      return failed(EIO);
    }
    reply->data.bytes = reply->data.bytes.part(0, size);
  }
  return reply;
}

template <class Operation>
void Remote::note_success([[maybe_unused]] const Call& call, const Operation& operation,
                          [[maybe_unused]] typename Operation::Reply& reply) {
  if constexpr (std::same_as<Operation, fop::Open>) {
    opened(reply.fd, operation.gfid, operation.flags, false);
  } else if constexpr (std::same_as<Operation, fop::Opendir>) {
    opened(reply.fd, operation.gfid, 0, true);
  } else if constexpr (std::same_as<Operation, fop::Create>) {
    opened(reply.fd, reply.iatt.gfid, operation.flags, false);
  } else if constexpr (std::same_as<Operation, fop::Lk>) {
    if (operation.command != 0) locks_.changed(call, operation);
  }
}

// The request outlives whoever waits for it: a grant that nobody waits for any more is given back, else nobody would.
template <class Operation>
Task<typename Operation::Reply> Remote::send_lock(const Call& call, const Operation& operation) {
  using Reply = typename Operation::Reply;
  struct Waiting {
    Remote& remote;
    const Call& call;
    const Operation& operation;
    std::shared_ptr<LockWaiter<Reply>> waiter = std::make_shared<LockWaiter<Reply>>();
    ~Waiting() {
      waiter->abandoned = true;
      if (waiter->granted) remote.tasks_.start(remote.unlock(call, operation));
    }
  };
  Waiting waiting{*this, call, operation};
  tasks_.start(lock_apart(call, operation, waiting.waiter));
  Result<Reply> reply = co_await waiting.waiter->completion.wait();
  waiting.waiter->granted = false;
  co_return std::move(reply);
}

template <class Operation>
Task<> Remote::lock_apart(Call call, Operation operation,
                          std::shared_ptr<LockWaiter<typename Operation::Reply>> waiter) {
  Result<typename Operation::Reply> reply = co_await send(call, operation);
  if (waiter->abandoned) {
    if (reply) co_await unlock(call, operation);
    co_return done;
  }
  waiter->granted = reply.has_value();
  waiter->completion.complete(std::move(reply));
  co_return done;
}

template <class Operation>
Task<> Remote::unlock(Call call, Operation operation) {
  detail::turn_into_unlock(operation);
  Result<typename Operation::Reply> reply = co_await send(call, operation);
  if (!reply) log::debug(section_.name, "a lock that nobody wants is not given back: {}", reply.error().sentence());
  co_return done;
}

}  // namespace mortar
