// The templates of changes.h: how a change goes, from its locks to its answer.
#pragma once

#include "base/log.h"
#include "translators/replicate/changes.h"
#include "wire/lock_domains.h"

namespace mortar::replicate {

// The name that is given, or else taken away.
template <class Operation>
Place place_of(const Operation& change) {
  if constexpr (requires { change.new_parent; }) {
    return {.directory = change.new_parent, .name = change.new_name};
  } else {
    return {.directory = change.parent, .name = change.name};
  }
}

template <class Operation>
Task<typename Operation::Reply> Changes::transact(const Call& call, const Operation& change, Plan plan,
                                                  std::optional<Iatt> touched) {
  Uses uses;
  uses.reserve(plan.size());
  for (Part& part : plan) {
    if constexpr (WithDescriptor<Operation>) part.open = descriptors_.object(change.fd);
    Hold::Use use = co_await tried(holds_.take(call, std::move(part)));
    uses.push_back(std::move(use));
  }
  for (Hold::Use& use : uses) {
    co_await tried(learn(call, use));
  }
  co_await tried(refuse_what_is_removed(call, uses));
  Attempt<Operation> attempt;
  Result<typename Operation::Reply> reply = co_await transact_locked(call, change, uses, touched, attempt);
  if (!reply && !attempt.answers.empty() && !attempt.is_undone) {
    co_await tried(doubt_all(uses));
  }
  if constexpr (std::is_same_v<Operation, fop::Create>) {
    co_await tried(close_others(call, attempt.answers));
  }
  if (reply || reply.error().number() != ENOTCONN) co_return std::move(reply);
  std::vector<Gfid> objects;
  for (const Hold::Use& use : uses) {
    // What is open lives on without a name; what is to be removed may be gone by this change.
    if (use.part().open == nullptr && use.part().slot) objects.push_back(use.part().gfid);
  }
  // Whoever removes one of them may wait for it.
  uses.clear();
  for (const Gfid& gfid : objects) {
    const Result<bool> is_denied = co_await finder_.is_denied(call, gfid);
    if (is_denied && *is_denied) co_return failed(ESTALE);
  }
  co_return std::move(reply);
}

template <class Operation>
Task<typename Operation::Reply> Changes::transact_over(const Call& call, Operation change, Plan names, Place place,
                                                       std::optional<Iatt> there) {
  const auto directory_of = [](const std::optional<Iatt>& object) {
    return object && object->is_directory() ? object->gfid : null_gfid;
  };
  for (;;) {
    const Gfid goes = directory_of(there);
    Plan plan = names;
    if (!goes.is_null()) plan.push_back(emptiness_of(goes));
    change.xdata.set(own_key::directory_that_goes, goes);
    change.xdata.set(own_key::names_locked, own_key::are_locked);
    Result<typename Operation::Reply> reply = co_await transact(call, change, in_order(std::move(plan)), there);
    // What was to go has gone already.
    const bool is_gone = !reply && reply.error().number() == ESTALE && !goes.is_null();
    if (reply || (reply.error().number() != EISDIR && !is_gone)) co_return std::move(reply);
    there = co_await tried(object_named(call, place.directory, place.name));
    if (directory_of(there) == goes) co_return std::move(reply);
  }
}

template <class Operation>
Task<typename Operation::Reply> Changes::transact_locked(const Call& call, const Operation& change, Uses& uses,
                                                         const std::optional<Iatt>& touched,
                                                         Attempt<Operation>& attempt) {
  co_await tried(send(call, change, uses, attempt));
  if (attempt.outcome.is_refused) {
    co_await tried(refuse(call, change, uses, attempt));
  }
  if constexpr (MakesEntry<Operation> || std::is_same_v<Operation, fop::Link>) {
    co_await tried(refuse_in_what_is_removed(call, change, attempt));
  }
  if (!volume_.quorum.is_met(attempt.had)) {
    co_await tried(make_enough_have_it(call, change, uses, attempt));
  } else if constexpr (std::is_same_v<Operation, fop::Link>) {
    co_await tried(refuse_link_of_what_goes(call, change, uses, attempt));
  }
  if (attempt.had == volume_.all()) volume_.note_change_by_all();
  co_await tried(blame_others(call, uses, attempt));
  typename Operation::Reply reply = co_await tried(told(call, change, uses, attempt));
  if (attempt.had != volume_.all()) {
    co_await tried(blame_for_objects(change, reply, touched, attempt.had));
  }
  if constexpr (MakesEntry<Operation>) {
    co_await tried(note_made(change, attempt, reply));
  }
  if constexpr (RemovesName<Operation> || std::is_same_v<Operation, fop::Link>) {
    note_names(change, reply);
  }
  co_return std::move(reply);
}

template <class Operation>
Task<> Changes::send(const Call& call, const Operation& change, Uses& uses, Attempt<Operation>& attempt) {
  if constexpr (WithDescriptor<Operation>) {
    if (!is_open_at_all(change.fd, locked(uses))) {
      co_await tried(open_at_all(call, change.fd, locked(uses)));
    }
  }
  attempt.ready = co_await tried(prepare(call, uses));
  if constexpr (std::is_same_v<Operation, fop::Create> || std::is_same_v<Operation, fop::Mknod>) {
    if (are_told_by_nobody(change.parent, attempt.ready)) {
      co_await tried(let_attributes_be_told(change.parent));
      attempt.ready = co_await tried(prepare(call, uses));
    }
  }
  attempt.asked = attempt.ready & who_found_right(uses);
  std::vector<Task<>> at_once;
  at_once.push_back(ask_all(call, change, attempt.asked, attempt.answers));
  for (Hold::Use& use : uses) {
    // Not of what is being removed meanwhile.
    if (use.part().slot && !use.is_verified()) at_once.push_back(verify(call, use));
  }
  co_await tried(all(std::move(at_once)));
  if constexpr (ChangesContent<Operation>) {
    // Who refuses it has written nothing that could be lost before it is on its disk.
    Copies written = attempt.asked;
    for (const Copy copy : attempt.asked.list()) {
      if (!attempt.answers[copy] && !is_away(attempt.answers[copy].error())) written.remove(copy);
    }
    if (!written.empty()) {
      for (Hold::Use& use : uses) use.note_unstable(written);
    }
  }
  if constexpr (std::is_same_v<Operation, fop::Mkdir>) {
    co_await tried(make_anew_what_is_aside(call, change, uses, attempt));
  }
  attempt.right = co_await tried(right_among(call, uses, attempt.ready));
  if constexpr (RemovesName<Operation>) {
    co_await tried(keep_last_content(call, change, uses, attempt));
    co_await tried(follow_suit(call, change, attempt));
  }
  attempt.outcome = outcome_of(attempt.answers, attempt.right, volume_.quorum);
  if constexpr (ChangesContent<Operation> || ChangesAttributes<Operation>) {
    co_await tried(heed_removal(call, uses, attempt));
  }
  attempt.had = attempt.outcome.had;
  if constexpr (WithDescriptor<Operation>) {
    for (const Copy copy : attempt.outcome.unnamed.list()) {
      co_await tried(descriptors_.open_anew_at(call, change.fd, copy));
    }
  }
  co_return done;
}

template <class Operation>
Task<> Changes::heed_removal(const Call& call, const Uses& uses, Attempt<Operation>& attempt) {
  Outcome& outcome = attempt.outcome;
  const Part& part = uses.front().part();
  const Copies doubting = part.open == nullptr ? outcome.without : outcome.unnamed;
  if (volume_.quorum.is_required() || outcome.had.empty() || doubting.empty()) co_return done;
  const bool is_removed = co_await tried(finder_.is_removed(call, part.gfid));
  if (!is_removed) co_return done;
  if (part.open == nullptr) {
    attempt.is_undone = true;
    co_return failed(ESTALE);
  }
  const Copies had = took_as_much(attempt.answers, outcome.unnamed, outcome.had.front());
  outcome.had = outcome.had | had;
  outcome.missed = outcome.missed - had;
  outcome.unnamed = outcome.unnamed - had;
  co_return done;
}

template <class Operation>
Task<> Changes::follow_suit(const Call& call, const Operation& change, Attempt<Operation>& attempt) {
  AnswersOf<Operation>& answers = attempt.answers;
  Copies yielding;
  for (const Copy copy : attempt.asked.list()) {
    if (!answers[copy] && answers[copy].error().number() == EAGAIN) yielding.add(copy);
  }
  if (yielding.empty() || (succeeded(answers) & attempt.right).empty()) co_return done;
  Operation again = change;
  again.xdata.set(own_key::names_locked, own_key::are_changed_elsewhere);
  AnswersOf<Operation> said = co_await tried(asking_.at_each(call, again, yielding));
  for (const Copy copy : yielding.list()) answers[copy] = std::move(said[copy]);
  co_return done;
}

template <class Operation>
Task<> Changes::keep_last_content(const Call& call, const Operation& change, const Uses& uses,
                                  Attempt<Operation>& attempt) {
  AnswersOf<Operation>& answers = attempt.answers;
  Copies keeping;
  for (const Copy copy : attempt.asked.list()) {
    if (!answers[copy] && answers[copy].error().number() == EBUSY) keeping.add(copy);
  }
  if (keeping.empty() || !change.xdata.has(own_key::unless_it_blames)) co_return done;
  const auto [directory, name] = place_of(change);
  const Locked held(volume_, locked(uses));
  const Copies others = attempt.asked - keeping;
  const Result<Done> kept = co_await finder_.keep_if_it_has_other_names(directory, name, keeping, others, held);
  AnswersOf<Operation> said(volume_.size(), failed(ENOTCONN));
  if (kept) {
    Operation again = change;
    again.xdata.erase(own_key::unless_it_blames);
    said = co_await tried(asking_.at_each(call, again, keeping));
  } else {
    log::warning(volume_.name(), "{} keeps {} in {}, as its content is not on others, and it cannot be kept aside: {}",
                 volume_.names(keeping), name, directory.text(), kept.error().sentence());
  }
  for (const Copy copy : keeping.list()) answers[copy] = std::move(said[copy]);
  co_return done;
}

template <class Operation>
Task<> Changes::refuse_in_what_is_removed(const Call& call, const Operation& change, Attempt<Operation>& attempt) {
  if (volume_.quorum.is_required() || attempt.had.empty() || attempt.outcome.without.empty()) co_return done;
  Gfid directory;
  if constexpr (std::is_same_v<Operation, fop::Link>) {
    directory = change.new_parent;
  } else {
    directory = change.parent;
  }
  const bool is_removed = co_await tried(finder_.is_removed(call, directory));
  if (!is_removed) co_return done;
  co_await tried(take_back(call, change, made_by(change, attempt.answers, attempt.had)));
  attempt.is_undone = true;
  co_return failed(ESTALE);
}

template <class Operation>
Task<> Changes::refuse(const Call& call, const Operation& change, Uses& uses, Attempt<Operation>& attempt) {
  // What a copy says that is behind need not be so, and what it has done all the same is wrong. One that has gone since
  // it was asked may have done it, and counts no more among those that are right.
  Copies may_have = succeeded(attempt.answers);
  for (const Copy copy : attempt.asked.list()) {
    if (!attempt.answers[copy] && is_away(attempt.answers[copy].error())) may_have.add(copy);
  }
  if constexpr (std::is_same_v<Operation, fop::Link>) {
    // With the name gone again nothing is left of it.
    const Copies made = succeeded(attempt.answers);
    const Result<Done> taken_back = co_await take_back(call, change, made);
    if (taken_back) may_have = may_have - made;
  }
  co_await tried(blame_all(uses, may_have));
  attempt.is_undone = true;
  if (is_going(uses, attempt.outcome)) co_return failed(ESTALE);
  co_await tried(refuse_for_what_is_gone(call, uses, attempt));
  Copies know_it = attempt.right;
  if constexpr (std::is_same_v<Operation, fop::Link>) {
    const Copies behind = co_await tried(behind_with(call, change.gfid, attempt.outcome.without));
    if (behind != attempt.right) know_it = attempt.right - behind;
  }
  const Part& part = uses.front().part();
  const Copy refuses = co_await tried(teller(call, part.gfid, attempt.answers, know_it, part.open));
  co_return told_of(attempt.answers, refuses);
}

template <class Operation>
Task<> Changes::refuse_for_what_is_gone(const Call& call, const Uses& uses, const Attempt<Operation>& attempt) {
  const Outcome& outcome = attempt.outcome;
  if (outcome.without.empty() || answer_alike(attempt.answers, outcome.refused, false)) co_return done;
  // A removal is acknowledged by a quorum, which leaves no quorum that has it.
  if (volume_.quorum.is_required() && volume_.quorum.is_met(outcome.refused - outcome.without)) co_return done;
  for (const Hold::Use& use : uses) {
    if (use.part().is_only_a_lock()) continue;
    co_await tried(refuse_if_removed(call, use.part()));
  }
  co_return done;
}

template <class Operation>
Task<> Changes::make_enough_have_it(const Call& call, const Operation& change, Uses& uses,
                                    Attempt<Operation>& attempt) {
  const AnswersOf<Operation>& answers = attempt.answers;
  const Outcome& outcome = attempt.outcome;
  if (is_going(uses, outcome)) {
    attempt.is_undone = true;
    co_return failed(ESTALE);
  }
  const bool is_heard = std::ranges::none_of(
      attempt.asked.list(), [&](Copy copy) { return !answers[copy] && is_away(answers[copy].error()); });
  // Of a link a copy that lacks its object is not the only one to say why.
  const bool is_told_by_most =
      std::is_same_v<Operation, fop::Link> && !outcome.without.empty() && volume_.quorum.is_met(outcome.refused);
  if constexpr (MakesEntry<Operation> || std::is_same_v<Operation, fop::Link>) {
    // Those who only are behind get it from who has it.
    if (is_heard && !is_told_by_most && !outcome.missed.empty()) {
      const Result<Done> taken_back = co_await take_back(call, change, made_by(change, answers, attempt.had));
      attempt.is_undone = taken_back.has_value();
      if constexpr (std::is_same_v<Operation, fop::Link>) {
        co_await tried(refuse_link_to_what_few_have(call, change, attempt));
      }
      if (taken_back) co_return error_of(answers);
    }
  }
  if (volume_.quorum.is_met(outcome.refused)) {
    co_await tried(undo_for_those_who_refuse(call, uses, attempt));
  }
  // Who was behind, or had no such thing, may get what came of it from those who have it; not who refused it. Whoever
  // lacks the object of a link may have seen it removed.
  if (!attempt.had.empty()) {
    const Copies lacking = std::is_same_v<Operation, fop::Link> ? Copies() : outcome.without;
    const Copies behind = (attempt.ready - attempt.right) | lacking;
    const Copies alike = co_await tried(catch_up(uses, attempt.had, behind));
    attempt.had = attempt.had | alike;
  }
  if (!volume_.quorum.is_met(attempt.had)) co_return half_done(error_of(answers), outcome);
  co_return done;
}

template <class Operation>
Task<> Changes::undo_for_those_who_refuse(const Call& call, Uses& uses, Attempt<Operation>& attempt) {
  const Copies refused = attempt.outcome.refused;
  const Part& part = uses.front().part();
  const Copy refuses = co_await tried(teller(call, part.gfid, attempt.answers, refused, part.open));
  const Copies alike = co_await tried(catch_up(uses, refused, attempt.ready - refused));
  co_await tried(blame_all(uses, attempt.ready - refused - alike));
  attempt.is_undone = true;
  co_return told_of(attempt.answers, refuses);
}

template <class Operation>
Task<> Changes::blame_others(const Call& call, Uses& uses, Attempt<Operation>& attempt) {
  const Outcome& outcome = attempt.outcome;
  const Copies unnamed =
      outcome.unnamed.empty() ? Copies() : took_as_much(attempt.answers, outcome.unnamed, outcome.had.front());
  attempt.had = co_await tried(with_unnamed(call, uses, attempt.had, unnamed));
  // Copies that are behind do not blame the last one that is not: then all would be blamed.
  co_await tried(right_among(call, uses, attempt.had));
  co_await tried(blame_all(uses, attempt.ready - attempt.had));
  co_await tried(right_among(call, uses, attempt.had));
  co_return done;
}

template <class Operation>
Task<typename Operation::Reply> Changes::told(const Call& call, const Operation& change, const Uses& uses,
                                              const Attempt<Operation>& attempt) {
  const Part& part = uses.front().part();
  // With a quorum enough of them know that it was removed.
  Copies had = attempt.outcome.had;
  if (!volume_.quorum.is_required()) had = who_tell(attempt.answers, had);
  const Copy tells = co_await tried(teller(call, part.gfid, attempt.answers, had, part.open));
  typename Operation::Reply reply = *attempt.answers[tells];
  if constexpr (requires { reply.after; }) {
    co_await tried(tell_size(call, part.gfid, attempt.answers, had, tells, part.open, reply));
  }
  if constexpr (requires { reply.iatt; }) {
    bool is_new = false;
    if constexpr (MakesEntry<Operation>) is_new = is_made_by(change, reply);
    if (!is_new) {
      co_await tried(tell_attributes<Operation>(call, attempt.answers, had, reply.iatt));
    }
  }
  co_return std::move(reply);
}

template <class Operation>
Task<> Changes::blame_for_objects(const Operation& change, const typename Operation::Reply& reply,
                                  std::optional<Iatt> touched, Copies had) {
  if constexpr (std::is_same_v<Operation, fop::Unlink> || std::is_same_v<Operation, fop::Rename>) {
    // A copy that was lost meanwhile has not been reckoned with.
    if (!touched) touched = removed_object(reply.xdata);
  }
  co_await tried(blame_for_names(touched, had));
  if constexpr (std::is_same_v<Operation, fop::Link> || std::is_same_v<Operation, fop::Rename>) {
    co_await tried(blame_for_names(reply.iatt, had));
  }
  if constexpr (MakesEntry<Operation>) {
    if (is_made_by(change, reply)) {
      co_await tried(blame_for_new(reply.iatt, had));
    }
  }
  co_return done;
}

template <class Operation>
Task<> Changes::note_made(const Operation& change, Attempt<Operation>& attempt, typename Operation::Reply& reply) {
  if (is_made_by(change, reply)) {
    const Copies had = attempt.outcome.had;
    const Copies alike = co_await tried(blame_for_inherited(reply.iatt, change.parent, had));
    note_new(reply, had, alike);
  }
  if constexpr (requires { reply.fd; }) reply.fd = descriptor_of(change, reply.iatt.gfid, attempt.answers);
  co_return done;
}

template <class Operation>
void Changes::note_names(const Operation& change, const typename Operation::Reply& reply) {
  if constexpr (std::is_same_v<Operation, fop::Rename>) {
    // Two names of one file both stay.
    const bool has_moved = reply.iatt.is_directory() || reply.iatt.links == 1;
    if (has_moved) note_gone_from(change.old_parent, change.old_name);
    note_made_in(change.new_parent);
  } else if constexpr (std::is_same_v<Operation, fop::Link>) {
    note_made_in(change.new_parent);
  } else {
    note_gone_from(change.parent, change.name);
  }
}

// What is remembered of copies that answer differently may be from before a change by somebody else: it is asked for.
template <class Reply>
Task<Copy> Changes::teller(const Call& call, Gfid gfid, const std::vector<Result<Reply>>& answers, Copies had,
                           std::shared_ptr<OpenObject> open) {
  // An arbiter knows neither sizes nor what else comes of them.
  const Copies full = had & volume_.with_data();
  if (!full.empty()) had = full;
  if (answer_alike(answers, had, true)) {
    if (had.count() > 1) volume_.common_times.agree();
    co_return volume_.choose(gfid, had);
  }
  if (!volume_.common_times && answer_alike(answers, had, false)) co_return volume_.choose(gfid, had);
  volume_.forget(gfid);
  const Result<Readable> readable = co_await finder_.readable(call, gfid);
  if (!readable) {
    const std::optional<Copy> of_both =
        co_await tried(blameless_one(call, gfid, had, {.content = true, .attributes = true}, open));
    if (of_both) co_return *of_both;
    const std::optional<Copy> of_attributes =
        co_await tried(blameless_one(call, gfid, had, {.attributes = true}, open));
    co_return of_attributes.value_or(volume_.choose(gfid, had));
  }
  const Copies right = readable->data & readable->metadata & had;
  if (right == had && answer_alike(answers, had, false)) volume_.common_times.differ();
  if (!right.empty()) co_return volume_.choose(gfid, right);
  co_return volume_.choose(gfid, (readable->metadata & had).empty() ? had : readable->metadata & had);
}

template <class Reply>
Task<> Changes::tell_size(const Call& call, Gfid gfid, const std::vector<Result<Reply>>& answers, Copies had,
                          Copy tells, std::shared_ptr<OpenObject> open, Reply& reply) {
  const auto is_same_size = [&](Copy copy) {
    return answers[copy]->before.size == reply.before.size && answers[copy]->after.size == reply.after.size;
  };
  const Copies full = had & volume_.with_data();
  if (!reply.after.is_regular() || std::ranges::all_of(full.list(), is_same_size)) co_return done;
  const Result<Readable> readable = co_await finder_.readable(call, gfid);
  Copies right;
  if (readable) {
    right = readable->data & full;
  } else {
    const std::optional<Copy> one = co_await tried(blameless_one(call, gfid, full, {.content = true}, open));
    if (one) right.add(*one);
  }
  if (right.empty() || right.has(tells)) co_return done;
  const Reply& of_content = *answers[volume_.choose(gfid, right)];
  const auto take_over = [](const Iatt& from, Iatt& to) {
    to.size = from.size;
    to.blocks = from.blocks;
  };
  take_over(of_content.before, reply.before);
  take_over(of_content.after, reply.after);
  co_return done;
}

template <class Operation>
Task<> Changes::tell_attributes(const Call& call, const AnswersOf<Operation>& answers, Copies had, Iatt& iatt) {
  const Gfid gfid = iatt.gfid;
  const bool are_same = std::ranges::all_of(
      had.list(), [&](Copy copy) { return are_alike(answers[copy]->iatt, iatt, bool(volume_.common_times)); });
  if (are_same) co_return done;
  // What is remembered may be from before a change by somebody else.
  volume_.forget(gfid);
  const Result<Readable> right = co_await finder_.readable(call, gfid);
  if (!right) co_return done;  // it is new, or being removed
  const auto with_it = [&](Copies copies) {
    Copies alike;
    for (const Copy copy : (copies & had).list()) {
      if (answers[copy]->iatt.gfid == gfid) alike.add(copy);
    }
    return alike;
  };
  const Copies of_metadata = with_it(right->metadata);
  const Copies of_content = with_it(right->data);
  const Copies of_both = of_metadata & of_content;
  const Copies told = of_both.empty() ? of_metadata : of_both;
  if (!told.empty()) iatt = answers[volume_.choose(gfid, told)]->iatt;
  if (!of_content.empty()) iatt.size = answers[volume_.choose(gfid, of_content)]->iatt.size;
  co_return done;
}

template <class Operation>
Task<> Changes::take_back(const Call& call, const Operation& change, Copies copies) {
  Place made = place_of(change);
  co_await tried(
      remove_from(call, made.directory, std::move(made.name), std::is_same_v<Operation, fop::Mkdir>, copies));
  co_return done;
}

template <class Operation>
Copies Changes::made_by(const Operation& change, const AnswersOf<Operation>& answers, Copies copies) {
  if constexpr (MakesEntry<Operation>) {
    for (const Copy copy : copies.list()) {
      if (change.xdata.has("gfid-req") && !is_made_by(change, *answers[copy])) copies.remove(copy);
    }
  }
  return copies;
}

template <MakesEntry Operation>
Task<typename Operation::Reply> Changes::perform(const Call& call, const Operation& change) {
  typename Operation::Reply reply = co_await tried(transact(call, change, plan_of(change)));
  note_made_in(change.parent);
  if constexpr (std::is_same_v<Operation, fop::Mkdir>) {
    volume_.named_directories.put({change.parent, change.name}, reply.iatt.gfid);
  }
  co_return std::move(reply);
}

template <class Reply>
void Changes::note_new(const Reply& reply, Copies had, Copies alike) {
  const bool is_directory = reply.iatt.is_directory();
  volume_.remember(reply.iatt.gfid, {.data = is_directory ? had : had & volume_.with_data(),
                                     .metadata = alike & volume_.with_data(),
                                     .arbiters = alike - volume_.with_data()});
}

template <class Operation>
Task<typename Operation::Reply> Changes::make_stable(const Call& call, const Operation& fsync) {
  AnswersOf<Operation> answers = co_await tried(asking_.at_each(call, fsync, volume_.up()));
  const Copies had = succeeded(answers);
  // Where the file has no name any more and is not open, nobody will miss it.
  Copies without;
  for (const Copy copy : (volume_.up() - had).list()) {
    if (is_missing(answers[copy].error())) without.add(copy);
  }
  if (had.empty() || !volume_.quorum.is_met(had | without)) co_return error_of(answers);
  holds_.note_stable(fsync.gfid, had);
  const std::shared_ptr<OpenObject> open = descriptors_.object(fsync.fd);
  const Copy tells = co_await tried(teller(call, fsync.gfid, answers, had, open));
  typename Operation::Reply reply = *answers[tells];
  if constexpr (requires { reply.after; }) {
    co_await tried(tell_size(call, fsync.gfid, answers, had, tells, open, reply));
  }
  co_return std::move(reply);
}

}  // namespace mortar::replicate
