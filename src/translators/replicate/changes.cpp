#include "translators/replicate/changes.h"

#include <sys/stat.h>

#include <fmt/format.h>

#include "base/log.h"
#include "translators/cluster/as_root.h"
#include "wire/lock_domains.h"

namespace mortar::replicate {

namespace {

// Whoever makes a directory with it knows that from elsewhere: it is on other subvolumes.
constexpr const char* heals_directory_key = "glusterfs.internal-ctx";

}  // namespace

Copies Changes::locked(const Uses& uses) {
  Copies copies = uses.front().locked();
  for (const Hold::Use& use : uses) copies = copies & use.locked();
  return copies;
}

Task<> Changes::learn(const Call& call, Hold::Use& use) {
  std::optional<Heard> heard = use.take_heard();
  if (!heard) co_return done;
  const Result<Done> learnt = co_await finder_.learn(call, use.part().gfid, std::move(*heard));
  if (learnt) use.verified();
  co_return done;
}

Task<> Changes::verify(const Call& call, Hold::Use& use) {
  const Result<Copies> without = co_await finder_.refresh(call, use.part().gfid);
  if (!without) co_return done;
  use.verified();
  use.without(*without);
  co_return done;
}

Error Changes::half_done(Error error, const Outcome& outcome) const {
  const bool is_of_a_full_disk = error.number() == ENOSPC || error.number() == EDQUOT || error.number() == EIO;
  if (is_of_a_full_disk) return error;
  return Error(ENOTCONN, fmt::format("only {} of {} copies have the change for certain: {}", outcome.had.count(),
                                     volume_.size(), error.sentence()));
}

Task<Copies> Changes::locked_with_a_right_one(const Call& call, Uses& uses) {
  for (;;) {
    const Copies copies = locked(uses);
    if (copies != volume_.all()) {
      co_await tried(verify_all(call, uses));
      co_await tried(right_among(call, uses, copies));
      if (locked(uses) != copies) continue;
    }
    if (volume_.quorum.is_met(copies)) co_return copies;
    co_return failed(ENOTCONN, fmt::format("only {} of {} copies can be changed", copies.count(), volume_.size()));
  }
}

// On all objects alike: a copy that is locked for one of them only does not take part.
Task<Copies> Changes::mark(const Call& call, Uses& uses) {
  for (;;) {
    // Before anybody is blamed for a change that is not to be.
    const Copies copies = co_await tried(locked_with_a_right_one(call, uses));
    for (Hold::Use& use : uses) {
      co_await tried(holds_.mark(use, copies));
    }
    if (locked(uses) == copies) co_return copies;
  }
}

Task<Copies> Changes::prepare(const Call& call, Uses& uses) {
  for (;;) {
    const Copies ready = co_await tried(prepare_once(call, uses));
    if (!volume_.quorum.is_met(ready)) {
      co_return failed(ENOTCONN, fmt::format("only {} of {} copies can be changed, the others are behind",
                                             ready.count(), volume_.size()));
    }
    // A lock that has gone meanwhile is somebody else's by now.
    if ((ready - locked(uses)).empty()) co_return ready;
  }
}

Task<Copies> Changes::prepare_once(const Call& call, Uses& uses) {
  for (Hold::Use& use : uses) {
    if (use.part().slot || use.part().is_only_a_lock()) continue;
    const Copies copies = co_await tried(locked_with_a_right_one(call, uses));
    const Copies right_here = co_await tried(right_for(call, use.part(), copies));
    use.found_right(right_here);
  }
  const Copies marked = co_await tried(mark(call, uses));
  Copies right = co_await tried(right_among(call, uses, marked));
  if (right == marked) co_return marked;
  co_await tried(verify_all(call, uses));
  const Copies ready = co_await tried(begin_alike(call, uses, marked));
  if (!volume_.quorum.is_met(ready)) co_return ready;
  // Who has caught up with one object is behind with others of its names: the last one that is not is not blamed, as it
  // cannot catch up with another object.
  co_await tried(right_among(call, uses, ready));
  co_await tried(blame_all(uses, marked - ready));
  right = co_await tried(right_among(call, uses, ready));
  if (right.empty()) co_return failed(ENOTCONN, "each copy is behind with one of the objects, and none can catch up");
  co_return ready;
}

bool Changes::are_told_by_nobody(const Gfid& directory, Copies copies) {
  const std::optional<Readable> known = volume_.readable(directory);
  const Copies right = known ? known->with_right_attributes() & copies : Copies();
  return !right.empty() && (right & volume_.with_data()).empty();
}

// They are locked while names in it are: whoever has those of a directory locked waits for no names.
Task<> Changes::let_attributes_be_told(Gfid directory) {
  const Result<Done> healed = co_await finder_.heal_attributes(directory);
  if (!healed) {
    log::debug(volume_.name(), "only an arbiter has the attributes of {} right: {}", directory.text(),
               healed.error().sentence());
  }
  co_return done;
}

Task<> Changes::verify_all(const Call& call, Uses& uses) {
  for (Hold::Use& use : uses) {
    if (use.is_verified() || use.part().is_only_a_lock()) continue;
    co_await tried(verify(call, use));
  }
  co_return done;
}

Task<Copies> Changes::begin_alike(const Call& call, Uses& uses, Copies copies) {
  std::vector<Copies> right(uses.size(), copies);
  for (std::size_t at = 0; at < uses.size(); ++at) {
    if (!can_catch_up(uses[at].part())) continue;
    right[at] = co_await tried(right_for(call, uses[at].part(), copies));
    if (right[at] != copies) uses[at].note_behind();
  }
  const std::vector<Copies> alike = co_await tried(make_alike(uses, right, copies));
  for (std::size_t at = 0; at < uses.size(); ++at) {
    uses[at].caught_up(alike[at] - right[at]);
    copies = copies & alike[at];
  }
  co_return copies;
}

// What has moved from one directory to another can only come to the second when it has left the first, which may be
// the later one in the order of locks.
Task<std::vector<Copies>> Changes::make_alike(const Uses& uses, std::vector<Copies> alike, Copies copies) {
  constexpr int rounds = 2;
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t at = 0; at < uses.size(); ++at) {
      const Copies behind = copies - alike[at];
      if (!can_catch_up(uses[at].part()) || behind.empty()) continue;
      Locked held(volume_, copies | locked(uses));
      for (const Hold::Use& use : uses) {
        if (use.is_of_all_names()) held.add_all_names_of(use.part().gfid);
      }
      const Copies caught_up = co_await tried(finder_.catch_up(uses[at].part(), alike[at], behind, held));
      alike[at] = alike[at] | caught_up;
    }
  }
  co_return alike;
}

