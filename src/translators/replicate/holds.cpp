#include "translators/replicate/holds.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "translators/cluster/as_root.h"

namespace mortar::replicate {

using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t add_words = 0;  // on the wire

// How long a directory is locked by the name after somebody else wanted it.
constexpr Duration contention_lasts = 5s;
constexpr Duration between_sweeps = 250ms;
// Nothing is asked for during that: whoever makes changes in a row asks for the next one sooner.
constexpr Duration pause = 10ms;
// How long names are locked where nobody would tell that somebody else wants them: bricks of GlusterFS (10.3) send no
// such notice of names, as the list by which they would is never made.
constexpr Duration longest_without_notice = 250ms;

}  // namespace

// ---- Using

Hold::Use::Use(Holds& holds, std::shared_ptr<Hold> hold, Part part)
    : holds_(&holds), hold_(std::move(hold)), part_(std::move(part)), place_(hold_->claims_.add(part_.claim)) {
  ++hold_->users_;
}

Hold::Use::~Use() {
  if (hold_) holds_->leave(hold_, place_);
}

Task<Hold::Use> Holds::take(const Call&, Part part) {
  for (;;) {
    const std::shared_ptr<Hold> hold = find_or_make(part);
    if (is_overdue(*hold)) end(hold);
    if (hold->is_ending_) {
      co_await tried(hold->ended_.wait());
      continue;
    }
    if (hold->thing_.open == nullptr) hold->thing_.open = part.open;
    Hold::Use use(*this, hold, part);
    co_await tried(hold->claims_.wait(use.place_));
    const SharedMutex::Guard turn = co_await tried(hold->opening_.lock());
    if (hold->is_ending_) continue;
    if (part.kind == LockKind::attributes && part.slot) {
      note_change_of_attributes(*hold);
      lock_what_follows(part.gfid);
    }
    if (part.kind == LockKind::entries && part.slot) note_change_of_names(*hold);
    if (!hold->is_open_) {
      const Result<Done> locked = co_await lock(*hold, part);
      if (!locked) {
        end(hold);
        co_return locked.error();
      }
      // Others may have begun to wait for it meanwhile: it is for this one change then.
    }
    if (part.kind == LockKind::entries) hold->names_->may_be_there(part.claim.names);
    co_return std::move(use);
  }
}

std::shared_ptr<Hold> Holds::find_or_make(const Part& part) {
  last_asked_ = volume_.world.now();
  Hold::Key key{part.gfid, part.kind, {}};
  const auto whole = holds_.find(key);
  if (whole != holds_.end()) return whole->second;
  const bool by_name = part.kind == LockKind::entries && part.claim.names.size() == 1 && is_contended(part.gfid);
  if (by_name) key.name = part.claim.names.front();
  const auto found = holds_.find(key);
  if (found != holds_.end()) return found->second;
  std::string domain = part.kind == LockKind::moves ? volume_.domain_of_moves() : volume_.domain();
  auto hold = std::make_shared<Hold>(
      key, LockedThing{key.gfid, key.kind, key.name, 0, 0, std::move(domain), volume_.lock_owners.next(), part.open});
  holds_.emplace(std::move(key), hold);
  return hold;
}

bool Holds::is_contended(const Gfid& gfid) {
  const Instant* since = contended_.find(gfid);
  return since != nullptr && volume_.world.now() - *since < contention_lasts;
}

bool Holds::is_overdue(const Hold& hold) const {
  const bool is_of_names = hold.key_.kind == LockKind::entries && hold.is_open_;
  return is_of_names && !volume_.all_know_sequences() &&
         volume_.world.now() - hold.locked_since_ >= longest_without_notice;
}

bool Holds::is_wanted_by_healers(const Hold& hold) const {
  return hold.key_.kind == LockKind::entries && hold.is_behind_ && !volume_.all_know_sequences();
}

bool Holds::is_kept(const Hold& hold) const {
  // A descriptor is not to be kept from being closed.
  if (hold.thing_.needs_descriptor) return false;
  if (hold.key_.kind == LockKind::moves) return false;
  return volume_.options.eager_lock && hold.key_.name.empty() && hold.is_open_ && !hold.is_doubtful_ && !is_finishing_;
}

