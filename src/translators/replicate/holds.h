// The locks under which copies are changed, and the marks that tell of changes under way. Taken for one change they are
// kept for those to come: for a second after the last and to the next pause, until somebody else wants them, or a copy
// goes; those of names for a moment only where bricks do not tell that.
//
//   Hold::Use use = co_await tried(holds.take(call, part));  // locked, on a quorum
//   co_await tried(holds.mark(use, use.locked()));  // the others are blamed, before anything is changed
//   ...                                             // the change, on those that are locked
//   co_await tried(holds.blame(use, failed));       // before it is answered
//
// What is locked is a whole: the content of a file, the attributes of an object, or all names of a directory. A
// directory that several clients change is locked by the name, and that is not kept.
//
// A change of content is announced in any case: the mark goes with the lock, in one call where bricks know sequences;
// a new file is made with it and locked in one, and its attributes are locked with that where they are likely to be
// changed next. A directory that is likely to be filled next is locked just before it is made. The attributes of
// objects that are likely to be changed next are locked while others are changed (`order_of_changes.h`): several in
// one call, along with which the copies say what they blame each other for.
//
// When a hold ends, the copies are told to have the changes on their disks, then the marks of changes under way go,
// then the locks. Nobody waits for that but who wants the object next.
#pragma once

#include <array>
#include <compare>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/event.h"
#include "translators/replicate/asking.h"
#include "translators/replicate/claims.h"
#include "translators/replicate/copy_locks.h"
#include "translators/replicate/known_names.h"
#include "translators/replicate/likely_next.h"
#include "translators/replicate/packed_sequences.h"
#include "translators/replicate/sync_batch.h"

namespace mortar::replicate {

// What a change needs of one object.
struct Part {
  Gfid gfid;
  LockKind kind = LockKind::content;
  Claim claim;
  // The slot of the marks; nothing where the object is only to stay as it is.
  std::optional<Slot> slot;
  // What the change itself goes by, where that is a descriptor.
  std::shared_ptr<OpenObject> open = {};

  // It does not matter what the copies have of the object.
  bool is_only_a_lock() const { return kind == LockKind::moves; }
};

class Holds;

class Hold {
 public:
  struct Key {
    Gfid gfid;
    LockKind kind;
    std::string name;  // empty: all of them
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  // As long as it lives, the hold does not end, and the claim stands.
  class Use {
   public:
    Use(Holds& holds, std::shared_ptr<Hold> hold, Part part);
    Use(Use&&) noexcept = default;
    Use& operator=(Use&&) = delete;
    ~Use();

    // The copies that take part.
    Copies locked() const { return hold_->locked_; }
    // Who has no such object.
    Copies without() const { return hold_->without_; }
    void without(Copies copies) { hold_->without_ = copies; }
    const Part& part() const { return part_; }
    bool is_of_all_names() const { return part_.kind == LockKind::entries && hold_->key_.name.empty(); }
    // What is known of the copies was asked for under this lock: nobody else has changed it since.
    bool is_verified() const { return hold_->is_verified_; }
    void verified() { hold_->is_verified_ = true; }
    // What the copies said of each other when they gave the lock; only once.
    std::optional<Heard> take_heard() { return std::exchange(hold_->heard_, std::nullopt); }
    // Copies that are blamed for other names, or for attributes that were made alike: right in what this use is about.
    Copies caught_up() const { return caught_up_; }
    void caught_up(Copies copies) { caught_up_ = copies; }
    void note_behind() { hold_->is_behind_ = true; }
    // Of an object that is to stay as it is: who was not behind with it before the change.
    std::optional<Copies> found_right() const { return found_right_; }
    void found_right(Copies copies) { found_right_ = copies; }
    // What was written is not on the disks of the copies for certain.
    void note_unstable(Copies copies) {
      hold_->unstable_ = hold_->unstable_ | copies;
      hold_->is_written_ = true;
    }