Task<Copies> Changes::right_among(const Call& call, const Uses& uses, Copies copies) {
  Copies right = copies;
  for (const Hold::Use& use : uses) {
    if (use.part().is_only_a_lock()) continue;
    // What is to be removed is looked at before that only.
    if (!use.part().slot && use.found_right()) {
      right = right & *use.found_right();
      continue;
    }
    const Copies right_here = co_await tried(right_for(call, use.part(), copies));
    right = right & (right_here | use.caught_up());
  }
  co_return right;
}

// What only copies have that have missed something themselves, would be lost with the next one that goes.
Task<Copies> Changes::right_for(const Call& call, const Part& part, Copies copies) {
  const Result<Readable> readable = co_await finder_.readable(call, part.gfid);
  // A file that is open and has no name any more.
  if (!readable && is_missing(readable.error())) co_return copies;
  if (!readable) co_return readable.error();
  const Copies good = part.slot == Slot::metadata ? readable->with_right_attributes() : readable->data;
  // Where all are blamed for names these are merged: what all get is not lost.
  if (good.empty() && part.slot == Slot::entries && !volume_.quorum.is_required()) co_return copies;
  if (good.empty()) co_return volume_.nobody_is_right();
  if ((good & copies).empty()) {
    co_return failed(ENOTCONN, fmt::format("the copies that are right are not there: {}", volume_.names(good)));
  }
  co_return part.slot == Slot::data ? copies : good& copies;
}

