#include "translators/replicate/finder.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/name.h"
#include "translators/cluster/as_root.h"
#include "translators/replicate/alike.h"
#include "translators/replicate/hidden_names.h"
#include "wire/own_keys.h"

namespace mortar::replicate {

namespace {

// The one that a client has in mind for what has none.
constexpr const char* identity_key = "gfid-req";

// Spreads names over the copies like objects: which one the name stands for is not known yet.
Gfid for_name(const fop::Lookup& lookup) {
  Gfid place = lookup.parent;
  const std::uint64_t hash = std::hash<std::string>()(lookup.name);
  for (int at = 0; at < 8; ++at) place.bytes[at] ^= static_cast<std::uint8_t>(hash >> (8 * at));
  return place;
}

// Who says neither what it is nor that there is none: the name is too long, the caller may not look.
Copies refused_by(const AnswersOf<fop::Lookup>& answers) {
  Copies refused;
  for (Copy copy = 0; copy < answers.size(); ++copy) {
    if (answers[copy]) continue;
    const Error& error = answers[copy].error();
    if (!is_away(error) && !is_missing(error)) refused.add(copy);
  }
  return refused;
}

// Nobody is blamed for an object when a copy has missed that it lost another name, just while that copy was lost: but
// it was changed earlier there.
Copies changed_last(const AnswersOf<fop::Lookup>& answers, Copies copies) {
  Moment last;
  for (const Copy copy : copies.list()) last = std::max(last, answers[copy]->iatt.changed);
  for (const Copy copy : copies.list()) {
    if (answers[copy]->iatt.changed != last) copies.remove(copy);
  }
  return copies;
}

// A copy that lacks the directory itself, and is to be healed, says ESTALE of what the others only do not find in it.
Error why_denied(const AnswersOf<fop::Lookup>& answers, Copies denied) {
  for (const Copy copy : denied.list()) {
    if (answers[copy].error().number() == ENOENT) return answers[copy].error();
  }
  return error_of(answers);
}

}  // namespace

Task<fop::Lookup::Reply> Finder::look_up(const Call& call, const fop::Lookup& lookup) {
  const bool is_hidden = lookup.parent.is_root() && lookup.name.starts_with(anonymous_prefix) && !call.is_internal();
  const bool is_nowhere = !lookup.name.empty() && is_known_to_lack(lookup.parent, lookup.name);
  if (is_hidden || is_nowhere) return ready<fop::Lookup::Reply>(failed(ENOENT));
  return lookup.name.empty() ? look_up_object(call, lookup) : look_up_name(call, lookup);
}

bool Finder::is_known_to_lack(const Gfid& directory, const std::string& name) const {
  // What is no name, bricks say better.
  if (!volume_.are_locks_certain() || !Name::make(name) || name.starts_with(anonymous_prefix)) return false;
  const std::shared_ptr<KnownNames> names = holds_.known_names(directory);
  return names && names->lacks(name);
}

fop::Lookup Finder::with_marks(const fop::Lookup& lookup) const {
  fop::Lookup with_marks = lookup;
  // What has no identity on one copy has one on others: it is not to get a new one there.
  with_marks.xdata.erase(identity_key);
  volume_.keys.ask_in(with_marks.xdata);
  return with_marks;
}

Task<Heard> Finder::ask(const Call& call, const fop::Lookup& lookup) {
  const fop::Lookup question = with_marks(lookup);
  Heard heard{.answers = {}, .news = volume_.news()};
  // Looked at in the course of something else, too.
  Call looking = call;
  looking.stamps = 0;
  if (question.xdata.has(own_key::readable_content)) {
    heard.answers = co_await tried(ask_one_for_content(looking, question));
  } else {
    heard.answers = co_await tried(asking_.at_each(looking, question, volume_.up()));
  }
  co_return std::move(heard);
}

Copies Finder::to_give_content(const fop::Lookup& lookup) const {
  const Copies able = volume_.up() & volume_.with_data();
  const bool is_asked_for = lookup.xdata.has(own_key::readable_content) && !able.empty();
  return is_asked_for ? Copies::only(volume_.choose(for_name(lookup), able)) : Copies();
}

Task<AnswersOf<fop::Lookup>> Finder::ask_one_for_content(const Call& call, const fop::Lookup& lookup) {
  fop::Lookup without_content = lookup;
  without_content.xdata.erase(own_key::readable_content);
  const Copies chosen = to_give_content(lookup);
  const std::vector<Copy> asked = volume_.up().list();
  std::vector<Task<fop::Lookup::Reply>> questions;
  for (const Copy copy : asked) {
    questions.push_back(asking_.at(call, chosen.has(copy) ? lookup : without_content, copy));
  }
  AnswersOf<fop::Lookup> given = co_await tried(all(std::move(questions)));
  AnswersOf<fop::Lookup> answers(volume_.size(), failed(ENOTCONN));
  for (std::size_t at = 0; at < asked.size(); ++at) answers[asked[at]] = std::move(given[at]);
  co_return std::move(answers);
}

Task<Heard> Finder::ask_for_name(const Call& call, const fop::Lookup& lookup) {
  if (volume_.up() == volume_.all() || !volume_.quorum.is_required()) {
    Heard heard = co_await tried(ask(call, lookup));
    if (know_name(heard)) co_return std::move(heard);
  }
  Heard heard = co_await tried(ask_after_directory(call, lookup));
  co_return std::move(heard);
}

// In this order: who becomes behind only then tells what was there when it was not.
Task<Heard> Finder::ask_after_directory(const Call& call, const fop::Lookup& lookup) {
  const fop::Lookup of_directory =
      with_marks(fop::Lookup{.gfid = lookup.parent, .parent = {}, .name = {}, .xdata = {}});
  Call looking = call;
  looking.stamps = 0;
  const Copies gives_content = to_give_content(lookup);
  const std::vector<Copy> asked = volume_.up().list();
  std::vector<Task<Sequence>> questions;
  for (const Copy copy : asked) {
    fop::Lookup of_name = with_marks(lookup);
    if (!gives_content.has(copy)) of_name.xdata.erase(own_key::readable_content);
    Sequence sequence;
    sequence.push_back(Step<fop::Lookup>{as_root(call), of_directory});
    sequence.push_back(Step<fop::Lookup>{looking, std::move(of_name)});
    questions.push_back(volume_.subvolume(copy).perform_in_order(std::move(sequence)));
  }
  const AnswersOf<fop::Lookup> nothing(volume_.size(), failed(ENOTCONN));
  Heard heard{.answers = nothing, .news = volume_.news(), .of_directory = nothing};
  std::vector<Result<Sequence>> performed = co_await tried(all(std::move(questions)));
  for (std::size_t at = 0; at < asked.size(); ++at) {
    Sequence answers = co_await tried(std::move(performed[at]));
    Result<fop::Lookup::Reply>& directory = std::get<Step<fop::Lookup>>(answers.front()).reply;
    Result<fop::Lookup::Reply>& name = std::get<Step<fop::Lookup>>(answers.back()).reply;
    // What is asked for in a directory that is not there is refused like that.
    if (!directory) name = is_missing(directory.error()) ? failed(ESTALE) : std::unexpected(directory.error());
    heard.of_directory[asked[at]] = std::move(directory);
    heard.answers[asked[at]] = std::move(name);
  }
  co_return std::move(heard);
}

bool Finder::know_name(const Heard& heard) const {
  Copies told;
  for (Copy copy = 0; copy < heard.answers.size(); ++copy) {
    if (heard.answers[copy] || !is_away(heard.answers[copy].error())) told.add(copy);
  }
  if (!volume_.quorum.is_required() || told == volume_.all()) return true;
  const Copies right = weigh(volume_, heard.of_directory, volume_.all()).readable.data;
  return !(right & told).empty();
}

std::optional<Gfid> Finder::unsettled(const Heard& heard) const {
  const auto agree = [&](Copies copies) {
    return std::ranges::all_of(copies.list(), [&](Copy copy) {
      return has_same_owner_and_mode(heard.answers[copy]->iatt, heard.answers[copies.front()]->iatt);
    });
  };
  if (agree(succeeded(heard.answers))) return std::nullopt;
  const Copies right = weigh(volume_, heard.answers, volume_.all()).readable.with_right_attributes();
  return agree(right) ? std::nullopt : std::optional(heard.answers[right.front()]->iatt.gfid);
}

Task<Heard> Finder::ask_when_settled(const Call& call, const fop::Lookup& lookup, Gfid gfid) {
  const bool is_of_name = !lookup.name.empty();
  const auto asked = [&] { return is_of_name ? ask_for_name(call, lookup) : ask(call, lookup); };
  Heard again = co_await tried(asked());
  if (!unsettled(again)) co_return std::move(again);
  Part part{.gfid = gfid, .kind = LockKind::attributes, .claim = {}, .slot = std::nullopt};
  const Result<Hold::Use> use = co_await holds_.take(call, std::move(part));
  if (!use && !is_missing(use.error())) co_return use.error();
  Heard settled = co_await tried(asked());
  co_return std::move(settled);
}

Task<fop::Lookup::Reply> Finder::look_up_object(const Call& call, const fop::Lookup& lookup) {
  Heard heard = co_await tried(ask(call, lookup));
  if (const std::optional<Gfid> changing = unsettled(heard)) {
    heard = co_await tried(ask_when_settled(call, lookup, *changing));
  }
  fop::Lookup::Reply reply = co_await tried(unite_by_gfid(call, lookup.gfid, std::move(heard)));
  co_return std::move(reply);
}

Task<fop::Lookup::Reply> Finder::discover(const Call& call, const fop::Lookup& lookup) {
  Heard heard = co_await tried(ask(call, lookup));
  fop::Lookup::Reply reply = co_await tried(unite_by_gfid(call, lookup.gfid, std::move(heard)));
  co_return std::move(reply);
}

Task<fop::Lookup::Reply> Finder::unite_by_gfid(const Call& call, Gfid gfid, Heard heard) {
  const Copies denied = denied_by(heard.answers, volume_.all());
  const Copies holders = succeeded(heard.answers);
  // Where a copy is away, those that have it may be behind with the removal of it, and so may be those that do not.
  // Where none of those that have it is right, who was may just have lost it.
  const bool is_split = weigh(volume_, heard.answers, volume_.all()).readable.is_split();
  const bool is_held = volume_.quorum.is_required() && volume_.quorum.is_met(holders) && !is_split;
  const bool is_nowhere = holders.empty() && !volume_.quorum.is_required();
  const bool is_certain = denied.empty() || is_held || is_nowhere;
  const bool are_enough = volume_.quorum.is_met(denied | holders);
  if (is_certain || !are_enough) co_return unite(std::move(heard), volume_.all());
  if (!holders.empty()) {
    const bool is_gone = co_await tried(denial_.is_of_something_removed(call, gfid, holders, denied));
    if (!is_gone) co_return unite(std::move(heard), volume_.all());
  }
  volume_.forget(gfid);
  co_return failed(ESTALE);
}

Task<Readable> Finder::to_be_read(const Call& call, Gfid gfid) {
  const std::optional<Copy> chosen = inspection_.chosen(gfid);
  if (chosen) co_return Readable{.data = Copies::only(*chosen), .metadata = Copies::only(*chosen), .arbiters = {}};
  const Readable right = co_await tried(readable(call, gfid));
  if (!right.is_split() || Ruling::of_policy(volume_.options.favorite_child_policy).by == Ruling::By::nobody) {
    co_return right;
  }
  co_await tried(healer_.settle_by_policy(gfid));
  const Readable settled = co_await tried(readable(call, gfid));
  co_return settled;
}

Task<Readable> Finder::readable(const Call& call, Gfid gfid) {
  for (;;) {
    const std::optional<Readable> known = volume_.readable(gfid);
    // Of what is remembered copies are only taken away: others may have been healed since.
    const bool says_enough = known && !known->data.empty() && !known->metadata.empty();
    if (says_enough) {
      const Copies up = volume_.up();
      co_return Readable{.data = known->data & up, .metadata = known->metadata & up, .arbiters = known->arbiters & up};
    }
    const std::uint64_t before = volume_.news();
    const fop::Lookup lookup{.gfid = gfid, .parent = {}, .name = {}, .xdata = {}};
    Heard heard = co_await tried(ask(call, lookup));
    const Copies denied = denied_by(heard.answers, volume_.all());
    const Copies told = succeeded(heard.answers) | denied;
    const Readable now = weigh(volume_, heard.answers, volume_.all()).readable;
    co_await tried(unite_by_gfid(call, gfid, std::move(heard)));
    if (volume_.news() != before) continue;
    if (volume_.quorum.is_met(told)) co_return now;
    co_return failed(ENOTCONN, "too few copies answer to know which of them is right");
  }
}

Task<Copies> Finder::catch_up(Part part, Copies sources, Copies behind, Locked locked) {
  Copies caught_up;
  for (const Copy copy : behind.list()) {
    Result<Done> made_alike = done;
    if (part.kind == LockKind::entries) {
      made_alike = co_await healer_.catch_up_names(part.gfid, part.claim.names, sources, copy, locked);
    } else {
      made_alike = co_await healer_.catch_up_attributes(part.gfid, sources, copy, locked);
    }
    if (made_alike) {
      caught_up.add(copy);
    } else {
      log::debug(volume_.name(), "{} takes no part in a change of {}: {}", volume_.subvolume(copy).name(),
                 part.gfid.text(), made_alike.error().sentence());
    }
  }
  co_return caught_up;
}

Task<bool> Finder::bring_to_all(const Call& call, Gfid gfid) {
  const fop::Lookup lookup{.gfid = gfid, .parent = {}, .name = {}, .xdata = {}};
  const Heard heard = co_await tried(ask(call, lookup));
  const Copies lacking = denied_by(heard.answers, volume_.all());
  if (lacking.empty()) co_return false;
  // Who has it may be behind with its names, too.
  for (const Copy holder : succeeded(heard.answers).list()) {
    Place place = co_await tried(healer_.healing().place_of(gfid, holder));
    const fop::Lookup of_name{.gfid = {}, .parent = place.directory, .name = std::move(place.name), .xdata = {}};
    co_await tried(put_name_right(call, of_name, lacking));
  }
  co_return true;
}

Task<> Finder::keep_if_it_has_other_names(Gfid directory, std::string name, Copies copies, Copies others,
                                          Locked locked) {
  Place place{.directory = directory, .name = std::move(name)};
  co_await tried(healer_.keep_if_it_has_other_names(std::move(place), copies, others, std::move(locked)));
  co_return done;
}

Task<bool> Finder::give_up_aside(Gfid directory, Copies copies, Copy source, Locked locked) {
  const bool is_given_up = co_await tried(healer_.give_up_aside(directory, copies, source, std::move(locked)));
  co_return is_given_up;
}

Task<> Finder::heal_attributes(Gfid gfid) {
  co_await tried(healer_.heal_attributes(gfid));
  co_return done;
}

Task<Copies> Finder::refresh(const Call& call, Gfid gfid) {
  const fop::Lookup lookup{.gfid = gfid, .parent = {}, .name = {}, .xdata = {}};
  Heard heard = co_await tried(ask(call, lookup));
  const Copies denied = denied_by(heard.answers, volume_.all());
  co_await tried(learn(call, gfid, std::move(heard)));
  co_return denied;
}

Task<> Finder::learn(const Call& call, Gfid gfid, Heard heard) {
  // Where this does not tell for certain which copies are right, what was remembered does not either.
  const Copies denied = denied_by(heard.answers, volume_.all());
  const bool is_sure = denied.empty() && volume_.quorum.is_met(succeeded(heard.answers));
  if (!is_sure || heard.news != volume_.news()) volume_.forget(gfid);
  co_await tried(unite_by_gfid(call, gfid, std::move(heard)));
  co_return done;
}

Task<bool> Finder::is_denied(const Call& call, Gfid gfid) {
  Copies holders;
  const bool is_denied_now = co_await tried(is_denied_at_once(call, gfid, holders));
  if (is_denied_now || holders.empty()) co_return is_denied_now;
  // Copies that were behind with its name, and have caught up for its removal, deny it before the others do.
  const Result<Done> waited = co_await wait_for_changes_of_name(call, gfid, volume_.choose(gfid, holders));
  if (!waited) log::debug(volume_.name(), "{} is just going: {}", gfid.text(), waited.error().sentence());
  const bool is_denied = co_await tried(is_denied_at_once(call, gfid, holders));
  co_return is_denied;
}

Task<> Finder::wait_for_changes_of_name(const Call& call, Gfid gfid, Copy holder) {
  Place place = co_await tried(healer_.healing().place_of(gfid, holder));
  const Hold::Use use = co_await tried(lock_name(call, place.directory, std::move(place.name)));
  co_return done;
}

Task<Hold::Use> Finder::lock_name(const Call& call, Gfid directory, std::string name) {
  Part part{.gfid = directory, .kind = LockKind::entries, .claim = {}, .slot = std::nullopt};
  part.claim.names.push_back(std::move(name));
  return holds_.take(call, std::move(part));
}

Task<bool> Finder::is_denied_at_once(const Call& call, Gfid gfid, Copies& holders) {
  const fop::Lookup lookup{.gfid = gfid, .parent = {}, .name = {}, .xdata = {}};
  const Heard heard = co_await tried(ask(call, lookup));
  const Copies denied = denied_by(heard.answers, volume_.all());
  holders = denied.empty() ? Copies() : succeeded(heard.answers);
  if (holders.empty()) co_return volume_.quorum.is_met(denied);
  const bool is_removed = co_await tried(denial_.is_of_something_removed(call, gfid, holders, denied));
  co_return is_removed;
}

Task<bool> Finder::is_removed(const Call& call, Gfid gfid) {
  Copies holders;
  const bool is_removed = co_await tried(is_denied_at_once(call, gfid, holders));
  co_return is_removed;
}

// ---- Names

bool Finder::agree(const AnswersOf<fop::Lookup>& answers, Copies counting) const {
  const Copies present = succeeded(answers) & counting;
  if (!contradiction(volume_, answers, counting).empty()) return false;
  if (present.empty()) return true;
  return denied_by(answers, counting).empty();
}

Task<fop::Lookup::Reply> Finder::look_up_name(const Call& call, const fop::Lookup& lookup) {
  Heard heard = co_await tried(ask_for_name(call, lookup));
  if (const std::optional<Gfid> changing = unsettled(heard)) {
    heard = co_await tried(ask_when_settled(call, lookup, *changing));
  }
  if (agree(heard.answers, volume_.all()) && know_name(heard)) {
    Result<fop::Lookup::Reply> found = unite(std::move(heard), volume_.all());
    if (found && found->iatt.is_directory()) {
      volume_.named_directories.put({lookup.parent, lookup.name}, found->iatt.gfid);
    }
    co_return std::move(found);
  }
  // A copy of the directory that has missed something does not count: which that is by now others may have changed.
  if (!holds_.keeps(lookup.parent, LockKind::entries)) volume_.forget(lookup.parent);
  const Readable parent = co_await tried(readable(call, lookup.parent));
  fop::Lookup::Reply reply;
  if (!parent.data.empty() && agree(heard.answers, parent.data)) {
    if (!volume_.quorum.is_met(parent.data)) {
      // A change that fewer have may just be coming to nothing. Where it cannot be locked nobody is changing it there.
      const Result<Hold::Use> use = co_await lock_name(call, lookup.parent, lookup.name);
      if (use) {
        reply = co_await tried(look_again_locked(call, lookup, Locked(volume_, use->locked())));
        co_return std::move(reply);
      }
    }
    const Copies wrong = wrong_about_name(heard.answers, parent.data);
    if (!wrong.empty()) {
      const Result<Done> put_right = co_await put_name_right(call, lookup, wrong);
      if (!put_right) {
        log::debug(volume_.name(), "{} in {} stays wrong on {}: {}", lookup.name, lookup.parent.text(),
                   volume_.names(wrong), put_right.error().sentence());
      }
    }
    reply = co_await tried(unite_for_some(call, lookup, std::move(heard), parent.data));
  } else {
    reply = co_await tried(look_again(call, lookup));
  }
  co_return std::move(reply);
}

Copies Finder::wrong_about_name(const AnswersOf<fop::Lookup>& answers, Copies right) const {
  if (volume_.quorum.is_required()) return Copies();
  const Copies present = succeeded(answers) & right;
  Copies wrong;
  for (const Copy copy : (volume_.up() - right).list()) {
    const Result<fop::Lookup::Reply>& answer = answers[copy];
    bool is_wrong = present.empty();
    if (!answer) {
      const bool lacks_it = answer.error().number() == ENOENT && !present.empty();
      is_wrong = lacks_it || answer.error().number() == ENODATA;
    } else if (!present.empty()) {
      const Iatt& object = answers[present.front()]->iatt;
      is_wrong = answer->iatt.gfid != object.gfid || answer->iatt.type() != object.type();
    }
    if (is_wrong) wrong.add(copy);
  }
  return wrong;
}

Task<> Finder::put_name_right(const Call& call, const fop::Lookup& lookup, Copies wrong) {
  Part part{.gfid = lookup.parent, .kind = LockKind::entries, .claim = {}, .slot = std::nullopt};
  part.claim.names.push_back(lookup.name);
  const Hold::Use use = co_await tried(holds_.take(call, part));
  const Locked locked(volume_, use.locked());
  // Others may have blamed a copy of the directory since it was looked at, or healed it.
  volume_.forget(lookup.parent);
  const Readable parent = co_await tried(readable(call, lookup.parent));
  const Copies behind = (wrong & locked.copies()) - parent.data;
  if (parent.data.empty() || !(parent.data - locked.copies()).empty()) co_return done;
  co_await tried(catch_up(std::move(part), parent.data, behind, locked));
  co_return done;
}

Task<fop::Lookup::Reply> Finder::unite_for_some(const Call& call, fop::Lookup lookup, Heard heard, Copies counting) {
  const Copies told = succeeded(heard.answers) & counting;
  const Readable now = weigh(volume_, heard.answers, counting).readable;
  fop::Lookup::Reply reply = co_await tried(unite(std::move(heard), counting));
  if (counting == volume_.all()) co_return std::move(reply);
  // Who is behind with the name may know of a change of the object; but of each a quorum knows. What is remembered of
  // it may be from before a change by somebody else.
  const bool is_known = volume_.quorum.is_required() && volume_.quorum.is_met(told);
  if (is_known && !(now.data & now.metadata).empty()) co_return std::move(reply);
  lookup.gfid = reply.iatt.gfid;
  lookup.parent = {};
  lookup.name.clear();
  Result<fop::Lookup::Reply> object = co_await discover(call, lookup);
  // Others may have the object no more, or not yet.
  if (!object && is_missing(object.error())) co_return std::move(reply);
  if (object) object->parent = reply.parent;
  co_return std::move(object);
}

Task<fop::Lookup::Reply> Finder::look_again(const Call& call, const fop::Lookup& lookup) {
  const Hold::Use use = co_await tried(lock_name(call, lookup.parent, lookup.name));
  fop::Lookup::Reply reply = co_await tried(look_again_locked(call, lookup, Locked(volume_, use.locked())));
  co_return std::move(reply);
}

Task<fop::Lookup::Reply> Finder::look_again_locked(const Call& call, const fop::Lookup& lookup, Locked locked) {
  // Others may have blamed a copy of the directory since it was looked at.
  volume_.forget(lookup.parent);
  const Readable parent = co_await tried(readable(call, lookup.parent));
  if (parent.data.empty() && volume_.quorum.is_required()) co_return volume_.nobody_is_right();
  const Copies counting = parent.data.empty() ? volume_.all() : parent.data;
  Heard heard = co_await tried(ask(call, lookup));
  const bool is_heard =
      volume_.quorum.is_required() ? volume_.quorum.is_met(counting & volume_.up()) : volume_.up() == volume_.all();
  std::string contradicts = contradiction(volume_, heard.answers, counting);
  if (!agree(heard.answers, counting) && is_heard) {
    Result<std::vector<Gfid>> made = co_await healer_.complete_name(
        lookup.parent, lookup.name, counting & locked.copies(), locked, lookup.xdata.gfid(identity_key));
    if (made) {
      // Nobody waits for the content.
      volume_.background.start(healer_.heal_made(std::move(*made)));
      heard = co_await tried(ask(call, lookup));
      contradicts = contradiction(volume_, heard.answers, counting);
    } else if (contradicts.empty()) {
      log::warning(volume_.name(), "{} in {} is not on all copies: {}", lookup.name, lookup.parent.text(),
                   made.error().sentence());
    }
  }
  // Who has an identity in mind has not said it.
  const bool has_nowhere_any =
      (succeeded(heard.answers) & counting).empty() && !without_identity(heard.answers, counting).empty();
  if (has_nowhere_any) co_return failed(ENODATA);
  if (!contradicts.empty()) {
    log::error(volume_.name(), "the copies of {} in {} differ: {}. Nothing is served of it until that is resolved",
               lookup.name, lookup.parent.text(), contradicts);
    // Who is away may say which of them is right.
    const bool is_known = !volume_.quorum.is_required() || volume_.up() == volume_.all();
    co_return failed(is_known ? EIO : ENOTCONN, fmt::format("the copies of {} differ: {}", lookup.name, contradicts));
  }
  fop::Lookup::Reply reply = co_await tried(unite_for_some(call, lookup, std::move(heard), counting));
  co_return std::move(reply);
}

// The content of a copy that is right, if it is of the attributes: a change may have come to one, not yet to another.
void Finder::give_content(const AnswersOf<fop::Lookup>& answers, Copies right, fop::Lookup::Reply& reply) const {
  reply.xdata.erase(own_key::readable_content);
  for (const Copy copy : right.list()) {
    const Iatt& iatt = answers[copy]->iatt;
    const Value* content = answers[copy]->xdata.find(own_key::readable_content);
    const bool is_of_it = iatt.modified == reply.iatt.modified && iatt.size == reply.iatt.size;
    if (content != nullptr && is_of_it) reply.xdata.set(own_key::readable_content, *content);
  }
}

Result<fop::Lookup::Reply> Finder::unite(Heard heard, Copies counting) {
  const AnswersOf<fop::Lookup>& answers = heard.answers;
  const Copies told_anything = succeeded(answers) | denied_by(answers, volume_.all());
  if (told_anything.empty() && volume_.quorum.is_met(refused_by(answers))) return std::unexpected(error_of(answers));
  if (volume_.quorum.is_required() && !volume_.quorum.is_met(told_anything)) {
    return failed(ENOTCONN, fmt::format("only {} of {} copies answer: others may know of changes",
                                        told_anything.count(), volume_.size()));
  }
  const Evidence evidence = weigh(volume_, answers, counting);
  const Copies denied = denied_by(answers, counting);
  if (evidence.present.empty()) {
    // That it is nowhere is only known where enough of those have been heard that may know it.
    // Those that count alone are known to be right.
    const bool is_certain = volume_.quorum.is_met(denied) || (counting != volume_.all() && denied == counting);
    const bool is_refused = denied.empty() && !(refused_by(answers) & counting).empty();
    if (!is_certain && !is_refused) {
      return failed(ENOTCONN, "too few copies answer to know that it does not exist");
    }
    return std::unexpected(why_denied(answers, denied));
  }
  const std::string contradicts = contradiction(volume_, answers, counting);
  if (!contradicts.empty()) return failed(EIO, fmt::format("the copies differ: {}", contradicts));
  const Gfid gfid = answers[evidence.present.front()]->iatt.gfid;
  // Who was not heard may be the one that knows of a change that others lack; and where a copy has no such object, that
  // may just be changing.
  const bool is_sure = counting == volume_.all() && denied.empty() && volume_.quorum.is_met(succeeded(answers));
  if (is_sure && heard.news == volume_.news()) {
    volume_.remember(gfid, evidence.readable);
  }
  heals_on_use_.seen(answers[evidence.present.front()]->iatt, evidence);
  // Names that came and went changed the times of a directory.
  Copies told = evidence.readable.metadata & evidence.readable.data;
  if (told.empty()) told = evidence.readable.metadata;
  // In a split brain users see that it is there; while a copy is away, that one may be right.
  const bool is_away = counting == volume_.all() && told_anything != volume_.all();
  const bool is_of_content = answers[evidence.present.front()]->iatt.is_regular();
  const bool is_unknown = told.empty() || (is_of_content && evidence.readable.data.empty());
  if (is_unknown && is_away && volume_.quorum.is_required()) {
    return std::unexpected(volume_.nobody_is_right(told_anything));
  }
  if (told.empty()) told = evidence.present;
  const std::optional<Copy> chosen = inspection_.chosen(gfid);
  const bool is_chosen = chosen && evidence.present.has(*chosen);
  if (is_chosen) told = Copies::only(*chosen);
  if (volume_.common_times) told = changed_last(answers, told);
  fop::Lookup::Reply reply = *answers[volume_.choose(gfid, told)];
  // How much there is says who has it.
  if (reply.iatt.is_regular() && !evidence.readable.data.empty() && !is_chosen) {
    const Iatt& content = answers[volume_.choose(gfid, evidence.readable.data)]->iatt;
    reply.iatt.size = content.size;
    reply.iatt.blocks = content.blocks;
  }
  const std::optional<Readable> parent = volume_.readable(reply.parent.gfid);
  const Copies of_parent = parent ? evidence.present & parent->data & parent->metadata : Copies();
  if (!of_parent.empty()) reply.parent = answers[volume_.choose(gfid, of_parent)]->parent;
  volume_.keys.hide(reply.xdata);
  give_content(answers, is_sure && !is_chosen ? evidence.readable.data : Copies(), reply);
  return reply;
}

}  // namespace mortar::replicate
