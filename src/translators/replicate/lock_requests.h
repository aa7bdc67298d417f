// Locks of applications and of the translators above: on all copies that are there, or on none. The first copy decides
// who gets it, so that two that want it at once do not each get a half.
//
//   2 trips: the first copy, then all others at once; giving back 1
#pragma once

#include <type_traits>

#include "translators/replicate/asking.h"

namespace mortar::replicate {

template <class Operation>
concept OfNames = std::is_same_v<Operation, fop::Entrylk> || std::is_same_v<Operation, fop::Fentrylk>;

template <class Operation>
bool gives_back(const Operation& lock) {
  if constexpr (OfNames<Operation>) {
    return lock.command == 1;
  } else {
    return lock.flock.type == Flock::unlock;
  }
}

template <class Operation>
Operation as_given_back(const Operation& lock) {
  Operation back = lock;
  if constexpr (OfNames<Operation>) {
    back.command = 1;
  } else {
    back.command = 1;
    back.type = back.flock.type = Flock::unlock;
  }
  return back;
}

class LockRequests {
 public:
  // Both outlive this.
  LockRequests(Volume& volume, Asking& asking) : volume_(volume), asking_(asking) {}

  template <class Operation>
  Task<typename Operation::Reply> perform(const Call& call, const Operation& lock);

 private:
  Volume& volume_;
  Asking& asking_;
};

template <class Operation>
Task<typename Operation::Reply> LockRequests::perform(const Call& call, const Operation& lock) {
  const Copies up = volume_.up();
  if (up.empty()) co_return failed(ENOTCONN);
  bool asks_only = false;
  if constexpr (std::is_same_v<Operation, fop::Lk>) asks_only = lock.command == 0;
  if (asks_only) {
    typename Operation::Reply reply = co_await tried(asking_.at(call, lock, up.front()));
    co_return std::move(reply);
  }
  AnswersOf<Operation> answers;
  if (gives_back(lock)) {
    answers = co_await tried(asking_.at_each(call, lock, up));
  } else {
    Copies left = up;
    Result<typename Operation::Reply> first = failed(ENOTCONN);
    while (!first && is_away(first.error()) && !left.empty()) {
      const Copy copy = left.front();
      left.remove(copy);
      first = co_await asking_.at(call, lock, copy);
      if (!first && !is_away(first.error())) co_return first.error();
      if (!first) continue;
      answers = co_await tried(asking_.at_each(call, lock, left));
      answers[copy] = std::move(first);
      first = *answers[copy];
    }
    if (!first) co_return first.error();
  }
  const Copies got = succeeded(answers);
  const Copies refused = up - got;
  const bool is_taken = std::ranges::any_of(refused.list(), [&](Copy copy) { return !is_away(answers[copy].error()); });
  if (!is_taken && volume_.quorum.is_met(got)) co_return *answers[got.front()];
  if (!gives_back(lock)) {
    const Operation back = as_given_back(lock);
    co_await tried(asking_.at_each(call, back, got));
  }
  co_return error_of(answers);
}

}  // namespace mortar::replicate