// What has to be empty goes as a whole.
bool Changes::can_catch_up(const Part& part) { return part.slot == Slot::entries || part.slot == Slot::metadata; }

Task<Copies> Changes::catch_up(const Uses& uses, Copies sources, Copies behind) {
  std::vector<Copies> right;
  for (const Hold::Use& use : uses) {
    if (use.part().slot == Slot::data) co_return Copies();
    right.push_back(can_catch_up(use.part()) ? sources : sources | behind);
  }
  const std::vector<Copies> alike = co_await tried(make_alike(uses, std::move(right), sources | behind));
  for (const Copies of_part : alike) behind = behind & of_part;
  co_return behind;
}

Task<> Changes::blame_all(Uses& uses, Copies copies) {
  if (copies.empty()) co_return done;
  for (Hold::Use& use : uses) {
    co_await tried(holds_.blame(use, copies));
  }
  co_return done;
}

Task<> Changes::doubt_all(Uses& uses) {
  for (Hold::Use& use : uses) {
    co_await tried(holds_.doubt(use));
  }
  co_return done;
}

Copies Changes::who_found_right(const Uses& uses) const {
  Copies right = volume_.all();
  for (const Hold::Use& use : uses) right = right & use.found_right().value_or(volume_.all());
  return right;
}

Task<> Changes::remove_from(const Call& call, Gfid parent, std::string name, bool is_directory, Copies copies) {
  const Call own = as_root(call);
  std::vector<Result<fop::Changed>> answers;
  if (is_directory) {
    const fop::Rmdir remove{.parent = parent, .flags = 0, .name = std::move(name), .xdata = {}};
    answers = co_await tried(asking_.at_each(own, remove, copies));
  } else {
    const fop::Unlink remove{.parent = parent, .name = std::move(name), .flags = 0, .xdata = {}};
    answers = co_await tried(asking_.at_each(own, remove, copies));
  }
  if ((copies - succeeded(answers)).empty()) co_return done;
  co_return error_of(answers);
}

Task<> Changes::blame_for_new(const Iatt& made, Copies had) {
  if (made.is_symlink()) co_return done;
  const Copies missing = volume_.all() - had;
  Counts all_of_it = Counts::of(Slot::metadata, 1);
  if (made.is_directory()) {
    all_of_it[Slot::entries] = 1;
    if (volume_.options.granular_entry_heal) all_of_it[Slot::data] = 1;
  } else {
    all_of_it[Slot::data] = 1;
  }
  fop::Xattrop request{.gfid = made.gfid, .operation = 0, .values = {}, .xdata = {}};
  for (const Copy copy : missing.list()) request.values.set_bytes(volume_.keys.missed(copy), all_of_it.stored());
  const Call own = as_root(Call{});
  const AnswersOf<fop::Xattrop> answers = co_await tried(asking_.at_each(own, request, had));
  if (!volume_.quorum.is_met(succeeded(answers))) co_return error_of(answers);
  co_return done;
}

Task<> Changes::blame_for_names(const std::optional<Iatt>& object, Copies had) {
  if (!object || object->is_directory() || object->links < 2) co_return done;
  const Copies told = co_await tried(blame_for_attributes(object->gfid, volume_.all() - had, had));
  if (!volume_.quorum.is_met(told)) co_return failed(ENOTCONN, "too few copies know that others have missed it");
  co_return done;
}

Task<Copies> Changes::blame_for_inherited(const Iatt& made, Gfid parent, Copies had) {
  const std::optional<Readable> known = volume_.readable(parent);
  const Copies alike = known ? had & known->with_right_attributes() : had;
  if (alike == had || alike.empty()) co_return had;
  const Copies told = co_await tried(blame_for_attributes(made.gfid, had - alike, alike));
  if (told.empty()) {
    log::warning(volume_.name(), "nobody has noted that {} has its attributes from a directory that is behind on {}",
                 made.gfid.text(), volume_.names(had - alike));
  }
  co_return alike;
}