void Holds::leave(const std::shared_ptr<Hold>& hold, Claims::Place place) {
  hold->claims_.give_back(place);
  --hold->users_;
  if (is_wanted_by_healers(*hold)) wanted_by_others(hold->key_.gfid, hold->key_.kind);
  if (hold->users_ != 0) return;
  if (hold->is_ending_ || !is_kept(*hold)) return end(hold);
  hold->idle_since_ = volume_.world.now();
  if (is_sweeping_) return;
  is_sweeping_ = true;
  volume_.background.start(end_idle());
}

void Holds::note_change_of_attributes(Hold& hold) {
  Hold* of_new_file = &hold;
  if (!hold.is_open_) {
    const auto made = holds_.find({hold.key_.gfid, LockKind::content, {}});
    if (made == holds_.end()) return;
    of_new_file = made->second.get();
  }
  if (std::exchange(of_new_file->is_new_, false)) attributes_follow_.came();
}

void Holds::note_change_of_names(Hold& hold) {
  const bool is_first = unfilled_.find(hold.key_.gfid) != nullptr || std::exchange(hold.is_new_, false);
  if (!is_first) return;
  unfilled_.erase(hold.key_.gfid);
  names_follow_.came();
}

// ---- Ending

void Holds::end(const std::shared_ptr<Hold>& hold) {
  hold->is_ending_ = true;
  if (hold->users_ != 0 || hold->is_settling_) return;
  hold->is_settling_ = true;
  volume_.background.start(settle(hold));
}

// In a pause, so that nobody's changes wait for what others have done before; but for twice as long at most.
Task<> Holds::end_idle() {
  bool awaits_pause = false;
  while (!holds_.empty() && !is_finishing_) {
    const Duration delay = volume_.options.post_operation_delay;
    co_await tried(volume_.world.sleep(std::min(awaits_pause ? pause : between_sweeps, delay)));
    const Instant now = volume_.world.now();
    const Duration longest = now - last_asked_ < pause ? 2 * delay : delay;
    awaits_pause = false;
    std::vector<std::shared_ptr<Hold>> over;
    for (const auto& [key, hold] : holds_) {
      if (hold->users_ != 0) continue;
      const Duration idle = now - hold->idle_since_;
      if (idle >= longest || is_overdue(*hold)) {
        over.push_back(hold);
      } else if (idle >= delay) {
        awaits_pause = true;
      }
    }
    for (const std::shared_ptr<Hold>& hold : over) end(hold);
  }
  is_sweeping_ = false;
  co_return done;
}

void Holds::lost(Copy copy) {
  std::vector<std::shared_ptr<Hold>> affected;
  for (const auto& [key, hold] : holds_) {
    if (!hold->granted_.has(copy)) continue;
    hold->granted_.remove(copy);
    hold->locked_.remove(copy);
    affected.push_back(hold);
  }
  for (const std::shared_ptr<Hold>& hold : affected) end(hold);
}

void Holds::came(Copy copy) {
  std::vector<std::shared_ptr<Hold>> without;
  for (const auto& [key, hold] : holds_) {
    if (hold->is_open_ && !hold->granted_.has(copy)) without.push_back(hold);
  }
  for (const std::shared_ptr<Hold>& hold : without) end(hold);
}

void Holds::wanted_by_others(const Gfid& gfid, LockKind kind) {
  if (kind == LockKind::entries) contended_.put(gfid, volume_.world.now());
  const auto found = holds_.find({gfid, kind, {}});
  if (found == holds_.end()) return;
  const std::shared_ptr<Hold> hold = found->second;
  end(hold);
}

Task<> Holds::finish() {
  is_finishing_ = true;
  while (!holds_.empty()) {
    // All at once: they are settled together.
    std::vector<std::shared_ptr<Hold>> left;
    for (const auto& [key, hold] : holds_) left.push_back(hold);
    for (const std::shared_ptr<Hold>& hold : left) end(hold);
    for (const std::shared_ptr<Hold>& hold : left) {
      co_await tried(hold->ended_.wait());
    }
  }
  co_return done;
}