   private:
    friend class Holds;
    Holds* holds_;
    std::shared_ptr<Hold> hold_;  // null: moved from
    Part part_;
    Copies caught_up_;
    std::optional<Copies> found_right_;
    Claims::Place place_;
  };

  Hold(Key key, LockedThing thing) : key_(std::move(key)), thing_(std::move(thing)) {}

 private:
  friend class Holds;

  const Key key_;
  LockedThing thing_;
  Mutex opening_;  // one locks or marks
  Claims claims_;
  std::size_t users_ = 0;
  Instant idle_since_{};
  Instant locked_since_{};
  Copies granted_;  // who has given the lock
  Copies locked_;   // of those, who has all changes since
  Copies without_;  // who had no such object, when it was locked, asked for or marked
  bool is_open_ = false;
  bool is_ending_ = false;  // nobody enters any more
  bool is_settling_ = false;
  bool is_verified_ = false;
  bool is_written_ = false;
  bool is_new_ = false;  // locked when the object was made, and not used since
  bool is_behind_ = false;  // some copy is: healers come for it
  bool is_doubtful_ = false;  // too few copies had a change: marks stay, a heal decides
  Event ended_;
  const std::shared_ptr<KnownNames> names_ = std::make_shared<KnownNames>();  // of a directory
  std::optional<Heard> heard_;
  std::array<Copies, 3> dirty_;   // by slot: who has the mark of changes under way
  std::array<Copies, 3> blamed_;  // by slot: of whom the others know that it missed something
  Copies behind_;  // blamed by anybody for the content, since whenever: nobody changes that as long as it is locked
  Copies unstable_;

  Copies& dirty(Slot slot) { return dirty_[static_cast<std::size_t>(slot)]; }
  Copies& blamed(Slot slot) { return blamed_[static_cast<std::size_t>(slot)]; }
};

class Holds {
 public:
  // All outlive this.
  Holds(Volume& volume, Asking& asking)
      : volume_(volume), asking_(asking), locks_(volume), syncs_(volume, asking), packed_(volume.background) {}

  // ENOTCONN where too few copies can be locked.
  Task<Hold::Use> take(const Call& call, Part part);
  // Before a change on `copies`, of those that are locked: that it is under way, and that all others will miss it. Who
  // cannot be marked is locked no more, and not blamed for that yet: it may be the last one that is right. Where one of
  // them is locked no more already nothing is marked. ENOTCONN where too few are left.
  Task<> mark(Hold::Use& use, Copies copies);
  // `copies` missed a change that the other locked ones have: these say so before this returns, or it fails.
  Task<> blame(Hold::Use& use, Copies copies);
  // Too few copies have it, and nobody knows which of them is right: the mark of a change under way stays.
  Task<> doubt(Hold::Use& use);
  // Makes a file on all copies, and keeps its content locked: it is about to be written. So are its attributes, where
  // those of others made before were changed.
  Task<> create(const Call& call, const fop::Create& create, AnswersOf<fop::Create>& answers);
  // Makes a directory on all copies, and has its names locked before anybody can know of it, where those made before
  // were filled.
  Task<> make_directory(const Call& call, const fop::Mkdir& mkdir, AnswersOf<fop::Mkdir>& answers);
  // Somebody has closed it: what was made and not written is not announced as being changed any longer.
  void closed(const Gfid& gfid);
  // Everything written so far is on the disks of the copies.
  void note_stable(const Gfid& gfid, Copies copies);

  // Whether the object is locked as a whole, so that nobody else changes it.
  bool keeps(const Gfid& gfid, LockKind kind) const;

  // Of a directory that all copies have locked as a whole; else null.
  std::shared_ptr<KnownNames> known_names(const Gfid& directory) const;

  // Its locks are gone, and it may miss changes from now on.
  void lost(Copy copy);
  // It takes part in what is locked from now on.
  void came(Copy copy);
  void wanted_by_others(const Gfid& gfid, LockKind kind);
  // Ends all, and waits for that.
  Task<> finish();
  std::size_t size() const { return holds_.size(); }