Task<Copies> Changes::blame_for_attributes(Gfid gfid, Copies missing, Copies had) {
  fop::Xattrop request{.gfid = gfid, .operation = 0, .values = {}, .xdata = {}};
  const Counts attributes = Counts::of(Slot::metadata, 1);
  for (const Copy copy : missing.list()) request.values.set_bytes(volume_.keys.missed(copy), attributes.stored());
  const Call own = as_root(Call{});
  const AnswersOf<fop::Xattrop> answers = co_await tried(asking_.at_each(own, request, had));
  volume_.leave_out(gfid, Slot::metadata, missing);
  Copies told = succeeded(answers);
  for (const Copy copy : (had - told).list()) {
    if (is_missing(answers[copy].error())) told.add(copy);
  }
  co_return told;
}

std::shared_ptr<KnownNames> Changes::names_of_alike(const Gfid& directory) const {
  const std::optional<Readable> readable = volume_.readable(directory);
  const bool are_alike = volume_.up() == volume_.all() && readable && readable->data == volume_.all();
  return are_alike ? holds_.known_names(directory) : nullptr;
}

void Changes::note_made_in(const Gfid& directory) {
  const std::shared_ptr<KnownNames> names = names_of_alike(directory);
  if (!names || !names->makes_listing_due()) return;
  volume_.background.start(learn_names(volume_, directory, volume_.choose(directory, volume_.all()), names));
}

void Changes::note_gone_from(const Gfid& directory, const std::string& name) {
  const std::shared_ptr<KnownNames> names = names_of_alike(directory);
  if (names) names->is_gone(name);
}

Fd Changes::descriptor_of(const fop::Create& create, const Gfid& gfid, AnswersOf<fop::Create>& answers) {
  std::shared_ptr<OpenObject> object = descriptors_.new_object();
  for (Copy copy = 0; copy < answers.size(); ++copy) {
    if (answers[copy] && answers[copy]->iatt.gfid == gfid) object->fds[copy] = std::exchange(answers[copy]->fd, {});
  }
  return descriptors_.give_out(gfid, create.flags, false, std::move(object));
}

Task<> Changes::close_others(const Call& call, AnswersOf<fop::Create>& answers) {
  std::vector<Task<fop::Acknowledged>> closing;
  std::vector<fop::Release> releases;
  std::vector<Copy> places;
  for (Copy copy = 0; copy < answers.size(); ++copy) {
    if (!answers[copy] || !answers[copy]->fd.open) continue;
    places.push_back(copy);
    releases.push_back({.gfid = answers[copy]->iatt.gfid, .fd = std::move(answers[copy]->fd), .xdata = {}});
  }
  if (places.empty()) co_return done;
  for (std::size_t at = 0; at < places.size(); ++at) {
    closing.push_back(volume_.subvolume(places[at]).perform(call, releases[at]));
  }
  // A descriptor that cannot be closed goes with the connection.
  co_await tried(all(std::move(closing)));
  co_return done;
}

bool Changes::is_open_at_all(const Fd& fd, Copies copies) const {
  const std::shared_ptr<OpenObject> object = descriptors_.object(fd);
  if (!object) return true;
  for (Copy copy = 0; copy < volume_.size(); ++copy) {
    if (copies.has(copy) && !object->fds[copy].open) return false;
  }
  return true;
}

Task<> Changes::open_at_all(const Call& call, Fd fd, Copies copies) {
  const std::shared_ptr<OpenObject> object = descriptors_.object(fd);
  std::vector<Task<Fd>> opening;
  for (const Copy copy : copies.list()) {
    if (!object->fds[copy].open) opening.push_back(descriptors_.descriptor_at(call, fd, copy));
  }
  // Where it cannot be opened the change says why.
  co_await tried(all(std::move(opening)));
  co_return done;
}

