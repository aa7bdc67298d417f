// Removing a file's name: where the data is and, where that is another subvolume, the link file where it hashes to.
// Both go at once: if only one of them does, the next lookup repairs what is left.
//
//   1 trip where the name was looked up, listed or made here before, else that of the lookup more
#include "base/join.h"
#include "base/log.h"
#include "translators/distribute/distribute.h"

namespace mortar {

namespace {

// Of our bricks; a stock brick does not know it and unlinks.
constexpr const char* unless_link_file = "unlink-unless-dht-linkto-file";

bool has_changed(const Error& error) {
  return error.number() == ENOENT || error.number() == EBUSY || error.number() == ESTALE;
}

}  // namespace

Task<fop::Changed> Distribute::act(const Call& call, const fop::Unlink& unlink) {
  const DirectoryPointer parent = co_await tried(find_directory(call, unlink.parent));
  const std::optional<Place> hashed = hashed_place(*parent, unlink.name);
  const NameIn name_in{unlink.parent, unlink.name};
  const Gfid* known = memory_.names.find(name_in);
  const Place* known_place = known == nullptr ? nullptr : memory_.places.find(*known);
  std::optional<Place> place;
  if (known_place != nullptr) place = *known_place;
  memory_.names.erase(name_in);
  const fop::Lookup lookup{.parent = unlink.parent, .name = unlink.name};
  if (!place) {
    const fop::Lookup::Reply found = co_await tried(look_up(call, lookup));
    place = co_await tried(place_to_unlink(unlink, found));
  }
  Result<fop::Changed> reply = co_await unlink_at(call, unlink, hashed, *place);
  if (reply || !has_changed(reply.error())) co_return std::move(reply);
  // Somebody has put another file in its place, whose link file may be what was removed: only all together know now.
  const fop::Lookup::Reply found = co_await tried(look_up_everywhere(call, with_own_keys(lookup), hashed));
  place = co_await tried(place_to_unlink(unlink, found));
  reply = co_await unlink_at(call, unlink, hashed, *place);
  co_return std::move(reply);
}

Result<Place> Distribute::place_to_unlink(const fop::Unlink& unlink, const fop::Lookup::Reply& found) {
  memory_.names.erase({unlink.parent, unlink.name});
  if (found.iatt.is_directory()) return failed(EISDIR);
  return *memory_.places.find(found.iatt.gfid);
}

Task<fop::Changed> Distribute::unlink_at(const Call& call, const fop::Unlink& unlink, std::optional<Place> hashed,
                                         Place place) {
  fop::Unlink conditional = unlink;
  conditional.xdata.set(unless_link_file, std::int64_t{1});
  TaskSet link_goes;
  if (hashed && *hashed != place) {
    link_goes.start(remove_link_file(call, unlink.parent, unlink.name, *hashed));
  }
  Result<fop::Changed> reply = co_await subvolume(place).perform(call, conditional);
  co_await link_goes.finished();
  if (!reply) co_return reply.error();
  settle_parents(*reply);
  co_return std::move(*reply);
}

}  // namespace mortar
