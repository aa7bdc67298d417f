// Locks of applications and of the translators above: on all copies that are there, or on none. The first copy decides
// who gets it, so that two that want it at once do not each get a half.
//
//   2 trips: the first copy, then all others at once; giving back and asking 1
#pragma once

#include <type_traits>

#include "translators/replicate/asking.h"

namespace mortar::replicate {

template <class Operation>
concept OfNames = std::is_same_v<Operation, fop::Entrylk> || std::is_same_v<Operation, fop::Fentrylk>;

// A copy that is not there; or that does not have the file, as it is open elsewhere only and has no name any more.
inline bool is_without(const Error& error) { return is_away(error) || is_missing(error); }

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
  // Which lock is in the way, of those that any copy knows: one that was away when it was taken does not.
  Task<fop::Lk::Reply> ask(const Call& call, const fop::Lk& lock);

  Volume& volume_;
  Asking& asking_;
};

template <class Operation>
Task<typename Operation::Reply> LockRequests::perform(const Call& call, const Operation& lock) {
  const Copies up = volume_.up();
  if (up.empty()) co_return failed(ENOTCONN);
  if constexpr (std::is_same_v<Operation, fop::Lk>) {
    const bool asks_only = lock.command == 0;
    if (asks_only) {
      fop::Lk::Reply told = co_await tried(ask(call, lock));
      co_return std::move(told);
    }
  }
  AnswersOf<Operation> answers;
  if (gives_back(lock)) {
    // Leaves that have no connection are told, too: they would take the lock again with the next one.
    answers = co_await tried(asking_.at_each(call, lock, volume_.all()));
  } else {
    Copies left = up;
    answers.assign(volume_.size(), failed(ENOTCONN));
    Result<typename Operation::Reply> first = failed(ENOTCONN);
    while (!first && !left.empty()) {
      const Copy copy = left.front();
      left.remove(copy);
      first = co_await asking_.at(call, lock, copy);
      if (!first && !is_without(first.error())) co_return first.error();
      answers[copy] = first;
      if (!first) continue;
      AnswersOf<Operation> others = co_await tried(asking_.at_each(call, lock, left));
      for (const Copy other : left.list()) answers[other] = std::move(others[other]);
    }
    if (!first) co_return first.error();
  }
  const Copies got = succeeded(answers);
  const Copies refused = up - got;
  Copies gone;
  bool is_taken = false;
  for (const Copy copy : refused.list()) {
    if (is_missing(answers[copy].error())) gone.add(copy);
    is_taken = is_taken || !is_without(answers[copy].error());
  }
  if (!is_taken && !got.empty() && volume_.quorum.is_met(got | gone)) co_return *answers[got.front()];
  if (!gives_back(lock)) {
    const Operation back = as_given_back(lock);
    co_await tried(asking_.at_each(call, back, got));
  }
  co_return error_of(answers);
}

}  // namespace mortar::replicate