Task<> Changes::refuse_what_is_removed(const Call& call, const Uses& uses) {
  if (volume_.quorum.is_required()) co_return done;
  for (const Hold::Use& use : uses) {
    if (use.without().empty()) continue;
    co_await tried(refuse_if_removed(call, use.part()));
  }
  co_return done;
}

Task<> Changes::refuse_if_removed(const Call& call, const Part& part) {
  // What is open lives on without a name.
  if (part.open != nullptr) co_return done;
  const bool is_removed = co_await tried(finder_.is_removed(call, part.gfid));
  if (is_removed) co_return failed(ESTALE);
  co_return done;
}

Task<fop::Changed> Changes::perform(const Call& call, const fop::Unlink& unlink) {
  std::optional<Iatt> removed;
  if (volume_.up() != volume_.all()) {
    removed = co_await tried(object_named(call, unlink.parent, unlink.name));
  }
  fop::Unlink that_tells = unlink;
  that_tells.xdata.set(own_key::removed_object, std::int32_t{1});
  that_tells.xdata.set(own_key::names_locked, own_key::are_locked);
  if (may_lose_content()) that_tells.xdata.set_bytes(own_key::unless_it_blames, as_bytes(volume_.keys.all_missed()));
  fop::Changed reply = co_await tried(transact(call, that_tells, plan_of(unlink), removed));
  reply.xdata.erase(own_key::removed_object);
  co_return std::move(reply);
}

std::optional<Iatt> Changes::removed_object(const Dictionary& xdata) {
  const Value* told = xdata.find(own_key::removed_object);
  const Iatt* object = told == nullptr ? nullptr : std::get_if<Iatt>(told);
  return object == nullptr ? std::nullopt : std::optional(*object);
}

Task<fop::Made> Changes::perform(const Call& call, const fop::Link& link) {
  Result<fop::Made> reply = co_await transact(call, link, plan_of(link));
  if (reply || !is_away(reply.error()) || volume_.up() != volume_.all()) co_return std::move(reply);
  // With all there, one is behind with a name of the file, and another with the directory.
  const Result<bool> is_brought = co_await bring_what_is_linked(call, link);
  if (!is_brought || !*is_brought) co_return std::move(reply);
  reply = co_await transact(call, link, plan_of(link));
  co_return std::move(reply);
}

Task<bool> Changes::bring_what_is_linked(const Call& call, const fop::Link& link) {
  if (!volume_.quorum.is_required()) co_return false;
  // A file that has just been made on a copy has no content there: one that has it is to have the link, too.
  volume_.forget(link.gfid);
  const Readable of_file = co_await tried(finder_.readable(call, link.gfid));
  const Readable of_directory = co_await tried(finder_.readable(call, link.new_parent));
  if ((of_file.data & of_directory.data).empty()) co_return false;
  const bool is_brought = co_await tried(finder_.bring_to_all(call, link.gfid));
  co_return is_brought;
}

Task<> Changes::refuse_link_to_what_few_have(const Call& call, const fop::Link& link,
                                             const Attempt<fop::Link>& attempt) {
  if (attempt.outcome.without.empty()) co_return done;
  const bool is_removed = co_await tried(finder_.is_removed(call, link.gfid));
  if (is_removed) co_return done;
  co_return failed(ENOTCONN, fmt::format("only {} of {} copies have what is to be linked", attempt.had.count(),
                                         volume_.size()));
}

Task<> Changes::refuse_link_of_what_goes(const Call& call, const fop::Link& link, const Uses& uses,
                                         Attempt<fop::Link>& attempt) {
  if (attempt.outcome.without.empty()) co_return done;
  const Result<Copies> right = co_await right_among(call, uses, attempt.had);
  bool may_be_lost = !right && is_away(right.error());
  if (!may_be_lost) {
    may_be_lost = co_await tried(lack_content(call, link.gfid, attempt.had));
  }
  if (!may_be_lost) co_return done;
  const bool is_removed = co_await tried(finder_.is_removed(call, link.gfid));
  if (!is_removed) co_return done;
  co_await tried(take_back(call, link, attempt.had));
  attempt.is_undone = true;
  co_return failed(ESTALE);
}

