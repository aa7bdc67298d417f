#include "translators/replicate/healing.h"

#include "translators/cluster/ancestry.h"
#include "translators/cluster/as_root.h"
#include "translators/replicate/hidden_names.h"

namespace mortar::replicate {

namespace {

constexpr std::uint32_t listing_bytes = 128 * 1024;
constexpr std::uint32_t add_words = 0;
constexpr int most_ways = 3;  // to one object, after each other

// Of directories, the slot of the content is about their names, too.
Counts negative(const Counts& counts, Slot slot) {
  Counts negative = Counts::of(slot, -counts[slot]);
  if (slot == Slot::entries) negative[Slot::data] = -counts[Slot::data];
  return negative;
}

Task<Place> end_of(Translator& subvolume, const Call& call, std::vector<std::string> way) {
  Place place{.directory = root_gfid, .name = std::move(way.back())};
  for (std::size_t depth = 0; depth + 1 < way.size(); ++depth) {
    const fop::Lookup step = lookup_of(place.directory, std::move(way[depth]));
    const fop::Lookup::Reply found = co_await tried(subvolume.perform(call, step));
    place.directory = found.iatt.gfid;
  }
  co_return std::move(place);
}

}  // namespace

void HealReport::add(HealReport other) {
  if (other.end == HealEnd::gone && end == HealEnd::nothing_to_do) end = HealEnd::gone;
  if (static_cast<int>(other.end) <= static_cast<int>(end)) return;
  *this = std::move(other);
}

Call Healing::call() const {
  Call call = as_root(Call{});
  call.pid = pid;
  return call;
}

LockedThing Healing::thing(const Gfid& gfid, LockKind kind, std::string domain) {
  return {.gfid = gfid, .kind = kind, .name = {}, .domain = std::move(domain), .owner = volume_.lock_owners.next()};
}

LockedThing Healing::attributes_of(const Gfid& gfid) { return thing(gfid, LockKind::attributes, volume_.domain()); }

LockedThing Healing::name_in(const Gfid& directory, std::string name) {
  LockedThing one_name = thing(directory, LockKind::entries, volume_.domain());
  one_name.name = std::move(name);
  return one_name;
}

Task<Testimony> Healing::hear(fop::Lookup lookup, Copies copies) {
  volume_.keys.ask_in(lookup.xdata);
  lookup.xdata.set(times_key, std::int64_t{1});
  if (!lookup.name.empty()) lookup.xdata.set("gfidless-lookup", std::int32_t{1});
  const Call own = call();
  const AnswersOf<fop::Lookup> answers = co_await tried(at_each(own, lookup, copies));
  Testimony testimony;
  testimony.marks.resize(volume_.size());
  testimony.iatts.resize(volume_.size());
  for (Marks& marks : testimony.marks) marks.missed.resize(volume_.size());
  for (const Copy copy : copies.list()) {
    const Result<fop::Lookup::Reply>& answer = answers[copy];
    if (!answer && !is_missing(answer.error())) continue;
    if (answer && answer->iatt.gfid.is_null()) {
      testimony.unidentified.add(copy);
      testimony.iatts[copy] = answer->iatt;
      continue;
    }
    testimony.heard.add(copy);
    if (!answer) continue;
    testimony.present.add(copy);
    testimony.marks[copy] = volume_.keys.read(answer->xdata);
    testimony.iatts[copy] = answer->iatt;
    if (answer->xdata.has(times_key)) testimony.keeps_times.add(copy);
  }
  co_return std::move(testimony);
}

// Subtracted is what was read, for others may have added to it meanwhile.
Task<> Healing::absolve(const Gfid& gfid, const Testimony& testimony, Slot slot, Copies right, const Locked& locked,
                        Copies missed) {
  std::vector<Task<fop::Values>> tasks;
  std::vector<fop::Xattrop> requests;
  std::vector<Copy> places;
  for (const Copy copy : (locked.copies() & testimony.present).list()) {
    fop::Xattrop request{.gfid = gfid, .operation = add_words, .values = {}, .xdata = {}};
    const Marks& marks = testimony.marks[copy];
    // An unhealed copy keeps the mark of what did not come to its end there.
    const Counts clean = negative(marks.dirty, slot);
    bool is_any = right.has(copy) && clean.any();
    request.values.set_bytes(dirty_key, (is_any ? clean : Counts{}).stored());
    // Bricks strike an object from their lists, with its names, where all counts that they are asked for are zero.
    for (const Copy other : volume_.all().list()) {
      Counts added = right.has(other) ? negative(marks.missed[other], slot) : Counts{};
      if (right.has(copy) && missed.has(other) && marks.missed[other][slot] == 0) added[slot] = 1;
      is_any = is_any || added.any();
      request.values.set_bytes(volume_.keys.missed(other), added.stored());
    }
    if (!is_any) continue;
    // Names may have been noted though it is switched off by now.
    if (slot == Slot::entries) request.xdata.set(forget_names_key, std::int64_t{1});
    requests.push_back(std::move(request));
    places.push_back(copy);
  }
  for (std::size_t at = 0; at < places.size(); ++at) {
    tasks.push_back(change(locked, requests[at], places[at]));
  }
  const std::vector<Result<fop::Values>> answers = co_await tried(all(std::move(tasks)));
  for (const Result<fop::Values>& answer : answers) {
    if (!answer) co_return answer.error();
  }
  co_return done;
}

Task<> Healing::strike(Gfid gfid, Copy copy) {
  fop::Xattrop nothing{.gfid = gfid, .operation = add_words, .values = {}, .xdata = {}};
  const Counts zero;
  for (const Copy other : volume_.all().list()) nothing.values.set_bytes(volume_.keys.missed(other), zero.stored());
  nothing.values.set_bytes(dirty_key, zero.stored());
  nothing.xdata.set(forget_names_key, std::int32_t{1});
  const Call own = call();
  co_await tried(at(own, nothing, copy));
  co_return done;
}

Task<std::optional<Iatt>> Healing::object_on(Copy copy, Gfid gfid) {
  const Call own = call();
  const fop::Lookup lookup = lookup_of(gfid);
  const Result<fop::Lookup::Reply> found = co_await at(own, lookup, copy);
  if (!found && is_missing(found.error())) co_return std::optional<Iatt>();
  if (!found) co_return found.error();
  co_return std::optional(found->iatt);
}

Task<Place> Healing::place_of(Gfid gfid, Copy holder) {
  const Call own = call();
  for (int tries = 1;; ++tries) {
    std::vector<std::string> way = co_await tried(a_way_to(volume_.subvolume(holder), own, gfid));
    Result<Place> place = co_await end_of(volume_.subvolume(holder), own, std::move(way));
    // A directory on the way has just been moved.
    const bool has_moved = !place && is_missing(place.error());
    if (!has_moved || tries == most_ways) co_return std::move(place);
  }
}

bool Healing::is_aside(const Place& place) const {
  return volume_.id() && place.directory == anonymous_gfid(*volume_.id());
}

Task<std::vector<std::string>> Healing::names_on(Copy copy, Gfid directory) {
  const Call own = call();
  const fop::Opendir open{.gfid = directory, .xdata = {}};
  const fop::Opened opened = co_await tried(at(own, open, copy));
  std::vector<std::string> names;
  fop::Readdir read{.gfid = directory, .fd = opened.fd, .offset = 0, .size = listing_bytes, .xdata = {}};
  for (;;) {
    const fop::Readdir::Reply reply = co_await tried(at(own, read, copy));
    if (reply.entries.elements.empty()) break;
    for (const Entry& entry : reply.entries.elements) {
      read.offset = entry.offset;
      const bool is_hidden = entry.name == "." || entry.name == ".." || entry.name == ".glusterfs" ||
                             entry.name.starts_with(anonymous_prefix);
      if (!is_hidden) names.push_back(entry.name);
    }
  }
  const fop::Releasedir release{.gfid = directory, .fd = opened.fd, .xdata = {}};
  co_await at(own, release, copy);
  co_return std::move(names);
}

}  // namespace mortar::replicate
