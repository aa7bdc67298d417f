// Lookup: objects and names as all copies together tell them, and which copies of an object may be read.
//
//   1 trip: all copies are asked at once, and tell their marks with the answer
//
// Copies that agree on a name are believed where all have been heard, or one that nobody blames for the directory is
// among them: while that one is away the others may all be behind. So what they say of the directory comes with the
// answer wherever a copy is away.
//
// Owner and permissions are told where the copies that are right agree on them: while they are changed one has them
// already and another has not, and who asks next may hear the other. What does not agree is asked for again, and then
// under its lock.
//
// A name that only some have is looked at again under its lock: somebody may just be making or removing it. If it still
// is so, and nobody is blamed, whoever made it died over it: the others get it.
#pragma once

#include "translators/replicate/denial.h"
#include "translators/replicate/heals_on_use.h"
#include "translators/replicate/holds.h"
#include "translators/replicate/inspection.h"

namespace mortar::replicate {

// What is read of an object.
struct ReadParts {
  bool names = false;  // of a directory
  bool content = false;
  bool attributes = false;
  bool may_be_split = false;    // is told where no copy is right, as lookup tells it
  bool is_for_content = false;  // rather than for the attributes, where no copy is right in both
};

// How those see an object that were asked whether another copy of it is right.
struct SeenByOthers {
  std::vector<Iatt> iatts;  // of some that may be behind
  bool is_nameless = false;  // one has it open, and without a name
};

class Finder {
 public:
  // All outlive this.
  Finder(Volume& volume, Asking& asking, Holds& holds, Healer& healer, Inspection& inspection, HealsOnUse& heals_on_use)
      : volume_(volume),
        asking_(asking),
        denial_(volume, asking),
        holds_(holds),
        healer_(healer),
        inspection_(inspection),
        heals_on_use_(heals_on_use) {}

  Task<fop::Lookup::Reply> look_up(const Call& call, const fop::Lookup& lookup);
  // As it is remembered, else as the copies say; never a copy that is not there. ENOTCONN where too few answer to be
  // certain, ESTALE where the object is gone.
  Task<Readable> readable(const Call& call, Gfid gfid);
  // The same, after a split brain has been settled by the policy; or the copy of it that somebody wants to see. Whoever
  // has the object locked must not ask for it.
  Task<Readable> to_be_read(const Call& call, Gfid gfid);
  // Makes copies that are behind with the part like those of `sources`: whoever could be. The part is locked, and is of
  // names that are given, or of attributes.
  Task<Copies> catch_up(Part part, Copies sources, Copies behind, Locked locked);
  // Copies that lack the object, and are only behind with a name of it, get that: whoever could be. False where none
  // lacks it.
  Task<bool> bring_to_all(const Call& call, Gfid gfid);
  // A file is to lose its last name on these copies: where it has others on those others, these keep it aside.
  Task<> keep_if_it_has_other_names(Gfid directory, std::string name, Copies copies, Copies others, Locked locked);
  // A directory has been made anew on `source`: whether all of these copies kept it aside, and keep it no longer.
  Task<bool> give_up_aside(Gfid directory, Copies copies, Copy source, Locked locked);
  // The attributes of an object are made what they are on those that are right.
  Task<> heal_attributes(Gfid gfid);
  // Whether somebody is removing it at this moment, or has: the last copies may wait for whoever has it locked. It is
  // not to be asked with names locked.
  Task<bool> is_denied(const Call& call, Gfid gfid);
  // The same at once: whether it has been removed, as far as the copies have heard of it.
  Task<bool> is_removed(const Call& call, Gfid gfid);
  // Asks for it, whatever is remembered; who says that there is no such thing.
  Task<Copies> refresh(const Call& call, Gfid gfid);
  // The same of what has been asked for already.
  Task<> learn(const Call& call, Gfid gfid, Heard heard);
  // Whether nobody blames the copy now. That it was right some time ago is not enough: a client that does not reach it
  // may have changed the others. So many others are asked that one of them would know.
  // As long as this client has the object locked, nobody does.
  // `others` may be null.
  Task<bool> is_right(const Call& call, Gfid gfid, Copy copy, ReadParts parts, std::shared_ptr<OpenObject> open,
                      SeenByOthers* others = nullptr);
  // The same, whether it is locked or not. EBADFD where the file has no name and is open on too few copies to know.
  Task<bool> is_blameless(const Call& call, Gfid gfid, Copy copy, ReadParts parts, std::shared_ptr<OpenObject> open,
                          SeenByOthers* others = nullptr);
  // The same as all copies see it: who says that it missed something may be wrong, as a copy is that was away when that
  // was healed. A file without a name is heard where it is open; `open` may be null.
  Task<bool> is_right_to_most(const Call& call, Gfid gfid, Copy copy, ReadParts parts,
                              std::shared_ptr<OpenObject> open);
  // The same of all objects at once: whether the others list none that a copy has missed something of. The directory is
  // only where they are asked.
  Task<bool> is_right_everywhere(const Call& call, Gfid directory, Copy copy);