Task<bool> Changes::lack_content(const Call& call, Gfid gfid, Copies copies) {
  // Others may have been healed since.
  volume_.forget(gfid);
  const Result<Readable> readable = co_await finder_.readable(call, gfid);
  if (readable) co_return (readable->data & copies).empty();
  if (is_missing(readable.error())) co_return true;
  co_return readable.error();
}

Task<Copies> Changes::with_unnamed(const Call& call, const Uses& uses, Copies had, Copies unnamed) {
  if (unnamed.empty()) co_return had;
  const Result<Copies> right = co_await right_among(call, uses, had);
  if (right || !is_away(right.error())) co_return had;
  const Result<bool> is_going = co_await finder_.is_denied(call, uses.front().part().gfid);
  co_return is_going && *is_going ? had | unnamed : had;
}

Task<std::optional<Copy>> Changes::blameless_one(const Call& call, Gfid gfid, Copies among, ReadParts parts,
                                                 std::shared_ptr<OpenObject> open) {
  if (open == nullptr) among = Copies();
  while (!among.empty()) {
    const Copy copy = volume_.choose(gfid, among);
    among.remove(copy);
    const Result<bool> is_blameless = co_await finder_.is_blameless(call, gfid, copy, parts, open);
    if (is_blameless && *is_blameless) co_return std::optional(copy);
  }
  co_return std::optional<Copy>();
}

Task<Copies> Changes::behind_with(const Call& call, Gfid gfid, Copies without) {
  if (without.empty()) co_return without;
  const Result<Readable> readable = co_await finder_.readable(call, gfid);
  co_return readable ? without : Copies();
}

Task<std::optional<Iatt>> Changes::object_named(const Call& call, Gfid parent, std::string name) {
  const fop::Lookup lookup{.gfid = {}, .parent = parent, .name = std::move(name), .xdata = {}};
  const Result<fop::Lookup::Reply> found = co_await finder_.look_up(call, lookup);
  if (!found && is_missing(found.error())) co_return std::optional<Iatt>();
  if (!found) co_return found.error();
  co_return std::optional(found->iatt);
}

// Where each quorum has its content, one that has another name of it has that, too.
bool Changes::may_lose_content() const {
  return volume_.with_data() != volume_.all() || 2 * volume_.quorum.witnesses() >= volume_.size();
}

// Where a quorum has no name for it any more, what is left of it is of no use, and keeps its identity from being used.
Task<> Changes::make_anew_what_is_aside(const Call& call, const fop::Mkdir& mkdir, const Uses& uses,
                                        Attempt<fop::Mkdir>& attempt) {
  const std::optional<Gfid> gfid = mkdir.xdata.gfid("gfid-req");
  const bool is_made_anew = gfid && mkdir.xdata.has(heals_directory_key);
  if (!is_made_anew || !volume_.quorum.is_required()) co_return done;
  Copies refusing;
  for (const Copy copy : attempt.asked.list()) {
    if (attempt.answers[copy]) continue;
    if (attempt.answers[copy].error().number() != EEXIST) co_return done;
    refusing.add(copy);
  }
  const Copies made = attempt.asked - refusing;
  if (refusing.empty() || made.empty()) co_return done;
  const Result<bool> is_given_up =
      co_await finder_.give_up_aside(*gfid, refusing, made.front(), Locked(volume_, locked(uses)));
  if (!is_given_up) {
    log::debug(volume_.name(), "{} stays aside on {}: {}", gfid->text(), volume_.names(refusing),
               is_given_up.error().sentence());
  }
  if (!is_given_up || !*is_given_up) co_return done;
  AnswersOf<fop::Mkdir> said = co_await tried(asking_.at_each(call, mkdir, refusing));
  for (const Copy copy : refusing.list()) attempt.answers[copy] = std::move(said[copy]);
  co_return done;
}

