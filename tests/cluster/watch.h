// Stands on top of a client's graph and shows a checker every operation that was answered.
#pragma once

#include "operation_log.h"
#include "totals.h"
#include "translator/intercept.h"
#include "volume_under_test.h"

namespace mortar::sim {

namespace detail {

// Those that a RandomUser asks for; all others pass.
template <class Derived>
using WatchAll = mortar::detail::InterceptAll<Derived, WatchedOperations>;

}  // namespace detail

template <class Checker>
class Watch final : public detail::WatchAll<Watch<Checker>> {
  using Base = detail::WatchAll<Watch<Checker>>;

 public:
  using Base::perform;
  Watch(std::size_t index, VolumeUnderTest& volume, Checker& checker, OperationLog& log)
      : Base("watch"), index_(index), volume_(volume), checker_(checker), log_(log) {
    this->add_child(volume.client(index).top());
  }

  template <class Operation>
  Task<typename Operation::Reply> around(const Call& call, const Operation& operation) {
    using Reply = typename Operation::Reply;
    const Instant begun = volume_.simulation().now();
    const std::uint64_t begin = checker_.begins();
    Call timed = call;
    timed.time = volume_.client(index_).world().wall_clock();
    Result<Reply> reply = co_await this->next().perform(timed, operation);
    ++totals().calls;
    log_.ended(begun, volume_.simulation().now(), index_, operation, reply);
    checker_.saw(index_, begin, timed, operation, reply);
    co_return std::move(reply);
  }

 private:
  const std::size_t index_;
  VolumeUnderTest& volume_;
  Checker& checker_;
  OperationLog& log_;
};

}  // namespace mortar::sim