bool Holds::keeps(const Gfid& gfid, LockKind kind) const {
  const auto found = holds_.find({gfid, kind, {}});
  return found != holds_.end() && found->second->is_open_ && volume_.quorum.is_met(found->second->granted_);
}

std::shared_ptr<KnownNames> Holds::known_names(const Gfid& directory) const {
  const auto found = holds_.find({directory, LockKind::entries, {}});
  if (found == holds_.end()) return nullptr;
  const Hold& hold = *found->second;
  const bool is_locked = hold.is_open_ && !hold.is_ending_ && (hold.granted_ & hold.locked_) == volume_.all();
  return is_locked ? hold.names_ : nullptr;
}

void Holds::note_stable(const Gfid& gfid, Copies copies) {
  const auto found = holds_.find({gfid, LockKind::content, {}});
  if (found != holds_.end()) found->second->unstable_ = found->second->unstable_ - copies;
}

Task<> Holds::settle(std::shared_ptr<Hold> hold) {
  Copies given_back;
  if (!hold->is_doubtful_) {
    co_await tried(make_stable(*hold));
    given_back = co_await tried(settle_marks(*hold));
  }
  co_await tried(locks_.give_back(hold->thing_, hold->granted_ - given_back));
  if (hold->key_.kind == LockKind::attributes && hold->is_new_) attributes_follow_.stayed_away();
  if (hold->key_.kind == LockKind::entries && hold->is_new_) names_follow_.stayed_away();
  holds_.erase(hold->key_);
  hold->ended_.set();
  co_return done;
}

// What is not on a disk for certain has to be, before the mark goes by which it would be found; a copy that cannot do
// that has missed it.
Task<> Holds::make_stable(Hold& hold) {
  const Copies unstable = hold.unstable_ & hold.locked_ & hold.dirty(Slot::data);
  if (!volume_.options.ensure_durability || unstable.empty()) co_return done;
  const SyncBatch::Answers answers = co_await tried(syncs_.sync(hold.key_.gfid, unstable));
  for (const Copy copy : unstable.list()) {
    if (answers[copy]) continue;
    log::warning(volume_.name(), "{} may not have on its disk what was written to {}: {}",
                 volume_.subvolume(copy).name(), hold.key_.gfid.text(), answers[copy].error().sentence());
    hold.locked_.remove(copy);
  }
  co_return done;
}

Task<Copies> Holds::settle_marks(Hold& hold) {
  const Copies locked = hold.locked_;
  const Copies missing = volume_.all() - locked;
  const bool has_right_one = !((locked - hold.behind_) & volume_.with_data()).empty();
  std::vector<Addition> additions(volume_.size());
  Copies asked;
  for (const Copy copy : locked.list()) {
    Addition& addition = additions[copy];
    for (const Slot slot : {Slot::data, Slot::metadata, Slot::entries}) {
      if (hold.dirty(slot).has(copy)) addition.dirty[slot] = -1;
    }
    // Who has lost its way before what was written was brought to its disk. Copies that are behind themselves do not
    // blame the last one that is not.
    const Copies late = has_right_one ? (missing & hold.unstable_) - hold.blamed(Slot::data) : Copies();
    if (!late.empty()) {
      addition.missed[Slot::data] = 1;
      addition.who = late;
    }
    if (addition.dirty.any() || !late.empty()) asked.add(copy);
  }
  if (hold.key_.kind == LockKind::entries || hold.thing_.needs_descriptor) {
    if (asked.empty()) co_return Copies();
    const AnswersOf<fop::Xattrop> answers = co_await tried(add(hold, asked, additions, {}));
    for (const Copy copy : asked.list()) note_settled(hold, copy, answers[copy]);
    co_return Copies();
  }
  std::vector<Task<Sequence>> tasks;
  const std::vector<Copy> places = (locked | hold.granted_).list();
  for (const Copy copy : places) {
    Sequence sequence;
    if (asked.has(copy)) {
      sequence.push_back(Step<fop::Xattrop>{own_call(hold), request_of(hold, additions[copy], {})});
    }
    sequence.push_back(locks_.give_back_step(hold.thing_));
    tasks.push_back(packed_.perform_in_order(volume_.subvolume(copy), std::move(sequence)));
  }
  std::vector<Result<Sequence>> performed = co_await tried(all(std::move(tasks)));
  Copies given_back;
  for (std::size_t at = 0; at < places.size(); ++at) {
    if (!performed[at]) {
      note_settled(hold, places[at], std::unexpected(performed[at].error()));
      continue;
    }
    if (const auto* marks = step_of<fop::Xattrop>(*performed[at])) note_settled(hold, places[at], marks->reply);
    if (step_of<fop::Inodelk>(*performed[at])->reply) given_back.add(places[at]);
  }
  co_return given_back;
}

