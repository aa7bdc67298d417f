// Locks that are taken before anybody wants them: of what is being made, and of what is likely to be changed next.
#include "translators/replicate/holds.h"

namespace mortar::replicate {

namespace {

// Where the lock of the attributes stands among what makes a file.
constexpr std::size_t step_of_attributes = 2;

}  // namespace

// Nobody has missed anything of it. Where the lock was not given the mark stays, for a healer to look.
void Holds::note_made_marked(Hold& hold, Copies locked, const AnswersOf<fop::Create>& answers) {
  Copies marked;
  for (const Copy copy : locked.list()) {
    if (answers[copy] && answers[copy]->iatt.gfid == hold.key_.gfid) marked.add(copy);
  }
  hold.dirty(Slot::data) = marked;
  hold.is_verified_ = !marked.empty();
}

Task<> Holds::create(const Call& call, const fop::Create& create, AnswersOf<fop::Create>& answers) {
  const Gfid gfid = *create.xdata.gfid("gfid-req");
  const Part part{.gfid = gfid, .kind = LockKind::content, .claim = {}, .slot = Slot::data};
  const std::shared_ptr<Hold> hold = find_or_make(part);
  Hold::Use use(*this, hold, part);
  const SharedMutex::Guard turn = co_await tried(hold->opening_.lock());
  // Something of that identity is there and in use: bricks say what is wrong with that.
  if (hold->is_open_ || hold->is_ending_) {
    answers = co_await tried(asking_.at_each(call, create, volume_.all()));
    co_return done;
  }
  const Part attributes_part{.gfid = gfid, .kind = LockKind::attributes, .claim = {}, .slot = Slot::metadata};
  const bool are_free = !holds_.contains({gfid, LockKind::attributes, {}});
  std::shared_ptr<Hold> attributes;
  std::optional<Hold::Use> attributes_use;
  std::optional<SharedMutex::Guard> attributes_turn;
  if (are_free && attributes_follow_.is_likely()) {
    attributes = find_or_make(attributes_part);
    attributes_use.emplace(*this, attributes, attributes_part);
    SharedMutex::Guard of_new = co_await tried(attributes->opening_.lock());
    attributes_turn.emplace(std::move(of_new));
  }
  const bool is_made_marked = volume_.all_know_sequences();
  fop::Create making = create;
  if (is_made_marked) making.xdata.set_bytes(dirty_key, Counts::of(Slot::data, 1).stored());
  std::vector<Sequence> sequences(volume_.size());
  for (Sequence& sequence : sequences) {
    sequence.reserve(4);
    sequence.push_back(Step<fop::Create>{call, making});
    sequence.push_back(locks_.take_step(hold->thing_));
    if (attributes) sequence.push_back(locks_.take_step(attributes->thing_));
    if (!is_made_marked) sequence.push_back(announcing_step(*hold, Slot::data));
  }
  Refusals refusals;
  const Locked locked = co_await tried(locks_.try_to_take_in(hold->thing_, sequences, refusals));
  answers.clear();
  for (Sequence& sequence : sequences) answers.push_back(std::move(step_of<fop::Create>(sequence)->reply));
  if (is_made_marked) {
    note_made_marked(*hold, locked.standing(), answers);
  } else {
    note_announced(*hold, locked, sequences);
  }
  hold->granted_ = hold->locked_ = locked.standing();
  hold->is_open_ = hold->is_new_ = hold->dirty(Slot::data) == volume_.all();
  if (attributes) {
    co_await tried(note_attributes(*attributes, locked.standing(), sequences));
  }
  co_return done;
}

Task<> Holds::note_attributes(Hold& hold, Copies locked, const std::vector<Sequence>& performed) {
  Copies got;
  for (Copy copy = 0; copy < performed.size(); ++copy) {
    if (has_succeeded(performed[copy][step_of_attributes])) got.add(copy);
  }
  hold.granted_ = hold.locked_ = got & locked;
  // Marked behind that, so nobody else has changed since what the copies said with it.
  hold.is_open_ = hold.is_verified_ = hold.is_new_ = hold.granted_ == volume_.all();
  // Where the connection took the lock with it, it may have been given by the next one.
  const Copies lost = got - locked;
  if (!lost.empty()) {
    co_await tried(locks_.give_back(hold.thing_, lost));
  }
  co_return done;
}

Task<> Holds::make_directory(const Call& call, const fop::Mkdir& mkdir, AnswersOf<fop::Mkdir>& answers) {
  const Gfid gfid = *mkdir.xdata.gfid("gfid-req");
  const bool is_free = !holds_.contains({gfid, LockKind::entries, {}});
  if (!is_free || !names_follow_.is_likely() || !volume_.all_know_sequences()) {
    answers = co_await tried(asking_.at_each(call, mkdir, volume_.all()));
    unfilled_.put(gfid, done);
    co_return done;
  }
  const Part part{.gfid = gfid, .kind = LockKind::entries, .claim = {}, .slot = Slot::entries};
  const std::shared_ptr<Hold> hold = find_or_make(part);
  Hold::Use use(*this, hold, part);
  const SharedMutex::Guard turn = co_await tried(hold->opening_.lock());
  std::vector<Sequence> sequences(volume_.size());
  for (Sequence& sequence : sequences) {
    sequence.push_back(locks_.take_step(hold->thing_));
    sequence.push_back(Step<fop::Mkdir>{call, mkdir});
  }
  Refusals refusals;
  const Locked locked = co_await tried(locks_.try_to_take_in(hold->thing_, sequences, refusals));
  Copies made;
  for (Copy copy = 0; copy < sequences.size(); ++copy) {
    const Result<fop::Acknowledged>& lock = step_of<fop::Entrylk>(sequences[copy])->reply;
    Result<fop::Mkdir::Reply>& reply = step_of<fop::Mkdir>(sequences[copy])->reply;
    if (!lock) reply = std::unexpected(lock.error());
    if (reply && reply->iatt.gfid == gfid) made.add(copy);
    answers.push_back(std::move(reply));
  }
  hold->granted_ = hold->locked_ = locked.standing();
  // Locked before it was there, so there is nothing in it, and nobody has missed anything.
  hold->is_open_ = hold->is_verified_ = hold->is_new_ = (made & hold->granted_) == volume_.all();
  if (hold->is_open_) hold->names_->are_none();
  co_return done;
}

void Holds::lock_what_follows(const Gfid& changed) {
  const bool is_possible = volume_.options.eager_lock && volume_.up() == volume_.all() && volume_.all_know_sequences();
  const std::vector<Gfid> next = volume_.order_of_changes.changed(changed);
  if (!is_possible || is_finishing_) return;
  for (const Gfid& gfid : next) {
    const bool is_held = holds_.contains({gfid, LockKind::attributes, {}});
    if (!is_held) volume_.background.start(take_ahead(gfid));
  }
}

// Whoever changes it meanwhile waits for that, and locks it himself where this comes to nothing.
Task<> Holds::take_ahead(Gfid gfid) {
  const Part part{.gfid = gfid, .kind = LockKind::attributes, .claim = {}, .slot = Slot::metadata};
  const std::shared_ptr<Hold> hold = find_or_make(part);
  Hold::Use use(*this, hold, part);
  const SharedMutex::Guard turn = co_await tried(hold->opening_.lock());
  if (hold->is_open_ || hold->is_ending_) co_return done;
  std::vector<Sequence> sequences = locking_and_looking(*hold);
  Heard heard{.answers = {}, .news = volume_.news()};
  Refusals refusals;
  const Locked locked = co_await tried(locks_.try_to_take_in(hold->thing_, sequences, refusals, &packed_));
  heard.answers = heard_with_lock(sequences);
  hold->granted_ = hold->locked_ = locked.standing();
  hold->is_open_ = hold->granted_ == volume_.all() && succeeded(heard.answers) == volume_.all();
  if (hold->is_open_) {
    hold->heard_ = std::move(heard);
  } else {
    end(hold);
  }
  co_return done;
}

}  // namespace mortar::replicate
