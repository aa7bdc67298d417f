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

// A file that has lost its last name there, and lives on in descriptors only.
template <class Reply>
bool is_nameless(const Reply& reply) {
  if constexpr (requires { reply.after.links; }) {
    return !reply.after.gfid.is_null() && reply.after.links == 0;
  } else {
    return false;
  }
}

// A copy that took in less than another has missed something. So has one that took it into a file without a name where
// a quorum has one: a heal makes the file anew there.
template <class Reply>
Outcome outcome_of(const std::vector<Result<Reply>>& answers, Copies asked, const Quorum& quorum) {
  Outcome outcome;
  std::int32_t most = 0;
  Copies named;
  for (const Copy copy : asked.list()) {
    if (!answers[copy]) continue;
    most = std::max(most, answers[copy]->op_ret);
    if (!is_nameless(*answers[copy])) named.add(copy);
  }
  for (const Copy copy : asked.list()) {
    const bool is_whole = answers[copy] && answers[copy]->op_ret == most;
    if (is_whole && (named.has(copy) || !quorum.is_met(named))) {
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