void Holds::note_settled(const Hold& hold, Copy copy, const Result<fop::Values>& answer) const {
  if (answer || is_missing(answer.error())) return;
  log::debug(volume_.name(), "the mark of a change of {} stays on {}: {}", hold.key_.gfid.text(),
             volume_.subvolume(copy).name(), answer.error().sentence());
}

// ---- Locks

Call Holds::own_call(const Hold& hold) const {
  Call call = as_root(Call{});
  call.lock_owner = hold.thing_.owner;
  return call;
}

Task<> Holds::lock(Hold& hold, const Part& part) {
  Refusals refusals;
  Locked locked(volume_, Copies());
  const bool all_are_up = volume_.up() == volume_.all();
  if (part.slot == Slot::data && all_are_up) {
    locked = co_await tried(lock_and_announce(hold, refusals));
  } else if (part.kind == LockKind::entries && all_are_up && volume_.all_know_sequences()) {
    locked = co_await tried(lock_and_look(hold, refusals));
  } else {
    locked = co_await tried(locks_.take(hold.thing_, volume_.up(), refusals));
  }
  const Copies got = locked.standing();
  const Error& why = refusals.why;
  hold.granted_ = hold.locked_ = got;
  hold.without_ = refusals.without;
  hold.is_open_ = true;
  hold.locked_since_ = volume_.world.now();
  // Whoever had it may want it again, and might not be told of it: what comes next is locked by its name.
  if (refusals.was_waited_for && part.kind == LockKind::entries && !volume_.all_know_sequences()) {
    contended_.put(part.gfid, hold.locked_since_);
    hold.is_ending_ = true;
  }
  // A copy that is there has no such object, or has it no more. Who goes by a descriptor may find it there.
  if (is_missing(why)) hold.is_ending_ = true;
  if (volume_.quorum.is_met(got)) co_return done;
  // Who has no such object may be behind, unless these are enough.
  const bool is_doubtful =
      is_missing(why) && volume_.quorum.is_required() && !got.empty() && !volume_.quorum.is_met(volume_.up() - got);
  if (!is_away(why) && !is_doubtful) co_return why;
  co_return failed(ENOTCONN, fmt::format("only {} of {} copies can be changed: {}", got.count(), volume_.size(),
                                         got.empty() ? "none" : volume_.names(got)));
}

Task<Locked> Holds::lock_and_announce(Hold& hold, Refusals& refusals) {
  std::vector<Sequence> sequences(volume_.size());
  for (Sequence& sequence : sequences) {
    sequence.push_back(locks_.take_step(hold.thing_));
    sequence.push_back(announcing_step(hold, Slot::data));
  }
  Locked locked = co_await tried(locks_.try_to_take_in(hold.thing_, sequences, refusals));
  note_announced(hold, locked, sequences);
  const bool is_found_by_descriptor = !refusals.without.empty() && hold.thing_.open != nullptr;
  if (!refusals.is_taken && !is_found_by_descriptor) co_return locked;
  hold.locked_ = locked.standing();
  const Copies given_back = co_await tried(settle_marks(hold));
  hold.dirty(Slot::data) = {};
  co_await tried(locks_.give_back(hold.thing_, hold.locked_ - given_back));
  if (refusals.is_taken) {
    locked = co_await tried(locks_.wait_for(hold.thing_, volume_.up(), refusals));
  } else {
    refusals = {};
    locked = co_await tried(locks_.take(hold.thing_, volume_.up(), refusals));
  }
  co_return locked;
}

