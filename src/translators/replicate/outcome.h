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
  Copies unnamed;  // of those who missed it: took it into a file without a name, where others have one
  // All have said that they do not do it: nothing has happened.
  bool is_refused = false;
};

// A file that has lost its last name there, and lives on in descriptors only.
template <class Reply>
bool is_nameless(const Reply& reply) {
  if constexpr (requires { reply.after.links; }) {
    return !reply.after.gfid.is_null() && reply.after.links == 0;
  } else if constexpr (requires { reply.iatt.links; }) {
    return !reply.iatt.gfid.is_null() && reply.iatt.links == 0;
  } else {
    return false;
  }
}

// A file that has one there.
template <class Reply>
bool has_name(const Reply& reply) {
  if constexpr (requires { reply.iatt.links; }) {
    return reply.iatt.links > 0;
  } else {
    return false;
  }
}

// The object that an answer is about where a name was given; null where an answer does not say it.
template <class Reply>
Gfid object_of(const Reply& reply) {
  if constexpr (requires { reply.iatt; }) {
    return reply.iatt.gfid;
  } else {
    return {};
  }
}

// That which most of them have.
template <class Reply>
Gfid object_of_most(const std::vector<Result<Reply>>& answers, Copies copies) {
  Gfid object;
  // Writes are many, and their answers do not say it.
  if constexpr (!requires(const Reply& reply) { reply.iatt; }) return object;
  std::ptrdiff_t most = 0;
  const std::vector<Copy> having = (copies & succeeded(answers)).list();
  for (const Copy copy : having) {
    const Gfid here = object_of(*answers[copy]);
    const auto count = std::ranges::count_if(having, [&](Copy other) { return object_of(*answers[other]) == here; });
    if (count > most) object = here;
    most = std::max(most, count);
  }
  return object;
}

// Of these copies, those that took in as much as `other`.
template <class Reply>
Copies took_as_much(const std::vector<Result<Reply>>& answers, Copies copies, Copy other) {
  for (const Copy copy : copies.list()) {
    if (answers[copy]->op_ret != answers[other]->op_ret) copies.remove(copy);
  }
  return copies;
}

// Of these copies, those to be heard: where some have it without a name, who finds one has missed that it was removed.
template <class Reply>
Copies who_tell(const std::vector<Result<Reply>>& answers, Copies had) {
  Copies nameless;
  for (const Copy copy : had.list()) {
    if (is_nameless(*answers[copy])) nameless.add(copy);
  }
  return nameless.empty() ? had : nameless;
}

// A copy that took in less than another has missed something. So has one that took it into a file without a name while
// others have one, unless a quorum has none: a heal may make the file anew there. And one that has opened another
// object of that name.
template <class Reply>
Outcome outcome_of(const std::vector<Result<Reply>>& answers, Copies asked, const Quorum& quorum) {
  Outcome outcome;
  std::int32_t most = 0;
  Copies named, nameless, lacking;
  const Gfid object = object_of_most(answers, asked);
  for (const Copy copy : asked.list()) {
    if (!answers[copy]) {
      if (is_missing(answers[copy].error()) || is_closed(answers[copy].error())) lacking.add(copy);
      continue;
    }
    most = std::max(most, answers[copy]->op_ret);
    (is_nameless(*answers[copy]) ? nameless : named).add(copy);
  }
  const bool has_name = quorum.is_met(named) || !(named.empty() || quorum.is_met(nameless | lacking));
  for (const Copy copy : asked.list()) {
    const bool is_whole = answers[copy] && answers[copy]->op_ret == most && object_of(*answers[copy]) == object;
    if (is_whole && (named.has(copy) || !has_name)) {
      outcome.had.add(copy);
      continue;
    }
    outcome.missed.add(copy);
    if (nameless.has(copy)) outcome.unnamed.add(copy);
    if (answers[copy] || is_away(answers[copy].error())) continue;
    outcome.refused.add(copy);
    if (is_missing(answers[copy].error())) outcome.without.add(copy);
  }
  outcome.is_refused = !asked.empty() && outcome.refused == asked;
  return outcome;
}

}  // namespace mortar::replicate
