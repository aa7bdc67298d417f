// Everything that modifies: lock, mark, change, blame, answer; and settle, later.
//
//   1. the object is locked on all copies that are there, and they are a quorum;
//   2. they have a mark of the change under way where it is needed, and blame the copies that are not there;
//   3. the change goes to all of them; a copy that fails where others have it is blamed by these. A copy that is
//      behind with the names, or the attributes, the change is about, is made alike in these before; else it takes no
//      part, and what it says is not heard: it may speak of another object;
//   4. only then the answer;
//   5. the marks of the change under way go, then the locks, when the hold ends (holds.h).
//
//   1 trip for a change under a kept lock; of a file that is not locked yet 2 (lock and mark, write; where bricks do
//   not know sequences 3), of names and attributes with all copies there 2 (lock, change); a new file is locked when it
//   is made
#pragma once

#include <utility>

#include "translators/replicate/alike.h"
#include "translators/replicate/finder.h"
#include "translators/replicate/outcome.h"
#include "translators/replicate/plans.h"
#include "wire/own_keys.h"

namespace mortar::replicate {

class Changes {
 public:
  // All outlive this.
  Changes(Volume& volume, Asking& asking, Holds& holds, Finder& finder, Descriptors& descriptors)
      : volume_(volume), asking_(asking), holds_(holds), finder_(finder), descriptors_(descriptors) {}

  template <class Operation>
  requires(ChangesContent<Operation> ||
           ChangesAttributes<Operation>) Task<typename Operation::Reply> perform(const Call& call,
                                                                                 const Operation& change) {
    return transact(call, change, plan_of(change));
  }
  template <MakesEntry Operation>
  Task<typename Operation::Reply> perform(const Call& call, const Operation& change);
  Task<fop::Changed> perform(const Call& call, const fop::Unlink& unlink);
  Task<fop::Made> perform(const Call& call, const fop::Link& link);
  // The directory is locked, so that nobody puts anything into it meanwhile. Which it is need not be asked for where a
  // brick finds out that it is another one.
  Task<fop::Changed> perform(const Call& call, const fop::Rmdir& rmdir);
  Task<fop::Rename::Reply> perform(const Call& call, const fop::Rename& rename);
  void closed(const Gfid& gfid) { holds_.closed(gfid); }
  // What was written is on the disks of a quorum, or it fails.
  template <class Operation>
  Task<typename Operation::Reply> make_stable(const Call& call, const Operation& fsync);

 private:
  using Uses = std::vector<Hold::Use>;
  // What has come of a change so far.
  template <class Operation>
  struct Attempt {
    AnswersOf<Operation> answers;  // none, before any copy has been asked
    bool is_undone = false;        // it has not happened, or copies on which it has are blamed
  };