Task<Locked> Holds::lock_and_look(Hold& hold, Refusals& refusals) {
  std::vector<Sequence> sequences = locking_and_looking(hold);
  Heard heard{.answers = {}, .news = volume_.news()};
  Locked locked = co_await tried(locks_.try_to_take_in(hold.thing_, sequences, refusals));
  if (refusals.is_taken) {
    co_await tried(locks_.give_back(hold.thing_, locked));
    locked = co_await tried(locks_.wait_for(hold.thing_, volume_.up(), refusals));
    // Whoever had it may have left copies behind.
    heard.news = volume_.news();
    const Call call = own_call(hold);
    const fop::Lookup look = look_of(hold);
    heard.answers = co_await tried(asking_.at_each(call, look, locked.copies()));
  } else {
    heard.answers = heard_with_lock(sequences);
  }
  hold.heard_ = std::move(heard);
  co_return locked;
}

fop::Lookup Holds::look_of(const Hold& hold) const {
  fop::Lookup look{.gfid = hold.key_.gfid, .parent = {}, .name = {}, .xdata = {}};
  volume_.keys.ask_in(look.xdata);
  return look;
}

std::vector<Sequence> Holds::locking_and_looking(const Hold& hold) const {
  return std::vector<Sequence>(
      volume_.size(), Sequence{locks_.take_step(hold.thing_), Step<fop::Lookup>{own_call(hold), look_of(hold)}});
}

AnswersOf<fop::Lookup> Holds::heard_with_lock(std::vector<Sequence>& performed) {
  AnswersOf<fop::Lookup> answers;
  for (Sequence& sequence : performed) {
    const Result<fop::Acknowledged>& lock = CopyLocks::answer_of_lock(sequence);
    answers.push_back(std::move(step_of<fop::Lookup>(sequence)->reply));
    if (!lock) answers.back() = std::unexpected(lock.error());
  }
  return answers;
}

void Holds::note_announced(Hold& hold, const Locked& locked, std::vector<Sequence>& performed) {
  AnswersOf<fop::Xattrop> answers(volume_.size(), failed(ENOTCONN));
  for (const Copy copy : locked.standing().list()) answers[copy] = step_of<fop::Xattrop>(performed[copy])->reply;
  hold.dirty(Slot::data) = succeeded(answers);
  hold.is_verified_ = !succeeded(answers).empty();
  learn_blames(hold, answers);
}

void Holds::closed(const Gfid& gfid) {
  const auto found = holds_.find({gfid, LockKind::content, {}});
  if (found == holds_.end()) return;
  const std::shared_ptr<Hold> hold = found->second;
  if (hold->users_ == 0 && !hold->is_written_) end(hold);
}

// ---- Marks

Task<> Holds::mark(Hold::Use& use, Copies copies) {
  if (!use.part_.slot) co_return done;
  const SharedMutex::Guard turn = co_await tried(use.hold_->opening_.lock());
  if (!(copies - use.locked()).empty()) co_return done;
  // By another descriptor than the one it was locked by it may be open on more copies.
  const std::shared_ptr<OpenObject>& open = use.part_.open;
  LockedThing& thing = use.hold_->thing_;
  const auto is_open_more = [&](Copy copy) { return thing.descriptor(copy) == nullptr && open->fds[copy].open; };
  if (open != nullptr && std::ranges::any_of(copies.list(), is_open_more)) thing.open = open;
  co_await tried(mark_once(use, copies, *use.part_.slot == Slot::data));
  co_return done;
}

Task<> Holds::blame(Hold::Use& use, Copies copies) {
  use.hold_->locked_ = use.hold_->locked_ - copies;
  // Who is left out for another directory may be right in this one, and the next change may need it.
  if (use.part_.kind == LockKind::entries) use.hold_->is_ending_ = true;
  if (!use.part_.slot) co_return done;
  volume_.leave_out(use.part_.gfid, *use.part_.slot, copies);
  for (;;) {
    const Copies others = use.locked();
    co_await tried(mark(use, others));
    if (use.locked() == others) co_return done;
  }
}