Task<fop::Changed> Changes::perform(const Call& call, const fop::Rmdir& rmdir) {
  const NameIn name{rmdir.parent, rmdir.name};
  const Gfid* named = volume_.named_directories.find(name);
  if (named != nullptr && volume_.up() == volume_.all() && volume_.all_know_sequences()) {
    Iatt guess;
    guess.gfid = *named;
    guess.mode = S_IFDIR;
    Result<fop::Changed> reply = co_await remove_directory(call, rmdir, guess);
    const bool may_be_gone = !reply && is_missing(reply.error());
    if (reply || may_be_gone) volume_.named_directories.erase(name);
    if (!may_be_gone) co_return std::move(reply);
  }
  const std::optional<Iatt> there = co_await tried(object_named(call, rmdir.parent, rmdir.name));
  fop::Changed reply = co_await tried(remove_directory(call, rmdir, there));
  co_return std::move(reply);
}

Task<fop::Changed> Changes::remove_directory(const Call& call, const fop::Rmdir& rmdir, std::optional<Iatt> there) {
  Plan names{names_in(rmdir.parent, {rmdir.name})};
  return transact_over(call, rmdir, std::move(names), {rmdir.parent, rmdir.name}, std::move(there));
}

Task<fop::Rename::Reply> Changes::perform(const Call& call, const fop::Rename& rename) {
  const bool moves_directory = co_await tried(is_to_move_directory(call, rename));
  Result<fop::Rename::Reply> reply = co_await rename_locked(call, rename, moves_directory);
  const bool may_move_one = !moves_directory && rename.old_parent != rename.new_parent;
  if (reply || reply.error().number() != EISDIR || !may_move_one) co_return std::move(reply);
  const std::optional<Iatt> moved = co_await tried(object_named(call, rename.old_parent, rename.old_name));
  if (!moved || !moved->is_directory()) co_return std::move(reply);
  reply = co_await rename_locked(call, rename, true);
  co_return std::move(reply);
}

// As far as it is known, where bricks of ours find it out.
Task<bool> Changes::is_to_move_directory(const Call& call, const fop::Rename& rename) {
  if (rename.old_parent == rename.new_parent) co_return false;
  if (volume_.all_know_sequences()) {
    co_return volume_.named_directories.find({rename.old_parent, rename.old_name}) != nullptr;
  }
  const std::optional<Iatt> moved = co_await tried(object_named(call, rename.old_parent, rename.old_name));
  co_return moved && moved->is_directory();
}

Task<fop::Rename::Reply> Changes::rename_locked(const Call& call, const fop::Rename& rename, bool moves_directory) {
  fop::Rename of_alike = rename;
  of_alike.xdata.set(own_key::names_alike, std::int32_t{1});
  of_alike.xdata.set(own_key::removed_object, std::int32_t{1});
  if (may_lose_content()) of_alike.xdata.set_bytes(own_key::unless_it_blames, as_bytes(volume_.keys.all_missed()));
  Plan names{names_in(rename.old_parent, {rename.old_name}), names_in(rename.new_parent, {rename.new_name})};
  if (moves_directory) {
    names.push_back(moves_of_directories());
  } else if (rename.old_parent != rename.new_parent) {
    of_alike.xdata.set(own_key::no_directory_moves, std::int32_t{1});
  }
  std::optional<Iatt> replaced;
  // Bricks that are all there and ours say what it is about.
  if (volume_.up() != volume_.all() || !volume_.all_know_sequences()) {
    replaced = co_await tried(object_named(call, rename.new_parent, rename.new_name));
  }
  fop::Rename::Reply reply = co_await tried(
      transact_over(call, std::move(of_alike), std::move(names), {rename.new_parent, rename.new_name}, replaced));
  reply.xdata.erase(own_key::removed_object);
  co_return std::move(reply);
}

}  // namespace mortar::replicate