 private:
  friend class Hold::Use;

  // What is added to the counts on one copy.
  struct Addition {
    Counts dirty;
    Counts missed;  // to the count of each of `who`
    Copies who;
  };

  std::shared_ptr<Hold> find_or_make(const Part& part);
  bool is_contended(const Gfid& gfid);
  void leave(const std::shared_ptr<Hold>& hold, Claims::Place place);
  void end(const std::shared_ptr<Hold>& hold);
  bool is_kept(const Hold& hold) const;
  // It has been kept for so long that somebody else may be waiting who cannot make himself heard.
  bool is_overdue(const Hold& hold) const;
  // Names that copies are behind with, where healers cannot make themselves heard either.
  bool is_wanted_by_healers(const Hold& hold) const;

  void note_change_of_attributes(Hold& hold);
  // What is likely to be changed after that object is locked as well, while nobody waits for it.
  void lock_what_follows(const Gfid& changed);
  Task<> take_ahead(Gfid gfid);
  void note_change_of_names(Hold& hold);
  Task<> lock(Hold& hold, const Part& part);
  Task<Locked> lock_and_announce(Hold& hold, Refusals& refusals);
  // Names: who is behind with them is known before anything is changed.
  Task<Locked> lock_and_look(Hold& hold, Refusals& refusals);
  fop::Lookup look_of(const Hold& hold) const;
  // By copy: its lock, and with it what the copy says of the object.
  std::vector<Sequence> locking_and_looking(const Hold& hold) const;
  // By copy: what those said of the object that gave the lock with it.
  static AnswersOf<fop::Lookup> heard_with_lock(std::vector<Sequence>& performed);
  // What is locked as well by sequences that make the file; `locked`: by them, of its content.
  Task<> note_attributes(Hold& hold, Copies locked, const std::vector<Sequence>& performed);
  // Who has the mark of a change under way from a sequence that has locked, too.
  void note_announced(Hold& hold, const Locked& locked, std::vector<Sequence>& performed);
  // The same of a new file that was made with it.
  void note_made_marked(Hold& hold, Copies locked, const AnswersOf<fop::Create>& answers);
  Task<> mark_once(Hold::Use& use, Copies copies, bool announces);
  fop::Xattrop request_of(const Hold& hold, const Addition& addition, const std::string& name) const;
  Step<fop::Xattrop> announcing_step(const Hold& hold, Slot slot) const;
  Task<fop::Values> add_at(const Call& call, const Hold& hold, const fop::Xattrop& addition, Copy copy);
  Task<AnswersOf<fop::Xattrop>> add(const Hold& hold, Copies copies, const std::vector<Addition>& additions,
                                    const std::string& name);
  void learn_blames(Hold& hold, const AnswersOf<fop::Xattrop>& answers);
  Task<> settle(std::shared_ptr<Hold> hold);
  // Who has given its lock back along with that.
  Task<Copies> settle_marks(Hold& hold);
  void note_settled(const Hold& hold, Copy copy, const Result<fop::Values>& answer) const;
  Task<> make_stable(Hold& hold);
  Task<> end_idle();
  // The volume's own business, in nobody's name.
  Call own_call(const Hold& hold) const;

  Volume& volume_;
  Asking& asking_;
  CopyLocks locks_;
  SyncBatch syncs_;
  PackedSequences packed_;
  std::map<Hold::Key, std::shared_ptr<Hold>> holds_;
  RecentObjects<Instant> contended_{4096};  // directories that others want to change, too
  LikelyNext attributes_follow_;
  LikelyNext names_follow_;
  RecentObjects<Done> unfilled_{256};  // directories that were made and not locked with that
  Instant last_asked_{};
  bool is_sweeping_ = false;
  bool is_finishing_ = false;
};

}  // namespace mortar::replicate
