// How a file operation becomes a request and its reply a result, once for all operations (part of remote.h). What does
// not depend on the operation's type is in exchange.cpp.
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
inline constexpr bool is_lock = is_one_of<Operation, fop::Lk, fop::Inodelk, fop::Finodelk, fop::Entrylk, fop::Fentrylk>;

template <class Operation>
bool takes_lock(const Operation& operation) {
  if constexpr (is_one_of<Operation, fop::Lk, fop::Inodelk, fop::Finodelk>) {
    return operation.command != 0 && operation.type != Flock::unlock;
  } else {
    return operation.command != 1;
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

}  // namespace detail

template <class Operation>
Task<typename Operation::Reply> Remote::perform(const Call& call, const Operation& operation) {
  if constexpr (Operation::kind == fop::Kind::release) {
    // Nobody waits for it: what was not released is when the connection ends.
    if (operation.fd.open) release(operation.fd.open);
    return ready<typename Operation::Reply>(typename Operation::Reply{});
  } else {
    if constexpr (std::same_as<Operation, fop::Flush>) {
      // Nobody's locks are given back: the brick has nothing to do.
      if (call.lock_owner.empty()) return ready<typename Operation::Reply>(typename Operation::Reply{});
      locks_.flushed(operation.gfid, call.lock_owner);
    }
    if constexpr (std::same_as<Operation, fop::Lk>) {
      // Whether the brick hears of it or not: nobody takes it again.
      if (operation.command != 0 && operation.type == Flock::unlock) locks_.changed(call, operation);
    }
    if constexpr (detail::is_lock<Operation>) {
      if (detail::takes_lock(operation)) return send_lock(call, operation);
    }
    return send(call, operation);
  }
}

template <class Operation>
Task<typename Operation::Reply> Remote::send(const Call& call, const Operation& operation) {
  Request request{Operation::number,
                  Operation::kind,
                  Operation::name_of_operation,
                  call,
                  &operation,
                  &Remote::write_down<Operation>};
  return receive(request, operation);
}

// The arguments, with the numbers that open files have on the present connection.
template <class Operation>
Result<Done> Remote::write_down(const Remote& remote, const void* operation_address, Encoder& out) {
  const auto& operation = *static_cast<const Operation*>(operation_address);
  Result<Done> numbered = done;
  for_each_field(operation, [&](auto field) {
    if constexpr (std::same_as<decltype(field.value), const Fd&>) {
      const Result<std::int64_t> number = remote.number_of(field.value, detail::goes_without_open<Operation>);
      if (!number && numbered) numbered = std::unexpected(number.error());
      encode(out, number.value_or(0));
    } else {
      encode(out, field.value);
    }
  });
  return numbered;
}

template <class Operation>
Task<typename Operation::Reply> Remote::receive(Request request, const Operation& operation) {
  const Slice bytes = co_await tried(exchange(request));
  co_return read_answer(request.call, operation, bytes);
}

template <class Operation>
Result<typename Operation::Reply> Remote::read_answer(const Call& call, const Operation& operation,
                                                      const Slice& bytes) {
  typename Operation::Reply reply;
  if (!decode_front(bytes, reply)) return std::unexpected(unreadable(Operation::name_of_operation));
  if (reply.op_ret < 0) return std::unexpected(failure(reply, std::move(reply.xdata)));
  if constexpr (std::same_as<Operation, fop::Read>) {
    const auto size = static_cast<std::size_t>(reply.op_ret);
    if (reply.data.bytes.size() < size) return std::unexpected(unreadable(Operation::name_of_operation));
    reply.data.bytes = reply.data.bytes.part(0, size);
  }
  note_effect(call, operation, reply);
  return reply;
}

// After some operations the client knows more than before.
template <class Operation>
void Remote::note_effect(const Call& call, const Operation& operation, typename Operation::Reply& reply) {
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
    if (reply) {
      co_await unlock(call, operation);
    }
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
