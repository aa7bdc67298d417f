#include "translators/replicate/heal_identity.h"

#include <algorithm>

#include "base/log.h"

namespace mortar::replicate {

Task<> IdentityHealer::heal(DirectoryJob& job, const std::string& name, Testimony& testimony, const Locked& locked) {
  const Copies unidentified = testimony.unidentified & job.concerned();
  if (unidentified.empty()) co_return done;
  const Copies right = testimony.present & job.direction.sources;
  const Iatt& object = testimony.iatts[right.empty() ? unidentified.front() : right.front()];
  const bool are_same =
      std::ranges::all_of(right.list(), [&](Copy copy) { return is_same_object(testimony.iatts[copy], object); });
  const auto is_alike = [&](Copy copy) {
    const Iatt& there = testimony.iatts[copy];
    return there.type() == object.type() && there.rdev == object.rdev;
  };
  // A new one is only made up where no copy that is away can have another.
  const bool is_new = job.identity && testimony.present.empty() && (testimony.heard | unidentified) == volume_.all() &&
                      std::ranges::all_of(unidentified.list(), is_alike);
  const Place place{.directory = job.directory, .name = name};
  for (const Copy copy : unidentified.list()) {
    Result<Done> identified = failed(ENODATA);
    if (!right.empty() && are_same && is_alike(copy)) {
      const MissingName missing{.place = place, .object = object, .right = right, .sink = copy};
      identified = co_await identify_as(job, missing, locked);
    } else if (is_new) {
      identified = co_await give(place, copy, *job.identity, locked);
    }
    if (!identified && is_in_the_way(job, testimony, copy, are_same ? right : Copies())) {
      identified = co_await give(place, copy, volume_.world.random_gfid(), locked);
    }
    if (!identified) {
      log::debug(volume_.name(), "{} in {} stays without identity on {}: {}", name, job.directory.text(),
                 volume_.subvolume(copy).name(), identified.error().sentence());
    }
  }
  testimony = co_await tried(healing_.hear(lookup_of(job.directory, name), locked.copies()));
  co_return done;
}

Task<> IdentityHealer::identify_as(DirectoryJob& job, const MissingName& missing, const Locked& locked) {
  co_await tried(maker_.blame(job, missing, locked));
  co_await tried(give(missing.place, missing.sink, missing.object.gfid, locked));
  co_await tried(maker_.finish(job, missing, locked));
  co_return done;
}

// Bricks give what they find without identity that which the client has in mind.
Task<> IdentityHealer::give(Place place, Copy copy, Gfid identity, const Locked& locked) {
  fop::Lookup lookup = lookup_of(place.directory, std::move(place.name));
  lookup.xdata.set("gfid-req", identity);
  const fop::Lookup::Reply found = co_await tried(healing_.change(locked, lookup, copy));
  if (found.iatt.gfid != identity) co_return failed(EAGAIN, "it has got another identity meanwhile");
  co_return done;
}

bool IdentityHealer::is_in_the_way(const DirectoryJob& job, const Testimony& testimony, Copy copy, Copies alike) const {
  if (job.merges) return volume_.quorum.is_required() && volume_.quorum.is_met(alike);
  return !job.direction.sources.has(copy) && (job.direction.sources - testimony.heard).empty();
}

}  // namespace mortar::replicate
