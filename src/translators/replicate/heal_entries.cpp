#include "translators/replicate/heal_entries.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "base/log.h"
#include "translators/replicate/hidden_names.h"

namespace mortar::replicate {

namespace {

constexpr std::size_t names_at_once = 16;
constexpr int most_tries = 5;
constexpr Duration between_tries = std::chrono::milliseconds(20);
constexpr const char* changes_list_key = "glusterfs.xattrop_entry_changes_gfid";
constexpr std::uint32_t add_words = 0;

fop::Lookup lookup_of(const Gfid& directory, const std::string& name) {
  return {.gfid = {}, .parent = directory, .name = name, .xdata = {}};
}

bool is_same(const Iatt& left, const Iatt& right) { return left.gfid == right.gfid && left.type() == right.type(); }

fop::Lookup lookup_of(const Gfid& gfid) { return {.gfid = gfid, .parent = {}, .name = {}, .xdata = {}}; }

}  // namespace

// ---- One directory

Task<HealReport> EntryHealer::heal(Gfid directory, std::vector<Gfid>& made) {
  const LockedThing among_healers = healing_.thing(directory, LockKind::entries, healing_.domain_of_healers());
  bool is_taken = false;
  Refusals refusals;
  const Locked mine = co_await tried(healing_.locks().win(among_healers, volume_.up(), is_taken, refusals));
  Result<HealReport> report = HealReport{HealEnd::postponed, "another process is healing it"};
  if (!is_taken) {
    report = co_await heal_alone(directory, made, mine);
  }
  co_await tried(healing_.locks().give_back(among_healers, mine));
  co_return std::move(report);
}

Task<HealReport> EntryHealer::heal_alone(Gfid directory, std::vector<Gfid>& made, const Locked& mine) {
  Job job;
  job.directory = directory;
  job.is_of_all = true;
  job.ruling = Ruling::of_policy(volume_.options.favorite_child_policy);
  const LockedThing all_names = healing_.thing(directory, LockKind::entries, volume_.domain());
  Refusals refusals;
  const Locked locked = co_await tried(healing_.locks().take(all_names, volume_.up(), refusals));
  const Result<bool> goes_on = co_await decide(job, locked);
  co_await tried(healing_.locks().give_back(all_names, locked));
  if (!goes_on) co_return goes_on.error();
  if (!*goes_on) co_return std::move(job.report);

  co_await tried(find_names(job));
  const std::vector<std::string> names(job.names.begin(), job.names.end());
  for (std::size_t first = 0; first < names.size(); first += names_at_once) {
    std::vector<Task<>> healing;
    const std::size_t end = std::min(first + names_at_once, names.size());
    for (std::size_t at = first; at < end; ++at) healing.push_back(heal_name(job, names[at]));
    const std::vector<Result<Done>> healed = co_await tried(all(std::move(healing)));
    for (std::size_t at = 0; at < healed.size(); ++at) {
      if (healed[at]) continue;
      job.report.add({HealEnd::failed, fmt::format("{}: {}", names[first + at], healed[at].error().sentence())});
    }
  }
  made.insert(made.end(), job.made.begin(), job.made.end());
  if (job.report.end != HealEnd::healed) co_return std::move(job.report);
  // Nobody changes the times while they are copied.
  const Locked still = co_await tried(healing_.locks().take(all_names, volume_.up(), refusals));
  Result<Done> ended = mine.check();
  if (ended) {
    ended = co_await end(job, still);
  }
  co_await tried(healing_.locks().give_back(all_names, still));
  if (!ended) co_return ended.error();
  co_return std::move(job.report);
}

Task<> EntryHealer::end(Job& job, const Locked& locked) {
  co_await tried(check_notes(job));
  const Copies right = job.direction.sources | job.direction.sinks;
  for (const Copy sink : (job.direction.sinks - Copies::only(*job.direction.source)).list()) {
    co_await tried(metadata_.copy_times(job.directory, *job.direction.source, sink, locked));
  }
  co_await tried(healing_.absolve(job.directory, job.testimony, Slot::entries, right, locked));
  co_return done;
}

// A client may have carried what is behind to a name that was not noted when it was looked.
Task<> EntryHealer::check_notes(Job& job) {
  for (const auto& [copy, list] : job.lists) {
    const Result<std::vector<std::string>> noted = co_await healing_.names_on(copy, list);
    if (!noted && is_missing(noted.error())) continue;
    if (!noted) co_return noted.error();
    const auto is_new = [&job](const std::string& name) { return !job.names.contains(name); };
    if (std::ranges::any_of(*noted, is_new)) co_return failed(EAGAIN, "names were noted meanwhile");
  }
  co_return done;
}

// Whether there is anything to do.
Task<bool> EntryHealer::decide(Job& job, const Locked& locked) {
  job.testimony = co_await tried(healing_.hear(lookup_of(job.directory), locked.copies()));
  std::optional<HealReport> postponed = postponed_for_want_of_copies(volume_, job.testimony.heard);
  if (postponed) {
    job.report = std::move(*postponed);
    co_return false;
  }
  if (job.testimony.present.empty()) {
    job.report.end = HealEnd::gone;
    co_return false;
  }
  job.direction = direction_of_entries(job.testimony, volume_.quorum);
  if (!job.direction.source) co_return false;
  if (job.direction.all_are_behind && volume_.quorum.is_required() && job.testimony.heard != volume_.all()) {
    // With what they say it may turn out who is right: to merge would bring back what was removed.
    job.report = {HealEnd::postponed, fmt::format("these copies do not answer, and one may be right: {}",
                                                  volume_.names(volume_.all() - job.testimony.heard))};
    co_return false;
  }
  job.merges = job.direction.sources == job.direction.sinks;
  job.report.end = HealEnd::healed;
  co_return true;
}

Task<> EntryHealer::find_names(Job& job) {
  const bool are_noted = co_await tried(find_noted_names(job));
  if (are_noted) co_return done;
  // What was noted and is nowhere any more is looked at, too, so that it is struck from the list.
  for (const Copy copy : (job.direction.sources | job.direction.sinks).list()) {
    const std::vector<std::string> there = co_await tried(healing_.names_on(copy, job.directory));
    job.names.insert(there.begin(), there.end());
  }
  co_return done;
}

Task<bool> EntryHealer::find_noted_names(Job& job) {
  const bool are_noted = volume_.options.granular_entry_heal && !job.direction.is_unsettled;
  if (!are_noted) co_return false;
  for (const Copy source : job.direction.sources.list()) {
    for (const Copy sink : job.direction.sinks.list()) {
      // The whole directory is meant.
      const Counts& missed = job.testimony.marks[source].missed[sink];
      if (missed[Slot::data] != 0) co_return false;
    }
    const std::optional<Gfid> list = co_await tried(list_of_changes(source, job.directory));
    if (!list) co_return false;
    job.lists.emplace_back(source, *list);
    const std::vector<std::string> noted = co_await tried(healing_.names_on(source, *list));
    job.names.insert(noted.begin(), noted.end());
  }
  co_return true;
}

// The brick shows what it has noted as a directory; none, where nothing of this one was noted.
Task<std::optional<Gfid>> EntryHealer::list_of_changes(Copy copy, Gfid directory) {
  const Call own = healing_.call();
  const fop::Getxattr get{.gfid = root_gfid, .name_given = 1, .name = changes_list_key, .xdata = {}};
  const Result<fop::Values> lists = co_await healing_.at(own, get, copy);
  const std::optional<Gfid> all = lists ? lists->values.gfid(changes_list_key) : std::nullopt;
  if (!all) co_return std::optional<Gfid>();
  const fop::Lookup lookup = lookup_of(*all, directory.text());
  const Result<fop::Lookup::Reply> found = co_await healing_.at(own, lookup, copy);
  if (!found) co_return std::optional<Gfid>();
  co_return std::optional(found->iatt.gfid);
}

// ---- One name

Task<> EntryHealer::heal_name(Job& job, std::string name) {
  LockedThing lock = healing_.thing(job.directory, LockKind::entries, volume_.domain());
  lock.name = name;
  Refusals refusals;
  const Locked locked = co_await tried(healing_.locks().take(lock, volume_.up(), refusals));
  Result<Done> healed = co_await heal_name_unless_changed(job, name, locked);
  if (healed) {
    healed = co_await strike_name(job, name);
  }
  co_await tried(healing_.locks().give_back(lock, locked));
  co_return healed;
}

// A copy that was right may have missed a change of this name since that was decided.
Task<> EntryHealer::heal_name_unless_changed(Job& job, std::string name, const Locked& locked) {
  std::vector<Task<Testimony>> questions;
  questions.push_back(healing_.hear(lookup_of(job.directory), locked.copies()));
  questions.push_back(healing_.hear(lookup_of(job.directory, name), locked.copies()));
  std::vector<Result<Testimony>> answers = co_await tried(all(std::move(questions)));
  const Testimony directory = co_await tried(answers[0]);
  Testimony testimony = co_await tried(answers[1]);
  const Direction now = direction_of_entries(directory, volume_.quorum);
  if (!(job.direction.sources - now.sources).empty()) {
    co_return failed(EAGAIN, "a copy that was right has missed a change meanwhile");
  }
  co_await tried(heal_name_locked(job, std::move(name), std::move(testimony), locked));
  co_return done;
}

Task<> EntryHealer::heal_name_locked(Job& job, std::string name, Testimony testimony, const Locked& locked) {
  const Copies concerned = job.direction.sources | job.direction.sinks;
  co_await tried(identify(job, name, testimony, locked));
  const Copies unidentified = testimony.unidentified & concerned;
  if (!unidentified.empty()) {
    co_return failed(EAGAIN,
                     fmt::format("what these copies have there has no identity: {}", volume_.names(unidentified)));
  }
  if ((testimony.heard & concerned) != concerned) co_return failed(ENOTCONN, "a copy has gone");
  Copies right = testimony.present & job.direction.sources;
  if (right.empty()) {
    for (const Copy sink : (testimony.present & job.direction.sinks).list()) {
      co_await tried(expunge(job, sink, name, testimony.iatts[sink], job.direction.sources, locked));
    }
    co_return done;
  }
  const Result<Copy> source = source_of_name(job, testimony, right);
  if (!source) {
    job.report.add({HealEnd::split_brain,
                    fmt::format("{}: {}", contradiction_of(name, testimony, right), source.error().sentence())});
    job.refused = source.error().sentence();
    co_return done;
  }
  const Iatt object = testimony.iatts[*source];
  Copies wrong;
  for (const Copy copy : right.list()) {
    if (!is_same(testimony.iatts[copy], object)) wrong.add(copy);
  }
  if (!wrong.empty()) {
    log::warning(volume_.name(), "{}: that of {} is taken as right", contradiction_of(name, testimony, right),
                 volume_.subvolume(*source).name());
  }
  right = right - wrong;
  for (const Copy sink : (concerned - right).list()) {
    const bool has_another = testimony.present.has(sink) && !is_same(testimony.iatts[sink], object);
    if (has_another) {
      co_await tried(expunge(job, sink, name, testimony.iatts[sink], right, locked));
    }
    if (has_another || !testimony.present.has(sink)) {
      co_await tried(make(job, sink, name, right, object, locked));
      continue;
    }
    // It has missed that the object went to and fro.
    const bool is_earlier = testimony.iatts[sink].changed < object.changed;
    if (is_earlier && testimony.keeps_times.has(sink) && testimony.keeps_times.has(*source)) {
      co_await tried(metadata_.copy_times(object.gfid, *source, sink, locked));
    }
  }
  co_return done;
}

std::string EntryHealer::contradiction_of(const std::string& name, const Testimony& testimony, Copies copies) {
  std::vector<std::string> objects;
  for (const Copy copy : copies.list()) {
    const Iatt& object = testimony.iatts[copy];
    objects.push_back(
        fmt::format("{} of type {:o} on {}", object.gfid.text(), object.type(), volume_.subvolume(copy).name()));
  }
  return fmt::format("{} is {}", name, fmt::join(objects, " and "));
}

// Where right copies have different objects under one name, no more than one of these was acknowledged: that which a
// quorum has. Where all copies were heard and no quorum has any, none was, for the copies that are right have all that
// was: the newest stands for what somebody last tried. Else, or by command, the ruling says it.
Result<Copy> EntryHealer::source_of_name(const Job& job, const Testimony& testimony, Copies right) const {
  const bool quorum_decides =
      volume_.quorum.is_required() && !job.direction.all_are_behind && !job.ruling.is_by_command();
  for (const Copy source : right.list()) {
    Copies alike;
    for (const Copy copy : right.list()) {
      if (is_same(testimony.iatts[copy], testimony.iatts[source])) alike.add(copy);
    }
    if (alike == right || (quorum_decides && volume_.quorum.is_met(alike))) return source;
  }
  const Copies heard = job.testimony.heard | job.direction.sources;
  if (quorum_decides && (heard & testimony.heard) == volume_.all()) {
    return best_of(
        right, [&](Copy copy) { return std::tuple(testimony.iatts[copy].changed, -static_cast<std::int64_t>(copy)); });
  }
  return right_object(job.ruling, testimony, right);
}

// It need not be looked at again, unless a copy that is away needs it.
Task<> EntryHealer::strike_name(Job& job, std::string name) {
  const bool is_everywhere = (job.direction.sources | job.direction.sinks) == volume_.all();
  if (job.report.end != HealEnd::healed || !is_everywhere) co_return done;
  const Call own = healing_.call();
  for (const auto& [copy, list] : job.lists) {
    const fop::Unlink strike{.parent = list, .name = name, .flags = 0, .xdata = {}};
    const Result<fop::Changed> struck = co_await healing_.at(own, strike, copy);
    if (!struck && !is_missing(struck.error())) co_return struck.error();
  }
  co_return done;
}

Task<std::vector<Gfid>> EntryHealer::heal_names(Gfid directory, std::vector<std::string> names, Copies sources,
                                                Copies sinks, Ruling ruling, Locked locked,
                                                std::optional<Gfid> identity) {
  Job job;
  job.directory = directory;
  job.ruling = ruling;
  job.identity = identity;
  job.merges = sources == sinks;
  job.direction.sources = sources;
  job.direction.sinks = sinks;
  job.report.end = HealEnd::healed;
  for (const std::string& name : names) {
    Testimony testimony = co_await tried(healing_.hear(lookup_of(job.directory, name), locked.copies()));
    co_await tried(heal_name_locked(job, name, std::move(testimony), locked));
  }
  if (job.report.end == HealEnd::split_brain) co_return failed(EIO, job.refused);
  co_return std::move(job.made);
}

// ---- What has no identity

bool EntryHealer::is_in_the_way(const Job& job, const Testimony& testimony, Copy copy, Copies alike) const {
  if (job.merges) return volume_.quorum.is_required() && volume_.quorum.is_met(alike);
  return !job.direction.sources.has(copy) && (job.direction.sources - testimony.heard).empty();
}

Task<> EntryHealer::identify(Job& job, const std::string& name, Testimony& testimony, const Locked& locked) {
  const Copies unidentified = testimony.unidentified & (job.direction.sources | job.direction.sinks);
  if (unidentified.empty()) co_return done;
  const Copies right = testimony.present & job.direction.sources;
  const Iatt& object = testimony.iatts[right.empty() ? unidentified.front() : right.front()];
  const bool are_same =
      std::ranges::all_of(right.list(), [&](Copy copy) { return is_same(testimony.iatts[copy], object); });
  const auto is_alike = [&](Copy copy) {
    const Iatt& there = testimony.iatts[copy];
    return there.type() == object.type() && there.rdev == object.rdev;
  };
  // A new one is only made up where no copy that is away can have another.
  const bool is_new = job.identity && testimony.present.empty() && (testimony.heard | unidentified) == volume_.all() &&
                      std::ranges::all_of(unidentified.list(), is_alike);
  for (const Copy copy : unidentified.list()) {
    Result<Done> identified = failed(ENODATA);
    if (!right.empty() && are_same && is_alike(copy)) {
      identified = co_await identify_as(job, copy, name, right, object, locked);
    } else if (is_new) {
      identified = co_await give_identity(job.directory, name, copy, *job.identity, locked);
    }
    if (!identified && is_in_the_way(job, testimony, copy, are_same ? right : Copies())) {
      identified = co_await give_identity(job.directory, name, copy, volume_.world.random_gfid(), locked);
    }
    if (!identified) {
      log::debug(volume_.name(), "{} in {} stays without identity on {}: {}", name, job.directory.text(),
                 volume_.subvolume(copy).name(), identified.error().sentence());
    }
  }
  testimony = co_await tried(healing_.hear(lookup_of(job.directory, name), locked.copies()));
  co_return done;
}

Task<> EntryHealer::identify_as(Job& job, Copy copy, std::string name, Copies right, Iatt object,
                                const Locked& locked) {
  co_await tried(blame_for_new(job, copy, object, right, locked));
  co_await tried(give_identity(job.directory, std::move(name), copy, object.gfid, locked));
  co_await tried(metadata_.copy(object.gfid, right.front(), copy, locked));
  if (!object.is_symlink()) job.made.push_back(object.gfid);
  co_return done;
}

// Bricks give what they find without identity that which the client has in mind.
Task<> EntryHealer::give_identity(Gfid directory, std::string name, Copy copy, Gfid identity, const Locked& locked) {
  fop::Lookup lookup = lookup_of(directory, name);
  lookup.xdata.set("gfid-req", identity);
  const fop::Lookup::Reply found = co_await tried(healing_.change(locked, lookup, copy));
  if (found.iatt.gfid != identity) co_return failed(EAGAIN, "it has got another identity meanwhile");
  co_return done;
}

// ---- What goes

Task<std::optional<Iatt>> EntryHealer::object_on(Copy copy, Gfid gfid) {
  const Call own = healing_.call();
  const fop::Lookup lookup = lookup_of(gfid);
  const Result<fop::Lookup::Reply> found = co_await healing_.at(own, lookup, copy);
  if (!found && is_missing(found.error())) co_return std::optional<Iatt>();
  if (!found) co_return found.error();
  co_return std::optional(found->iatt);
}

Task<> EntryHealer::expunge(Job& job, Copy sink, std::string name, Iatt there, Copies right, const Locked& locked) {
  const std::optional<Iatt> elsewhere = co_await tried(object_on(right.front(), there.gfid));
  const bool is_last_name = there.is_directory() || there.links <= 1;
  const bool keeps_aside = volume_.options.use_anonymous_inode && volume_.id();
  if (elsewhere && is_last_name && keeps_aside) {
    co_await tried(put_aside(sink, job.directory, name, there.gfid, locked));
    co_await tried(forget_aside(sink, there.gfid, locked));
    co_return done;
  }
  if (there.is_directory()) {
    const fop::Rmdir remove{
        .parent = job.directory, .flags = keeps_aside ? 0 : with_all_in_it, .name = name, .xdata = {}};
    const Result<fop::Changed> removed = co_await healing_.change(locked, remove, sink);
    if (removed) co_return done;
    if (!keeps_aside || removed.error().number() != ENOTEMPTY) co_return removed.error();
    co_await tried(put_aside(sink, job.directory, name, there.gfid, locked));
  } else {
    const fop::Unlink remove{.parent = job.directory, .name = name, .flags = 0, .xdata = {}};
    co_await tried(healing_.change(locked, remove, sink));
    // The brick may still list it.
    if (!elsewhere && is_last_name) {
      const Result<Done> struck = co_await healing_.strike(there.gfid, sink);
      if (!struck && !is_missing(struck.error())) co_return struck.error();
    }
    // That it lost a name has changed its times.
    if (elsewhere && !is_last_name) {
      co_await tried(metadata_.copy_times(there.gfid, right.front(), sink, locked));
    }
  }
  co_return done;
}

Task<> EntryHealer::put_aside(Copy sink, Gfid directory, std::string name, Gfid object, const Locked& locked) {
  const Call own = healing_.call();
  const Gfid volume = *volume_.id();
  fop::Mkdir make_place{.parent = root_gfid, .mode = 0755, .umask = 0, .name = anonymous_name(volume), .xdata = {}};
  make_place.xdata.set("gfid-req", anonymous_gfid(volume));
  // On all copies: it is a directory of the volume like any other.
  const AnswersOf<fop::Mkdir> made = co_await tried(healing_.at_each(own, make_place, volume_.up()));
  if (!made[sink] && made[sink].error().number() != EEXIST) co_return made[sink].error();
  const fop::Rename aside{.old_parent = directory,
                          .new_parent = anonymous_gfid(volume),
                          .old_name = std::move(name),
                          .new_name = object.text(),
                          .xdata = {}};
  co_await tried(healing_.change(locked, aside, sink));
  co_return done;
}

// Other names of a directory are healed at the same time: one may have been given to it meanwhile.
Task<> EntryHealer::forget_aside(Copy sink, Gfid object, const Locked& locked) {
  const std::optional<Iatt> there = co_await tried(object_on(sink, object));
  const bool has_another_name = there && !there->is_directory() && there->links > 1;
  if (!has_another_name || !volume_.id()) co_return done;
  const fop::Unlink forget{.parent = anonymous_gfid(*volume_.id()), .name = object.text(), .flags = 0, .xdata = {}};
  const Result<fop::Changed> forgot = co_await healing_.change(locked, forget, sink);
  if (!forgot && !is_missing(forgot.error())) co_return forgot.error();
  co_return done;
}

// ---- What comes

Task<> EntryHealer::make(Job& job, Copy sink, std::string name, Copies right, Iatt object, const Locked& locked) {
  const Copy source = right.front();
  const std::optional<Iatt> there = co_await tried(object_on(sink, object.gfid));
  if (!there) {
    co_await tried(make_new(job, sink, std::move(name), right, object, locked));
    co_return done;
  }
  if (volume_.id()) {
    const fop::Rename back{.old_parent = anonymous_gfid(*volume_.id()),
                           .new_parent = job.directory,
                           .old_name = object.gfid.text(),
                           .new_name = name,
                           .xdata = {}};
    const Result<fop::Rename::Reply> renamed = co_await healing_.change(locked, back, sink);
    if (renamed) {
      co_await tried(metadata_.copy_times(object.gfid, source, sink, locked));
      co_return done;
    }
    if (!is_missing(renamed.error())) co_return renamed.error();
  }
  const bool is_taken = co_await tried(take_from_what_is_gone(sink, job.directory, name, source, object.gfid, locked));
  if (is_taken) co_return done;
  const bool may_have_two_names = job.is_of_all && (job.merges || job.direction.is_unsettled);
  if (there->is_directory() && may_have_two_names) {
    const bool is_moved = co_await tried(take_from_fewer(sink, job.directory, name, source, object.gfid, locked));
    if (is_moved) co_return done;
  }
  if (there->is_directory()) {
    co_return failed(EAGAIN, "it has another place on that copy, which is to be healed first");
  }
  const bool may_have_moved = there->links == 1 && object.links == 1;
  if (may_have_moved) {
    const bool is_moved = co_await tried(take_from_wrong_name(sink, job.directory, name, source, object.gfid, locked));
    if (is_moved) co_return done;
  }
  const fop::Link link{.gfid = object.gfid, .new_parent = job.directory, .new_name = std::move(name), .xdata = {}};
  co_await tried(healing_.change(locked, link, sink));
  co_await tried(forget_aside(sink, object.gfid, locked));
  co_await tried(metadata_.copy_times(object.gfid, source, sink, locked));
  co_return done;
}

Task<bool> EntryHealer::take_from_what_is_gone(Copy sink, Gfid directory, std::string name, Copy source, Gfid object,
                                               const Locked& locked) {
  // Bricks that do not note names do not tell it of files.
  const Result<Place> place = co_await healing_.place_of(object, sink);
  if (!place) co_return false;
  const std::optional<Iatt> parent = co_await tried(object_on(source, place->directory));
  if (parent) co_return false;
  co_await tried(move_from(sink, *place, directory, std::move(name), source, object, locked));
  co_return true;
}

Task<Copies> EntryHealer::holders_of(Gfid directory, std::string name, Gfid object, Copies copies) {
  const Testimony testimony = co_await tried(healing_.hear(lookup_of(directory, name), copies));
  Copies holders;
  for (const Copy copy : testimony.present.list()) {
    if (testimony.iatts[copy].gfid == object) holders.add(copy);
  }
  co_return holders;
}

Task<bool> EntryHealer::take_from_fewer(Copy sink, Gfid directory, std::string name, Copy source, Gfid object,
                                        const Locked& locked) {
  Place place = co_await tried(healing_.place_of(object, sink));
  const Copies here = co_await tried(holders_of(directory, name, object, locked.copies()));
  const Copies there = co_await tried(holders_of(place.directory, place.name, object, locked.copies()));
  if (here.empty() || !there.has(sink)) co_return false;
  const auto rank = [](Copies copies) { return std::pair(copies.count(), -static_cast<std::int64_t>(copies.front())); };
  if (rank(here) < rank(there)) co_return false;
  LockedThing other = healing_.thing(place.directory, LockKind::entries, volume_.domain());
  other.name = place.name;
  bool is_taken = false;
  const Locked both = co_await tried(lock_soon(other, is_taken));
  Result<Done> moved = failed(EAGAIN, "its other name is in use");
  if (!is_taken) {
    moved = co_await move_from(sink, std::move(place), directory, std::move(name), source, object, locked);
  }
  co_await tried(healing_.locks().give_back(other, both));
  if (!moved) co_return moved.error();
  co_return true;
}

Task<bool> EntryHealer::take_from_wrong_name(Copy sink, Gfid directory, std::string name, Copy source, Gfid object,
                                             const Locked& locked) {
  const Result<Place> place = co_await healing_.place_of(object, sink);
  if (!place || (place->directory == directory && place->name == name)) co_return false;
  LockedThing other = healing_.thing(place->directory, LockKind::entries, volume_.domain());
  other.name = place->name;
  bool is_taken = false;
  const Locked both = co_await tried(lock_soon(other, is_taken));
  Result<bool> moves = !is_taken;
  if (!is_taken) {
    moves = co_await is_wrong_name(*place, sink, source, object, locked);
  }
  if (moves && *moves) {
    const Result<Done> moved = co_await move_from(sink, *place, directory, std::move(name), source, object, locked);
    if (!moved) moves = std::unexpected(moved.error());
  }
  co_await tried(healing_.locks().give_back(other, both));
  co_return std::move(moves);
}

// The source may itself be behind with the directory of the other name, or somebody has just given that.
Task<bool> EntryHealer::is_wrong_name(const Place& place, Copy sink, Copy source, Gfid object, const Locked& locked) {
  const Testimony of_directory = co_await tried(healing_.hear(lookup_of(place.directory), locked.copies()));
  const Direction direction = direction_of_entries(of_directory, volume_.quorum);
  const bool source_knows = direction.source && direction.sources.has(source) && !direction.sinks.has(source);
  if (!source_knows || !direction.sinks.has(sink)) co_return false;
  const Copies holders = co_await tried(holders_of(place.directory, place.name, object, direction.sources));
  co_return holders.empty();
}

// Another healer gives it up at once; a user may be waiting for what this one has.
Task<Locked> EntryHealer::lock_soon(const LockedThing& thing, bool& is_taken) {
  Locked locked(volume_, Copies());
  for (int tries = 0; tries < most_tries; ++tries) {
    is_taken = false;
    Refusals refusals;
    locked = co_await tried(healing_.locks().try_to_take(thing, volume_.up(), is_taken, refusals));
    if (!is_taken) break;
    co_await tried(healing_.locks().give_back(thing, locked));
    locked = Locked(volume_, Copies());
    co_await tried(volume_.world.sleep(between_tries));
  }
  co_return locked;
}

Task<> EntryHealer::move_from(Copy sink, Place place, Gfid directory, std::string name, Copy source, Gfid object,
                              const Locked& locked) {
  const fop::Lookup lookup = lookup_of(place.directory, place.name);
  const Call own = healing_.call();
  const fop::Lookup::Reply there = co_await tried(healing_.at(own, lookup, sink));
  if (there.iatt.gfid != object) co_return failed(EAGAIN, "it has been moved meanwhile");
  const fop::Rename move{.old_parent = place.directory,
                         .new_parent = directory,
                         .old_name = std::move(place.name),
                         .new_name = std::move(name),
                         .xdata = {}};
  co_await tried(healing_.change(locked, move, sink));
  co_await tried(metadata_.copy_times(object, source, sink, locked));
  co_return done;
}

Task<> EntryHealer::make_new(Job& job, Copy sink, std::string name, Copies right, Iatt object, const Locked& locked) {
  const Copy source = right.front();
  co_await tried(blame_for_new(job, sink, object, right - Copies::only(sink), locked));
  Call own = healing_.call();
  own.uid = object.uid;
  own.gid = object.gid;
  Dictionary xdata;
  xdata.set("gfid-req", object.gfid);
  if (object.is_directory()) {
    const fop::Mkdir mkdir{
        .parent = job.directory, .mode = object.mode, .umask = 0, .name = std::move(name), .xdata = std::move(xdata)};
    co_await tried(healing_.change_as(locked, own, mkdir, sink));
  } else if (object.is_symlink()) {
    const fop::Readlink read{.gfid = object.gfid, .size = 4096, .xdata = {}};
    const fop::Readlink::Reply target = co_await tried(healing_.at(own, read, source));
    // Nobody blames the new link: it is read at once, and who finds that it has no times gives it some.
    const std::optional<Value> times = co_await tried(metadata_.times_of(object.gfid, source));
    if (times) xdata.set(times_key, *times);
    const fop::Symlink symlink{.parent = job.directory,
                               .name = std::move(name),
                               .umask = 0,
                               .target = target.target,
                               .xdata = std::move(xdata)};
    co_await tried(healing_.change_as(locked, own, symlink, sink));
  } else {
    // A file that somebody has open and that has lost its last name here, while the right copies have it elsewhere, is
    // the same one. What it holds is as old as it was.
    xdata.set("glusterfs-internal-fop", std::int32_t{1});
    const fop::Mknod mknod{.parent = job.directory,
                           .device = object.rdev,
                           .mode = object.mode,
                           .umask = 0,
                           .name = std::move(name),
                           .xdata = std::move(xdata)};
    co_await tried(healing_.change_as(locked, own, mknod, sink));
  }
  co_await tried(metadata_.copy(object.gfid, source, sink, locked));
  if (!object.is_symlink()) job.made.push_back(object.gfid);
  co_return done;
}

Task<> EntryHealer::blame_for_new(Job& job, Copy sink, Iatt object, Copies witnesses, const Locked& locked) {
  if (object.is_symlink()) co_return done;
  Counts all_of_it = Counts::of(Slot::metadata, 1);
  all_of_it[Slot::data] = 1;
  if (object.is_directory()) all_of_it[Slot::entries] = 1;
  fop::Xattrop request{.gfid = object.gfid, .operation = add_words, .values = {}, .xdata = {}};
  request.values.set_bytes(volume_.keys.missed(sink), all_of_it.stored());
  const Result<Done> stands = locked.check();
  if (!stands) co_return stands.error();
  const Call own = healing_.call();
  const AnswersOf<fop::Xattrop> answers = co_await tried(healing_.at_each(own, request, witnesses));
  for (const Copy witness : witnesses.list()) {
    // A right copy that lacks it gets it in its turn.
    if (!answers[witness] && !(job.merges && is_missing(answers[witness].error()))) co_return answers[witness].error();
  }
  co_return done;
}

}  // namespace mortar::replicate
