// What came of a change that was sent to several copies at once.
#pragma once

#include <algorithm>

#include "translators/replicate/asking.h"

namespace mortar::replicate {

struct Outcome {
  Copies had;      // who has the change
  Copies missed;   // who was asked and has not
  Copies refused;  // of these: has said so
  Copies without;  // of these: has no such object, by now
  // All have said that they do not do it: nothing has happened.
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
  for (const Copy copy : asked.list()) {
    if (answers[copy] && answers[copy]->op_ret == most) {
      outcome.had.add(copy);
      continue;
    }
    outcome.missed.add(copy);
    if (answers[copy] || is_away(answers[copy].error())) continue;
    outcome.refused.add(copy);
    if (is_missing(answers[copy].error())) outcome.without.add(copy);
  }
  outcome.is_refused = outcome.refused == asked;
  return outcome;
}

}  // namespace mortar::replicate