Task<> Holds::doubt(Hold::Use& use) {
  use.hold_->is_doubtful_ = true;
  use.hold_->is_ending_ = true;
  if (!use.part_.slot) co_return done;
  volume_.forget(use.part_.gfid);
  const SharedMutex::Guard turn = co_await tried(use.hold_->opening_.lock());
  // Who is lost now cannot say anything any more.
  const Result<Done> marked = co_await mark_once(use, use.locked(), true);
  if (!marked) log::debug(volume_.name(), "{}: {}", use.part_.gfid.text(), marked.error().sentence());
  co_return done;
}

Task<> Holds::mark_once(Hold::Use& use, Copies copies, bool announces) {
  Hold& hold = *use.hold_;
  const Slot slot = *use.part_.slot;
  if (!volume_.quorum.is_met(copies) && !hold.is_doubtful_) {
    hold.is_ending_ = true;
    co_return failed(ENOTCONN, fmt::format("only {} of {} copies can be changed: {}", copies.count(), volume_.size(),
                                           copies.empty() ? "none" : volume_.names(copies)));
  }
  const Copies missing = volume_.all() - copies;
  const Copies blamed = hold.is_doubtful_ ? Copies() : missing - hold.blamed(slot);
  // With all copies there a change of names or attributes needs no mark: who dies in its midst has been told nothing.
  const Copies announced = announces || !missing.empty() ? copies - hold.dirty(slot) : Copies();
  const bool names_changes = slot == Slot::entries && !missing.empty() && volume_.options.granular_entry_heal;
  std::vector<std::string> names = names_changes ? use.part_.claim.names : std::vector<std::string>();
  if (blamed.empty() && announced.empty() && names.empty()) co_return done;
  // What the others would say stays said, though too few can say it: the next change may be without these.
  const bool is_by_descriptor = hold.thing_.open != nullptr;
  const Copies able = is_by_descriptor ? copies : copies - hold.without_;
  if (!blamed.empty() && !able.empty() && !volume_.quorum.is_met(able)) {
    hold.is_ending_ = true;
    co_return failed(ENOTCONN, fmt::format("only {} of {} copies have it and can be changed: {}", able.count(),
                                           volume_.size(), volume_.names(able)));
  }

  std::vector<Addition> additions(volume_.size());
  for (const Copy copy : copies.list()) {
    additions[copy] = {
        .dirty = Counts::of(slot, announced.has(copy) ? 1 : 0), .missed = Counts::of(slot, 1), .who = blamed};
  }
  Copies had = copies;
  Error reason(ENOTCONN);
  if (names.empty()) names.emplace_back();
  for (const std::string& name : names) {
    const AnswersOf<fop::Xattrop> answers = co_await tried(add(hold, copies, additions, name));
    had = had & succeeded(answers);
    if (succeeded(answers).empty()) reason = error_of(answers);
    learn_blames(hold, answers);
    hold.is_verified_ = true;
    hold.without_ = hold.without_ - succeeded(answers);
    for (const Copy copy : copies.list()) {
      if (!answers[copy] && is_missing(answers[copy].error())) hold.without_.add(copy);
    }
    std::ranges::fill(additions, Addition{});
  }
  hold.dirty(slot) = hold.dirty(slot) | (announced & had);
  const Copies without = hold.without_;
  // A file that is open and loses its name, on one copy after the other: nobody will look for its marks there.
  // But where that is how a copy is blamed, somebody has to have noted it.
  const Copies go_on = blamed.empty() ? had | (without & copies) : had;
  const bool is_gone = volume_.quorum.is_required() ? volume_.quorum.is_met(without) : !without.empty();
  // What one copy has kept of it is no place to write to.
  const bool is_kept_by_few = is_gone && volume_.quorum.is_required() && !had.empty();
  if (!volume_.quorum.is_met(go_on) || is_kept_by_few) {
    hold.locked_ = hold.locked_ & go_on;
    hold.is_ending_ = true;
    if (is_gone) co_return failed(ESTALE);
    if (!is_away(reason)) co_return reason;
    co_return failed(ENOTCONN, fmt::format("only {} of {} copies could be marked", had.count(), volume_.size()));
  }
  hold.blamed(slot) = hold.blamed(slot) | blamed;
  hold.locked_ = hold.locked_ - (copies - go_on);
  co_return done;
}

