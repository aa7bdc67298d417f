
// Whoever dies half way leaves what the next lookup sees: a copy is made with all its attributes at once, and owner and
// mode are compared at every lookup.
#include "translators/distribute/heal_copies.h"

#include <algorithm>

#include "base/join.h"
#include "base/log.h"
#include "translators/cluster/ancestry.h"
#include "translators/distribute/ailments.h"
#include "translators/distribute/copied_xattrs.h"
#include "translators/distribute/copies.h"
#include "translators/distribute/merge.h"
#include "translators/distribute/name_locks.h"

namespace mortar::distribute {

namespace {

constexpr std::uint32_t create_only = 1;  // XATTR_CREATE

// Bits of "glusterfs.internal-ctx": to quota, a copy that is healed is nothing new.
constexpr std::array<std::byte, 32> heals_directory{std::byte{1}};

// A copy that could not be made there gets no range.
int obstacle_of(const Error& error) { return error.number() == ENOENT ? ESTALE : error.number(); }

Dictionary copied_from(const Dictionary& xdata, bool with_times) {
  Dictionary copied;
  for (const auto& [key, value] : xdata) {
    if (is_copied(key) && (with_times || key != times_key)) copied.append(key, value);
  }
  return copied;
}

Dictionary missing_from(const Dictionary& xdata, const Dictionary& source) {
  Dictionary lacks;
  for (const auto& [key, value] : copied_from(source, false)) {
    if (!xdata.has(key)) lacks.append(key, value);
  }
  return lacks;
}

bool is_in(const std::vector<Place>& places, Place place) { return std::ranges::find(places, place) != places.end(); }

// There, and no name belongs there yet.
StoredRange range_without_names(const Layout& layout) {
  Layout one(1);
  one[0] = Range{.commit_hash = layout.commit_hash()};
  return one.stored(0);
}

}  // namespace

// What one copy needs.
struct CopyHealer::CopyHealing {
  Place place = 0;
  bool make = false;
  bool identify = false;
  bool dress = false;  // owner and mode
  bool fill = false;   // the attributes that all have alike
  bool lead = false;   // it becomes the one to follow
  Dictionary lacks;    // of the attributes that all have alike, on a subvolume that was added
  std::optional<StoredRange> stored;
  std::optional<NameIn> brought_from{};
};

fop::Lookup CopyHealer::with_copied_keys(const fop::Lookup& lookup) const {
  fop::Lookup asked = volume_.keys.added_to(lookup);
  asked.xdata.set("list-xattr", std::int64_t{1});
  for (std::string_view key : copied_keys) asked.xdata.set(key, std::int64_t{0});
  return asked;
}

Task<std::vector<NameIn>> CopyHealer::heal_copies(const Call& call, const fop::Lookup& lookup, Place hashed,
                                                  DirectoryPointer directory) {
  std::vector<NameIn> left;
  LockSet locks(call, volume_.lock_owners);
  Result<Done> healed = co_await lock_directory_name(locks, volume_.subvolume(hashed), lookup.parent, lookup.name);
  if (healed) {
    healed = co_await heal_copies_locked(call, lookup, hashed, directory, left);
  } else {
    note_refusal(directory->gfid, hashed, healed.error());
    healed = done;
  }
  co_await locks.release();
  if (!healed) co_return healed.error();
  co_return std::move(left);
}

Task<> CopyHealer::heal_copies_locked(const Call& call, const fop::Lookup& lookup, Place hashed,
                                      DirectoryPointer directory, std::vector<NameIn>& left) {
  const fop::Lookup asked = with_copied_keys({.parent = lookup.parent, .name = lookup.name});
  const AnswersOf<fop::Lookup> answers = co_await tried(on_each(volume_.children(), call, asked));
  if (const std::optional<std::string> sentence = contradiction(volume_, asked, answers)) {
    log::error(volume_.name(), "{}", *sentence);
    co_return failed(EIO, *sentence);
  }
  const Result<DirectoryPointer> united = unite(volume_, asked, answers);
  if (!united && !is_missing(united.error())) co_return done;
  if (!united) co_return united.error();
  const DirectoryPointer now = *united;
  if (now->gfid != directory->gfid) co_return failed(ESTALE);
  *directory = *now;
  const Ailments ailments = find_ailments(*now, answers, volume_.keys.leader, hashed);
  if (ailments.unclear) co_return done;

  if (ailments.leaderless) directory->leader = hashed;
  std::vector<CopyHealing> healings;
  for (Place place = 0; place < answers.size(); ++place) {
    CopyHealing healing{.place = place};
    healing.make = is_in(ailments.missing, place);
    healing.identify = is_in(ailments.unidentified, place);
    healing.dress = healing.make || healing.identify || is_in(ailments.deviating, place);
    healing.fill = healing.identify || (ailments.unsettled && place != ailments.source && !healing.make);
    healing.lead = ailments.leaderless && place == hashed;
    if (healing.make && !ailments.wrong_ranges) healing.stored = range_without_names(now->layout);
    if (healing.make || healing.dress || healing.fill || healing.lead) healings.push_back(healing);
  }
  const bool all_healed =
      co_await tried(heal_these(call, lookup, *answers[*ailments.source], healings, *directory));
  for (const CopyHealing& healing : healings) {
    if (healing.brought_from) left.push_back(*healing.brought_from);
  }
  if (!all_healed || !ailments.unsettled) co_return done;
  const Result<Done> settled = co_await set_leader_count(call, directory->gfid, *directory->leader);
  if (!settled) note_refusal(directory->gfid, *directory->leader, settled.error());
  co_return done;
}

Task<> CopyHealer::heal_root(const Call& call, DirectoryPointer directory) {
  const fop::Lookup asked = with_copied_keys({.gfid = root_gfid});
  const AnswersOf<fop::Lookup> answers = co_await tried(on_each(volume_.children(), call, asked));
  const Ailments ailments = find_ailments(*directory, answers, volume_.keys.leader);
  if (ailments.unclear || !ailments.source) co_return done;
  const fop::Lookup::Reply& source = *answers[*ailments.source];
  std::vector<CopyHealing> healings;
  for (Place place : ailments.bare) {
    CopyHealing healing{.place = place, .dress = true};
    healing.lacks = missing_from(answers[place]->xdata, source.xdata);
    // Last, for it tells that the rest is there.
    healing.lacks.set_bytes(volume_.keys.layout, range_without_names(directory->layout));
    healings.push_back(std::move(healing));
  }
  for (Place place : ailments.deviating) {
    if (!is_in(ailments.bare, place)) healings.push_back({.place = place, .dress = true});
  }
  co_await heal_these(call, asked, source, healings, *directory);
  co_return done;
}

// Whether all have been healed.
Task<bool> CopyHealer::heal_these(const Call& call, const fop::Lookup& lookup, const fop::Lookup::Reply& source,
                                  std::vector<CopyHealing>& healings, Directory& directory) {
  std::vector<Task<>> tasks;
  for (CopyHealing& healing : healings) tasks.push_back(heal_copy(call, lookup, source, healing));
  const std::vector<Result<Done>> results = co_await tried(all(std::move(tasks)));
  bool all_healed = true;
  for (std::size_t index = 0; index < results.size(); ++index) {
    const CopyHealing& healing = healings[index];
    const bool appears = healing.make || healing.identify;
    if (results[index]) {
      if (appears) directory.layout[healing.place] = Range{};
      if (healing.stored) directory.layout[healing.place] = *parse_range(*healing.stored);
      log::info(volume_.name(), "the directory {} is healed on {}", directory.gfid.text(),
                volume_.subvolume(healing.place).name());
      continue;
    }
    all_healed = false;
    note_refusal(directory.gfid, healing.place, results[index].error());
    if (appears) directory.layout[healing.place].err = obstacle_of(results[index].error());
    if (healing.lead) directory.leader.reset();
  }
  co_return all_healed;
}

Task<> CopyHealer::heal_copy(const Call& call, const fop::Lookup& lookup, const fop::Lookup::Reply& source,
                             CopyHealing& healing) {
  const Gfid gfid = source.iatt.gfid;
  Translator& there = volume_.subvolume(healing.place);
  if (healing.make) {
    healing.brought_from = co_await tried(bring_copy(call, lookup, gfid, healing.place));
    if (healing.brought_from) co_return done;
    co_await tried(make_copy(call, lookup, source, healing.place, healing.lead, healing.stored));
    co_return done;
  }
  if (healing.identify) {
    fop::Lookup named{.parent = lookup.parent, .name = lookup.name};
    named.xdata.set("gfid-req", gfid);
    const fop::Lookup::Reply found = co_await tried(there.perform(call, named));
    if (found.iatt.gfid != gfid) co_return failed(EEXIST);
  }
  if (healing.fill) {
    fop::Setxattr fill{.gfid = gfid, .values = copied_from(source.xdata, true)};
    // What the source does not have goes.
    fill.xdata.set("sync_backend_xattrs", std::int64_t{1});
    fill.xdata.set("glusterfs-internal-fop", std::int64_t{1});
    co_await tried(there.perform(call, fill));
  }
  if (healing.dress) {
    fop::Setattr dress{.gfid = gfid, .iatt = source.iatt};
    dress.valid = set_attribute::mode | set_attribute::uid | set_attribute::gid;
    co_await tried(there.perform(call, dress));
  }
  // One at a time, and none that somebody has set meanwhile.
  for (const auto& [key, value] : healing.lacks) {
    fop::Setxattr add{.gfid = gfid, .flags = create_only};
    add.values.set(key, value);
    const Result<fop::Acknowledged> added = co_await there.perform(call, add);
    if (!added && added.error().number() != EEXIST) co_return added.error();
  }
  if (healing.lead) {
    co_await tried(set_leader_count(call, gfid, healing.place));
  }
  co_return done;
}

Task<> CopyHealer::restore_copies(const Call& call, const fop::Lookup& lookup, const AnswersOf<fop::Lookup>& before,
                                  std::vector<Place> gone) {
  const fop::Lookup asked = with_copied_keys({.parent = lookup.parent, .name = lookup.name});
  const AnswersOf<fop::Lookup> answers = co_await tried(on_each(volume_.children(), call, asked));
  DirectoryPointer directory = co_await tried(unite(volume_, asked, answers));
  const Ailments ailments = find_ailments(*directory, answers, volume_.keys.leader);
  std::vector<CopyHealing> healings;
  for (Place place : gone) {
    const Result<fop::Lookup::Reply>& was = before[place];
    // Another directory has this name now: the next lookup will tell what is to be done.
    if (!was || was->iatt.gfid != directory->gfid) continue;
    CopyHealing healing{.place = place, .make = true};
    healing.lead = was->xdata.has(volume_.keys.leader);
    const std::optional<Bytes> range = was->xdata.bytes(volume_.keys.layout);
    if (range && range->size() == sizeof(StoredRange)) {
      healing.stored.emplace();
      std::ranges::copy(*range, healing.stored->begin());
    }
    healings.push_back(healing);
  }
  co_await heal_these(call, asked, *answers[*ailments.source], healings, *directory);
  co_return done;
}

Task<std::optional<NameIn>> CopyHealer::name_at(const Call& call, Gfid gfid, Place place) {
  Translator& there = volume_.subvolume(place);
  Result<std::vector<std::string>> names = co_await ancestry(there, call, gfid);
  if (!names) {
    const bool is_elsewhere = is_missing(names.error()) || names.error().number() == ENODATA;
    if (!is_elsewhere) co_return names.error();
    co_return std::optional<NameIn>();
  }
  NameIn name{root_gfid, std::move(names->back())};
  names->pop_back();
  for (const std::string& above : *names) {
    const fop::Lookup step{.parent = name.directory, .name = above};
    const fop::Lookup::Reply reply = co_await tried(there.perform(call, step));
    name.directory = reply.iatt.gfid;
  }
  const fop::Lookup named{.parent = name.directory, .name = name.name};
  const Result<fop::Lookup::Reply> found = co_await there.perform(call, named);
  if (!found && !is_missing(found.error())) co_return found.error();
  if (!found || found->iatt.gfid != gfid) co_return std::optional<NameIn>();
  co_return std::optional(std::move(name));
}

// Somebody died while renaming: if another copy were made here, what is in this one would not be seen any more.
Task<std::optional<NameIn>> CopyHealer::bring_copy(const Call& call, const fop::Lookup& lookup, Gfid gfid,
                                                   Place place) {
  std::optional<NameIn> name = co_await tried(name_at(call, gfid, place));
  if (!name) co_return std::move(name);
  Translator& there = volume_.subvolume(place);
  const fop::Rename rename{.old_parent = name->directory,
                           .new_parent = lookup.parent,
                           .old_name = name->name,
                           .new_name = lookup.name,
                           .xdata = {}};
  co_await tried(there.perform(call, rename));
  log::info(volume_.name(), "{} on {} was {} in {}, of a rename that did not come to its end", lookup.name,
            there.name(), name->name, name->directory.text());
  co_return std::move(name);
}

Task<> CopyHealer::make_copy(const Call& call, const fop::Lookup& lookup, const fop::Lookup::Reply& source, Place place,
                             bool leads, std::optional<StoredRange> stored) {
  Translator& there = volume_.subvolume(place);
  const Gfid gfid = source.iatt.gfid;
  fop::Mkdir mkdir{.parent = lookup.parent, .mode = source.iatt.mode & 07777, .name = lookup.name};
  mkdir.xdata = copied_from(source.xdata, false);
  mkdir.xdata.set("gfid-req", gfid);
  mkdir.xdata.set_bytes("glusterfs.internal-ctx", heals_directory);
  if (leads) mkdir.xdata.set_bytes(volume_.keys.leader, no_changes);
  if (stored) mkdir.xdata.set_bytes(volume_.keys.layout, *stored);
  co_await tried(there.perform(call, mkdir));

  // It is there and whole but for its owner: what fails from here on is seen by the next lookup.
  fop::Setattr dress{.gfid = gfid, .iatt = source.iatt};
  dress.valid =
      set_attribute::mode | set_attribute::uid | set_attribute::gid | set_attribute::accessed | set_attribute::modified;
  co_await tried(there.perform(call, dress));
  if (const Value* times = source.xdata.find(times_key)) {
    fop::Setxattr set{.gfid = gfid};
    set.values.set(times_key, *times);
    co_await tried(there.perform(call, set));
  }
  co_return done;
}

void CopyHealer::note_refusal(const Gfid& gfid, Place place, const Error& error) {
  log::warning(volume_.name(), "the directory {} is not healed on {}: {}", gfid.text(), volume_.subvolume(place).name(),
               error.sentence());
  volume_.refused_heals.add(gfid);
}

Task<> CopyHealer::set_leader_count(const Call& call, Gfid gfid, Place leader) {
  fop::Setxattr set{.gfid = gfid};
  set.values.set_bytes(volume_.keys.leader, no_changes);
  co_await tried(volume_.subvolume(leader).perform(call, set));
  co_return done;
}

}  // namespace mortar::distribute
