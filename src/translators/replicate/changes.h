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
  // Where it may be that a directory gets into another one, that is locked in the volume. A brick finds it out where it
  // was not known.
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
    Copies ready;                  // are locked and marked
    Copies asked;                  // of these: it was sent to
    Copies right;                  // of these: on which it means what it means for users
    AnswersOf<Operation> answers;  // none, before any copy has been asked
    Outcome outcome;
    Copies had;                    // have it by now
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
  // Where one copy is enough, one that has missed a removal would go on with what is gone: nothing the change is about
  // may be.
  Task<> refuse_what_is_removed(const Call& call, const Uses& uses);
  // ESTALE where the object has been removed.
  Task<> refuse_if_removed(const Call& call, const Part& part);
  // Its steps. It is prepared, sent to the copies, and what came of it weighed.
  template <class Operation>
  Task<> send(const Call& call, const Operation& change, Uses& uses, Attempt<Operation>& attempt);
  // A file without a name is marked where it is open only, and a copy that was away when it was opened may be changed.
  bool is_open_at_all(const Fd& fd, Copies copies) const;
  Task<> open_at_all(const Call& call, Fd fd, Copies copies);
  // Copies on which a heal keeps aside what is made anew refuse it, though no copy has it under a name.
  Task<> make_anew_what_is_aside(const Call& call, const fop::Mkdir& mkdir, const Uses& uses,
                                 Attempt<fop::Mkdir>& attempt);
  // Copies that would lose the last name of a file, though others lack some of its content, keep it where it has other
  // names there.
  bool may_lose_content() const;
  template <class Operation>
  Task<> keep_last_content(const Call& call, const Operation& change, const Uses& uses, Attempt<Operation>& attempt);
  // Copies yield to who moves a file that goes, and one of them may have done it before he had the file locked there.
  template <class Operation>
  Task<> follow_suit(const Call& call, const Operation& change, Attempt<Operation>& attempt);
  // The same of a directory that has gone since it was locked: what was made in it goes again.
  template <class Operation>
  Task<> refuse_in_what_is_removed(const Call& call, const Operation& change, Attempt<Operation>& attempt);
  // Where one copy is enough, one that has missed that the object was removed finds it under its name: that is ESTALE,
  // or it lives on where it is open, and who has it without a name has the change.
  template <class Operation>
  Task<> heed_removal(const Call& call, const Uses& uses, Attempt<Operation>& attempt);
  // Nobody does it: always an error, which says why.
  template <class Operation>
  Task<> refuse(const Call& call, const Operation& change, Uses& uses, Attempt<Operation>& attempt);
  // Copies have different reasons: one of the objects may have gone since it was locked, and whoever has missed that
  // finds another one.
  template <class Operation>
  Task<> refuse_for_what_is_gone(const Call& call, const Uses& uses, const Attempt<Operation>& attempt);
  // Fewer than a quorum have it: others get it from them, or it is undone, which is an error.
  template <class Operation>
  Task<> make_enough_have_it(const Call& call, const Operation& change, Uses& uses, Attempt<Operation>& attempt);
  // What was made of the link has gone again. Whoever lacks its object is behind with it, while others that have it are
  // away; or has seen it removed, which is told by the caller.
  Task<> refuse_link_to_what_few_have(const Call& call, const fop::Link& link, const Attempt<fop::Link>& attempt);
  // Copies that lack the file get it under a name that it has. False where that would not help.
  Task<bool> bring_what_is_linked(const Call& call, const fop::Link& link);
  // Enough have made it, and none of them is right in the directory, or none has the content: whoever is has lost the
  // last name of the file first, which is just being removed.
  Task<> refuse_link_of_what_goes(const Call& call, const fop::Link& link, const Uses& uses,
                                  Attempt<fop::Link>& attempt);
  // Whether none of them has it right.
  Task<bool> lack_content(const Call& call, Gfid gfid, Copies copies);
  // Enough copies say that they do not do it: it has not happened, and who did it is behind. Always an error.
  template <class Operation>
  Task<> undo_for_those_who_refuse(const Call& call, Uses& uses, Attempt<Operation>& attempt);
  // Who has not got it.
  template <class Operation>
  Task<> blame_others(const Call& call, Uses& uses, Attempt<Operation>& attempt);
  template <class Operation>
  Task<typename Operation::Reply> told(const Call& call, const Operation& change, const Uses& uses,
                                       const Attempt<Operation>& attempt);
  // Of what else a change of names changes, too: objects that got or lost one, or are new.
  template <class Operation>
  Task<> blame_for_objects(const Operation& change, const typename Operation::Reply& reply, std::optional<Iatt> touched,
                           Copies had);
  template <class Operation>
  Task<> note_made(const Operation& change, Attempt<Operation>& attempt, typename Operation::Reply& reply);
  // Somebody removes the object at this moment, or has.
  bool is_going(const Uses& uses, const Outcome& outcome) const {
    return uses.front().part().kind != LockKind::entries && volume_.quorum.is_met(outcome.without);
  }
  // A file that was there before was only opened.
  template <MakesEntry Operation>
  static bool is_made_by(const Operation& change, const typename Operation::Reply& reply) {
    return change.xdata.gfid("gfid-req") == reply.iatt.gfid;
  }
  template <class Operation>
  static Copies made_by(const Operation& change, const AnswersOf<Operation>& answers, Copies copies);
  Task<bool> is_to_move_directory(const Call& call, const fop::Rename& rename);
  Task<fop::Rename::Reply> rename_locked(const Call& call, const fop::Rename& rename, bool moves_directory);
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
    if constexpr (std::is_same_v<Operation, fop::Mkdir>) {
      if (copies == volume_.all() && volume_.options.eager_lock && change.xdata.gfid("gfid-req")) {
        co_await tried(holds_.make_directory(call, change, answers));
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
  // Those that are locked. An error where none of them is right, or where they are too few.
  Task<Copies> locked_with_a_right_one(const Call& call, Uses& uses);
  Task<Copies> mark(const Call& call, Uses& uses);
  Task<> verify_all(const Call& call, Uses& uses);
  // Marked, and with copies that are behind brought to where the change can begin: those to send it to.
  Task<Copies> prepare(const Call& call, Uses& uses);
  Task<Copies> prepare_once(const Call& call, Uses& uses);
  // A file that is made in a directory has its group and the bits of its mode from there. Where of these copies only an
  // arbiter has these right, which does not tell files, the others get them first.
  bool are_told_by_nobody(const Gfid& directory, Copies copies);
  Task<> let_attributes_be_told(Gfid directory);
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
  // Of a directory that is alike on all copies, and locked there; else null.
  std::shared_ptr<KnownNames> names_of_alike(const Gfid& directory) const;
  // Whoever has made something there may be about to make more.
  void note_made_in(const Gfid& directory);
  // While the change that has removed it excludes others of that name.
  void note_gone_from(const Gfid& directory, const std::string& name);
  template <class Operation>
  void note_names(const Operation& change, const typename Operation::Reply& reply);
  // Of copies that have opened this object; one that is behind may have opened another.
  Fd descriptor_of(const fop::Create& create, const Gfid& gfid, AnswersOf<fop::Create>& answers);
  // What has been opened and is not in a descriptor.
  Task<> close_others(const Call& call, AnswersOf<fop::Create>& answers);
  // What has lost a name and has others, as a brick of ours tells it.
  static std::optional<Iatt> removed_object(const Dictionary& xdata);
  // Nothing where there is none.
  Task<std::optional<Iatt>> object_named(const Call& call, Gfid parent, std::string name);

  // Of a file that is open and has no name any more, one that is right in these parts. Nobody where it is not open
  // (`open` is null), as it is just being removed.
  Task<std::optional<Copy>> blameless_one(const Call& call, Gfid gfid, Copies among, ReadParts parts,
                                          std::shared_ptr<OpenObject> open);
  // How much there is of a file says who has it; what else there is to say of it says `tells`. `open` may be null.
  template <class Reply>
  Task<> tell_size(const Call& call, Gfid gfid, const std::vector<Result<Reply>>& answers, Copies had, Copy tells,
                   std::shared_ptr<OpenObject> open, Reply& reply);
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

}  // namespace mortar::replicate

#include "translators/replicate/changes_templates.h"
