// What came of a change that was sent to several copies at once.
#pragma once

#include <algorithm>
#include <optional>

#include "translators/replicate/asking.h"

namespace mortar::replicate {

struct Outcome {
  Copies had;      // who has the change
  Copies missed;   // who was asked and has not
  // Nobody has it, and all for one reason of the change itself: nothing has happened.
  bool is_refused = false;
};

// A copy that took in less than another has missed something.
template <class Reply>
Outcome outcome_of(const std::vector<Result<Reply>>& answers, Copies asked) {
  Outcome outcome;
  std::int32_t most = 0;
  for (const Copy copy : asked.list()) {
    if (answers[copy]) most = std::max(most, answers[copy]->op_ret);
  }
  std::optional<int> reason;
  bool is_alike = true;
  for (const Copy copy : asked.list()) {
    if (answers[copy] && answers[copy]->op_ret == most) {
      outcome.had.add(copy);
      continue;
    }
    outcome.missed.add(copy);
    const int number = answers[copy] ? 0 : answers[copy].error().number();
    is_alike = is_alike && number != 0 && number != ENOTCONN && (!reason || *reason == number);
    reason = number;
  }
  outcome.is_refused = outcome.had.empty() && is_alike;
  return outcome;
}

}  // namespace mortar::replicate