 private:
  // `holders`: who has it where others deny it.
  Task<bool> is_denied_at_once(const Call& call, Gfid gfid, Copies& holders);
  // Whoever changes the name of an object that only some have has that locked.
  Task<> wait_for_changes_of_name(const Call& call, Gfid gfid, Copy holder);
  // No copy has the name, which is known without asking any.
  bool is_known_to_lack(const Gfid& directory, const std::string& name) const;
  // So many of them that one would know, were another copy blamed; fewer where there are no more.
  Copies witnesses_of(const Gfid& gfid, Copies among, std::size_t count) const;
  Task<fop::Lookup::Reply> look_up_object(const Call& call, const fop::Lookup& lookup);
  // The same at once, though it may just be changing.
  Task<fop::Lookup::Reply> discover(const Call& call, const fop::Lookup& lookup);
  // The object that copies that are right see differently, as it is just being changed; nothing where they agree.
  std::optional<Gfid> unsettled(const Heard& heard) const;
  // Asks again when the change is over. Not with names locked: who has the attributes locked may wait for these.
  Task<Heard> ask_when_settled(const Call& call, const fop::Lookup& lookup, Gfid gfid);
  Task<fop::Lookup::Reply> look_up_name(const Call& call, const fop::Lookup& lookup);
  Task<Hold::Use> lock_name(const Call& call, Gfid directory, std::string name);
  Task<fop::Lookup::Reply> look_again(const Call& call, const fop::Lookup& lookup);
  Task<fop::Lookup::Reply> look_again_locked(const Call& call, const fop::Lookup& lookup, Locked locked);
  // Copies that are behind with the directory and have something else under the name than `right`. None where a quorum
  // is required: that sees to it that there are others when one goes, and whoever heals the directory to the rest.
  Copies wrong_about_name(const AnswersOf<fop::Lookup>& answers, Copies right) const;
  // Makes the name there what it is on the right ones.
  Task<> put_name_right(const Call& call, const fop::Lookup& lookup, Copies wrong);
  struct Seen {
    Counts missed;
    std::optional<Iatt> iatt{};
    bool is_nameless = false;
  };
  // What the witness says that the copy missed; nothing where it cannot say anything.
  Task<std::optional<Seen>> missed_as_seen_by(const Call& call, Gfid gfid, Copy copy, Copy witness,
                                              std::shared_ptr<OpenObject> open);
  Task<Heard> ask(const Call& call, const fop::Lookup& lookup);
  // The marks of a file that has no name there any more, of those that have it open: as if they were looked up.
  Task<AnswersOf<fop::Lookup>> ask_where_open(const Call& call, Gfid gfid, Copies copies,
                                              std::shared_ptr<OpenObject> open);
  // A name, after its directory where that matters.
  Task<Heard> ask_for_name(const Call& call, const fop::Lookup& lookup);
  Task<Heard> ask_after_directory(const Call& call, const fop::Lookup& lookup);
  // One of those that were heard is known not to be behind with the directory.
  bool know_name(const Heard& heard) const;
  fop::Lookup with_marks(const fop::Lookup& lookup) const;
  Task<AnswersOf<fop::Lookup>> ask_one_for_content(const Call& call, const fop::Lookup& lookup);
  // Nobody where it is not asked for.
  Copies to_give_content(const fop::Lookup& lookup) const;
  void give_content(const AnswersOf<fop::Lookup>& answers, Copies right, fop::Lookup::Reply& reply) const;
  bool agree(const AnswersOf<fop::Lookup>& answers, Copies counting) const;
  // One answer of those that agree, of the copies that count.
  Result<fop::Lookup::Reply> unite(Heard heard, Copies counting);
  // A name as those copies tell it that are right as to the names, and the object as all copies tell it.
  Task<fop::Lookup::Reply> unite_for_some(const Call& call, fop::Lookup lookup, Heard heard, Copies counting);
  // An object that too many deny is gone.
  Task<fop::Lookup::Reply> unite_by_gfid(const Call& call, Gfid gfid, Heard heard);

  Volume& volume_;
  Asking& asking_;
  Denial denial_;
  Holds& holds_;
  Healer& healer_;
  Inspection& inspection_;
  HealsOnUse& heals_on_use_;
};

}  // namespace mortar::replicate