  // `touched`: what else it changes, by taking a name of it away.
  template <class Operation>
  Task<typename Operation::Reply> transact(const Call& call, const Operation& change, Plan plan,
                                           std::optional<Iatt> touched = {});
  // The same where a directory goes that stands under that name: it is locked as a whole. Where that is another one by
  // the time that the names are locked, bricks of ours refuse, and that one is locked.
  template <class Operation>
  Task<typename Operation::Reply> transact_over(const Call& call, Operation change, Plan names, Place place,
                                                std::optional<Iatt> there);
  template <class Operation>
  Task<typename Operation::Reply> transact_locked(const Call& call, const Operation& change, Uses& uses,
                                                  const std::optional<Iatt>& touched, Attempt<Operation>& attempt);
  template <class Operation>
  static Copies made_by(const Operation& change, const AnswersOf<Operation>& answers, Copies copies);
  // `there`: what the name is taken for.
  Task<fop::Changed> remove_directory(const Call& call, const fop::Rmdir& rmdir, std::optional<Iatt> there);
  // What too few copies have made goes again: its name is locked.
  template <class Operation>
  Task<> take_back(const Call& call, const Operation& change, Copies copies);
  template <class Operation>
  Task<> ask_all(const Call& call, const Operation& change, Copies copies, AnswersOf<Operation>& answers) {
    if constexpr (std::is_same_v<Operation, fop::Create>) {
      if (copies == volume_.all() && volume_.options.eager_lock && change.xdata.gfid("gfid-req")) {
        co_await tried(holds_.create(call, change, answers));
        co_return done;
      }
    }
    answers = co_await tried(asking_.at_each(call, change, copies));
    co_return done;
  }
  // Who is behind, as the copies said with the lock.
  Task<> learn(const Call& call, Hold::Use& use);
  // Where they did not, once for each lock, beside the change: which copies others have blamed meanwhile.
  Task<> verify(const Call& call, Hold::Use& use);
  Task<Copies> mark(Uses& uses);
  Task<> verify_all(const Call& call, Uses& uses);
  // Marked, and with copies that are behind brought to where the change can begin: those to send it to.
  Task<Copies> prepare(const Call& call, Uses& uses);
  Task<Copies> prepare_once(const Call& call, Uses& uses);
  // Of these copies those on which the change means what it means for users: whose names, or attributes, are what they
  // should be. Bytes are written whatever was there. An error where no copy is right.
  Task<Copies> right_among(const Call& call, const Uses& uses, Copies copies);
  Task<Copies> right_for(const Call& call, const Part& part, Copies copies);
  // What the change is about is made on copies that are behind what it is on others: who could be made so. Before the
  // change, of those to send it to, and after it.
  static bool can_catch_up(const Part& part);
  // What has to be empty to be removed only copies know that are not behind with it.
  Copies who_found_right(const Uses& uses) const;
  Task<Copies> begin_alike(const Call& call, Uses& uses, Copies copies);
  Task<Copies> catch_up(const Uses& uses, Copies sources, Copies behind);
  // By use: whose names, or attributes, are what they are on those that are right, `alike`.
  Task<std::vector<Copies>> make_alike(const Uses& uses, std::vector<Copies> alike, Copies copies);
  Task<> blame_all(Uses& uses, Copies copies);
  // Which copies have it is not noted: a heal has to look.
  Task<> doubt_all(Uses& uses);
  Task<> remove_from(const Call& call, Gfid parent, std::string name, bool is_directory, Copies copies);
  // A new object on some of the copies only: these say that the others lack all of it.
  Task<> blame_for_new(const Iatt& made, Copies had);
  // A new object has its group, the bits of its mode and its lists of access from its directory: not where that is
  // behind with these. Those where the new object is as it should be, of those that have it.
  Task<Copies> blame_for_inherited(const Iatt& made, Gfid parent, Copies had);
  // Who has noted it, or has no such object any more.
  Task<Copies> blame_for_attributes(Gfid gfid, Copies missing, Copies had);
  // An object that is not removed, as it has other names: how many it has and when it was changed some copies now have
  // wrong, also where they are asked by another name.
  Task<> blame_for_names(const std::optional<Iatt>& object, Copies had);
  // The copy that is right may be the first to lose the name of a file that is just being removed: what it took into
  // that file it has, as the others have.
  Task<Copies> with_unnamed(const Call& call, const Uses& uses, Copies had, Copies unnamed);
  // Those that only lack the object as they are behind with it: what they say of a link to it is not so.
  Task<Copies> behind_with(const Call& call, Gfid gfid, Copies without);
  template <class Reply>
  void note_new(const Reply& reply, Copies had, Copies alike);
  // Whoever has made something there may be about to make more.
  void note_made_in(const Gfid& directory);
  // Of copies that have opened this object; one that is behind may have opened another.
  Fd descriptor_of(const fop::Create& create, const Gfid& gfid, AnswersOf<fop::Create>& answers);
  // What has been opened and is not in a descriptor.
  Task<> close_others(const Call& call, AnswersOf<fop::Create>& answers);
  // What has lost a name and has others, as a brick of ours tells it.
  static std::optional<Iatt> removed_object(const Dictionary& xdata);
  // Nothing where there is none.
  Task<std::optional<Iatt>> object_named(const Call& call, Gfid parent, std::string name);

  // Of an object that was there before, as the copies tell it that are right as to the object.
  template <class Operation>
  Task<> tell_attributes(const Call& call, const AnswersOf<Operation>& answers, Copies had, Iatt& iatt);

  // A copy that lacks a directory altogether says so of what others only do not find in it.
  template <class Reply>
  static Error told_of(const std::vector<Result<Reply>>& answers, Copy refuses) {
    const auto finds_nothing = [](const Result<Reply>& answer) { return !answer && answer.error().number() == ENOENT; };
    const auto found = std::ranges::find_if(answers, finds_nothing);
    const Error& error = answers[refuses].error();
    return error.number() == ESTALE && found != answers.end() ? found->error() : error;
  }
  static Copies locked(const Uses& uses);
  // Too few copies have it, and some do, or may: what says that nothing has happened would be a lie.
  Error half_done(Error error, const Outcome& outcome) const;
  // Whose answer is told: of a copy that is right, for one that is behind answers of what was before.
  // `open`: what it was about, where that is open here; may be null.
  template <class Reply>
  Task<Copy> teller(const Call& call, Gfid gfid, const std::vector<Result<Reply>>& answers, Copies had,
                    std::shared_ptr<OpenObject> open);