// The answers tell how all counts stand.
void Holds::learn_blames(Hold& hold, const AnswersOf<fop::Xattrop>& answers) {
  std::array<Copies, 3> accused;  // by slot
  constexpr std::array slots{Slot::data, Slot::metadata, Slot::entries};
  for (const Copy witness : succeeded(answers).list()) {
    const Marks marks = volume_.keys.read(answers[witness]->values);
    for (Copy other = 0; other < marks.missed.size(); ++other) {
      for (const Slot slot : slots) {
        const bool is_accused = other != witness && marks.missed[other][slot] != 0;
        if (is_accused) accused[static_cast<std::size_t>(slot)].add(other);
      }
    }
  }
  hold.behind_ = hold.behind_ | accused[static_cast<std::size_t>(Slot::data)];
  for (const Slot slot : slots) {
    const Copies of_slot = accused[static_cast<std::size_t>(slot)];
    if (!of_slot.empty()) volume_.leave_out(hold.key_.gfid, slot, of_slot);
  }
}

fop::Xattrop Holds::request_of(const Hold& hold, const Addition& addition, const std::string& name) const {
  fop::Xattrop request{.gfid = hold.key_.gfid, .operation = add_words, .values = {}, .xdata = {}};
  request.values.set_bytes(dirty_key, addition.dirty.stored());
  for (Copy other = 0; other < volume_.size(); ++other) {
    const Counts missed = addition.who.has(other) ? addition.missed : Counts{};
    request.values.set_bytes(volume_.keys.missed(other), missed.stored());
  }
  if (!name.empty()) request.xdata.set_text(changed_name_key, name);
  return request;
}

Step<fop::Xattrop> Holds::announcing_step(const Hold& hold, Slot slot) const {
  const Addition announced{.dirty = Counts::of(slot, 1), .missed = {}, .who = {}};
  return {.call = own_call(hold), .operation = request_of(hold, announced, {})};
}

Task<fop::Values> Holds::add_at(const Call& call, const Hold& hold, const fop::Xattrop& addition, Copy copy) {
  Result<fop::Values> added = co_await volume_.subvolume(copy).perform(call, addition);
  const Fd* descriptor = hold.thing_.descriptor(copy);
  if (added || !is_missing(added.error()) || descriptor == nullptr) co_return std::move(added);
  hold.thing_.needs_descriptor = true;
  const fop::Fxattrop by_descriptor{.gfid = addition.gfid,
                                    .fd = *descriptor,
                                    .operation = addition.operation,
                                    .values = addition.values,
                                    .xdata = addition.xdata};
  Result<fop::Values> there = co_await volume_.subvolume(copy).perform(call, by_descriptor);
  if (!there && is_closed(there.error())) co_return std::move(added);
  co_return std::move(there);
}

Task<AnswersOf<fop::Xattrop>> Holds::add(const Hold& hold, Copies copies, const std::vector<Addition>& additions,
                                         const std::string& name) {
  const Call call = own_call(hold);
  const std::vector<Copy> places = copies.list();
  std::vector<fop::Xattrop> requests;
  for (const Copy copy : places) requests.push_back(request_of(hold, additions[copy], name));
  std::vector<Task<fop::Values>> tasks;
  for (std::size_t at = 0; at < places.size(); ++at) tasks.push_back(add_at(call, hold, requests[at], places[at]));
  AnswersOf<fop::Xattrop> given = co_await tried(all(std::move(tasks)));
  AnswersOf<fop::Xattrop> answers(volume_.size(), failed(ENOTCONN));
  for (std::size_t at = 0; at < places.size(); ++at) answers[places[at]] = std::move(given[at]);
  co_return std::move(answers);
}

}  // namespace mortar::replicate
