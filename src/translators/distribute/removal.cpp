// The data goes first, then the link file: one that leads nowhere is removed by whoever finds it, while data that
// nothing leads to would be listed and not found.
//
//   1 trip, 2 where there is a link file; that of the lookup more where the name was not looked up, listed or made here
//   before; where several copies have the file and somebody renames it, his locks, a lookup, a lock and a trip more
#include "translators/distribute/removal.h"

#include "translators/cluster/as_root.h"
#include "translators/distribute/name_locks.h"

namespace mortar::distribute {

namespace {

// Of our bricks; a stock brick does not know it and unlinks.
constexpr const char* unless_link_file = "unlink-unless-dht-linkto-file";
constexpr int most_rounds = 5;

bool has_changed(const Error& error) {
  return error.number() == ENOENT || error.number() == EBUSY || error.number() == ESTALE;
}

}  // namespace

Task<fop::Changed> FileRemover::unlink(const Call& call, const fop::Unlink& unlink) {
  const DirectoryPointer parent = co_await tried(finder_.find_directory(call, unlink.parent));
  const std::optional<Place> hashed = volume_.hashed_place(*parent, unlink.name);
  const NameIn name_in{unlink.parent, unlink.name};
  const Gfid* known = volume_.memory.names.find(name_in);
  const Place* known_place = known == nullptr ? nullptr : volume_.memory.places.find(*known);
  std::optional<Place> place;
  if (known_place != nullptr) place = *known_place;
  volume_.memory.names.erase(name_in);
  const fop::Lookup lookup{.parent = unlink.parent, .name = unlink.name};
  if (!place) {
    const fop::Lookup::Reply found = co_await tried(finder_.look_up(call, lookup));
    place = co_await tried(place_to_unlink(unlink, found));
  }
  Result<fop::Changed> reply = co_await unlink_at(call, unlink, hashed, *place);
  // Somebody has put another file in its place, whose link file may be what was removed: only all together know now.
  // And again, where several rename theirs to this name: it is there all the time.
  for (int round = 0; round < most_rounds && !reply && has_changed(reply.error()); ++round) {
    const fop::Lookup::Reply found =
        co_await tried(finder_.look_up_everywhere(call, volume_.keys.added_to(lookup), hashed));
    place = co_await tried(place_to_unlink(unlink, found));
    reply = co_await unlink_at(call, unlink, hashed, *place);
  }
  co_return std::move(reply);
}

Result<Place> FileRemover::place_to_unlink(const fop::Unlink& unlink, const fop::Lookup::Reply& found) {
  volume_.memory.names.erase({unlink.parent, unlink.name});
  if (found.iatt.is_directory()) return failed(EISDIR);
  return *volume_.memory.places.find(found.iatt.gfid);
}

Task<fop::Changed> FileRemover::unlink_unmoved(const Call& call, const fop::Unlink& unlink, Place place) {
  Translator& there = volume_.subvolume(place);
  const fop::Lookup lookup{.parent = unlink.parent, .name = unlink.name};
  const fop::Lookup::Reply found = co_await tried(there.perform(as_root(call), lookup));
  auto locks = std::make_unique<LockSet>(call, volume_.lock_owners);
  co_await tried(locks->lock_object(there, found.iatt.gfid, lock_domain::move, LockType::write));
  Result<fop::Changed> reply = co_await there.perform(call, unlink);
  release_later(volume_.background, std::move(locks));
  co_return std::move(reply);
}

Task<fop::Changed> FileRemover::unlink_at(const Call& call, const fop::Unlink& unlink, std::optional<Place> hashed,
                                          Place place) {
  fop::Unlink conditional = unlink;
  conditional.xdata.set(unless_link_file, std::int64_t{1});
  Result<fop::Changed> removed = co_await volume_.subvolume(place).perform(call, conditional);
  if (!removed && removed.error().number() == EAGAIN) {
    removed = co_await unlink_unmoved(call, conditional, place);
  }
  if (!removed) co_return removed.error();
  fop::Changed reply = std::move(*removed);
  if (hashed && *hashed != place) {
    co_await link_files_.remove(call, unlink.parent, unlink.name, *hashed);
  }
  volume_.memory.settle_parents(reply);
  co_return std::move(reply);
}

}  // namespace mortar::distribute