  Volume& volume_;
  Asking& asking_;
  Holds& holds_;
  Finder& finder_;
  Descriptors& descriptors_;
};

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
    Result<typename Operation::Reply> reply = co_await transact(call, change, in_order(std::move(plan)), there);
    if (reply || reply.error().number() != EISDIR) co_return std::move(reply);
    there = co_await tried(object_named(call, place.directory, place.name));
    if (directory_of(there) == goes) co_return std::move(reply);
  }
}

template <class Operation>
Task<typename Operation::Reply> Changes::transact_locked(const Call& call, const Operation& change, Uses& uses,
                                                         const std::optional<Iatt>& touched,
                                                         Attempt<Operation>& attempt) {
  AnswersOf<Operation>& answers = attempt.answers;
  const Copies ready = co_await tried(prepare(call, uses));
  const Copies asked = ready & who_found_right(uses);
  if constexpr (ChangesContent<Operation>) {
    for (Hold::Use& use : uses) use.note_unstable(asked);
  }
  std::vector<Task<>> at_once;
  at_once.push_back(ask_all(call, change, asked, answers));
  for (Hold::Use& use : uses) {
    // Not of what is being removed meanwhile.
    if (use.part().slot && !use.is_verified()) at_once.push_back(verify(call, use));
  }
  co_await tried(all(std::move(at_once)));
  const Copies right = co_await tried(right_among(call, uses, ready));
  const Outcome outcome = outcome_of(answers, right, volume_.quorum);
  if constexpr (WithDescriptor<Operation>) {
    for (const Copy copy : outcome.unnamed.list()) {
      co_await tried(descriptors_.open_anew_at(call, change.fd, copy));
    }
  }
  // Somebody removes it at this moment, or has.
  const bool is_of_object = uses.front().part().kind != LockKind::entries;
  const bool is_gone = is_of_object && volume_.quorum.is_met(outcome.without);
  if (outcome.is_refused) {
    // What a copy says that is behind need not be so, and what it has done all the same is wrong.
    co_await tried(blame_all(uses, succeeded(answers)));
    attempt.is_undone = true;
    if (is_gone) co_return failed(ESTALE);
    const Part& part = uses.front().part();
    Copies know_it = right;
    if constexpr (std::is_same_v<Operation, fop::Link>) {
      const Copies behind = co_await tried(behind_with(call, change.gfid, outcome.without));
      if (behind != right) know_it = right - behind;
    }
    const Copy refuses = co_await tried(teller(call, part.gfid, answers, know_it, part.open));
    co_return told_of(answers, refuses);
  }
  Copies had = outcome.had;
  if (!volume_.quorum.is_met(had)) {
    if (is_gone) {
      attempt.is_undone = true;
      co_return failed(ESTALE);
    }
    const bool is_heard =
        std::ranges::none_of(asked.list(), [&](Copy copy) { return !answers[copy] && is_away(answers[copy].error()); });
    // The object of a link may be made where it is behind with all of it.
    const bool can_be_made = std::is_same_v<Operation, fop::Link> && !had.empty() && !outcome.without.empty();
    if constexpr (MakesEntry<Operation> || std::is_same_v<Operation, fop::Link>) {
      // Those who only are behind get it from who has it.
      if (is_heard && !can_be_made && !outcome.missed.empty()) {
        const Result<Done> taken_back = co_await take_back(call, change, made_by(change, answers, had));
        attempt.is_undone = taken_back.has_value();
        if (taken_back) co_return error_of(answers);
      }
    }
    // Enough copies say that they do not do it: it has not happened, and who did it is behind.
    if (volume_.quorum.is_met(outcome.refused)) {
      const Copy refuses =
          co_await tried(teller(call, uses.front().part().gfid, answers, outcome.refused, uses.front().part().open));
      const Error reason = told_of(answers, refuses);
      const Copies alike = co_await tried(catch_up(uses, outcome.refused, ready - outcome.refused));
      co_await tried(blame_all(uses, ready - outcome.refused - alike));
      attempt.is_undone = true;
      co_return reason;
    }
    // Who was behind, or had no such thing, may get what came of it from those who have it; not who refused it.
    if (!had.empty()) {
      const Copies alike = co_await tried(catch_up(uses, had, (ready - right) | outcome.without));
      had = had | alike;
    }
    if (!volume_.quorum.is_met(had)) co_return half_done(error_of(answers), outcome);
  }
  Copies unnamed = outcome.unnamed;
  for (const Copy copy : unnamed.list()) {
    if (answers[copy]->op_ret != answers[outcome.had.front()]->op_ret) unnamed.remove(copy);
  }
  had = co_await tried(with_unnamed(call, uses, had, unnamed));
  // Copies that are behind do not blame the last one that is not: then all would be blamed.
  co_await tried(right_among(call, uses, had));
  co_await tried(blame_all(uses, ready - had));
  co_await tried(right_among(call, uses, had));
  const Copy told =
      co_await tried(teller(call, uses.front().part().gfid, answers, outcome.had, uses.front().part().open));
  typename Operation::Reply reply = *answers[told];
  if constexpr (requires { reply.iatt; }) {
    bool is_new = false;
    if constexpr (MakesEntry<Operation>) is_new = change.xdata.gfid("gfid-req") == reply.iatt.gfid;
    if (!is_new) {
      co_await tried(tell_attributes<Operation>(call, answers, outcome.had, reply.iatt));
    }
  }
  if (had != volume_.all()) {
    std::optional<Iatt> changed_beside = touched;
    if constexpr (std::is_same_v<Operation, fop::Unlink> || std::is_same_v<Operation, fop::Rename>) {
      // A copy that was lost meanwhile has not been reckoned with.
      if (!changed_beside) changed_beside = removed_object(reply.xdata);
    }
    co_await tried(blame_for_names(changed_beside, had));
    if constexpr (std::is_same_v<Operation, fop::Link> || std::is_same_v<Operation, fop::Rename>) {
      co_await tried(blame_for_names(reply.iatt, had));
    }
    if constexpr (MakesEntry<Operation>) {
      co_await tried(blame_for_new(reply.iatt, had));
    }
  }
  if constexpr (MakesEntry<Operation>) {
    if (change.xdata.gfid("gfid-req") == reply.iatt.gfid) {
      const Copies alike = co_await tried(blame_for_inherited(reply.iatt, change.parent, outcome.had));
      note_new(reply, outcome.had, alike);
    }
    if constexpr (requires { reply.fd; }) reply.fd = descriptor_of(change, reply.iatt.gfid, answers);
  }
  co_return std::move(reply);
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
  // A file that is open and has no name any more.
  for (Copies left = readable || open == nullptr ? Copies() : had; !left.empty();) {
    const Copy copy = volume_.choose(gfid, left);
    left.remove(copy);
    const Result<bool> is_blameless =
        co_await finder_.is_blameless(call, gfid, copy, {.content = true, .attributes = true}, open);
    if (is_blameless && *is_blameless) co_return copy;
  }
  if (!readable) co_return volume_.choose(gfid, had);
  const Copies right = readable->data & readable->metadata & had;
  if (right == had && answer_alike(answers, had, false)) volume_.common_times.differ();
  if (!right.empty()) co_return volume_.choose(gfid, right);
  co_return volume_.choose(gfid, (readable->metadata & had).empty() ? had : readable->metadata & had);
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
  Gfid parent;
  std::string name;
  if constexpr (std::is_same_v<Operation, fop::Link>) {
    parent = change.new_parent;
    name = change.new_name;
  } else {
    parent = change.parent;
    name = change.name;
  }
  co_await tried(remove_from(call, parent, std::move(name), std::is_same_v<Operation, fop::Mkdir>, copies));
  co_return done;
}

// A file that was there before was only opened.
template <class Operation>
Copies Changes::made_by(const Operation& change, const AnswersOf<Operation>& answers, Copies copies) {
  if constexpr (MakesEntry<Operation>) {
    const std::optional<Gfid> asked_for = change.xdata.gfid("gfid-req");
    for (const Copy copy : copies.list()) {
      if (asked_for && answers[copy]->iatt.gfid != *asked_for) copies.remove(copy);
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
  const Copy told = co_await tried(teller(call, fsync.gfid, answers, had, descriptors_.object(fsync.fd)));
  co_return *answers[told];
}

}  // namespace mortar::replicate
