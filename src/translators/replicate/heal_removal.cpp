#include "translators/replicate/heal_removal.h"

#include "wire/lock_domains.h"

namespace mortar::replicate {

Task<> NameRemover::expunge(Copy sink, Place place, Iatt there, Copy source, const Locked& locked) {
  const std::optional<Iatt> elsewhere = co_await tried(healing_.object_on(source, there.gfid));
  const bool is_last_name = there.is_directory() || there.links <= 1;
  if (elsewhere && is_last_name && aside_.is_wanted()) {
    co_await tried(aside_.put(sink, std::move(place), there.gfid, locked));
    co_await tried(aside_.forget(sink, there.gfid, locked));
    co_return done;
  }
  if (there.is_directory()) {
    co_await tried(remove_directory(sink, std::move(place), there.gfid, locked));
    co_return done;
  }
  co_await tried(remove_name(sink, std::move(place), locked));
  // The brick may still list it.
  if (!elsewhere && is_last_name) {
    const Result<Done> struck = co_await healing_.strike(there.gfid, sink);
    if (!struck && !is_missing(struck.error())) co_return struck.error();
  }
  // That it lost a name has changed its times.
  if (elsewhere && !is_last_name) {
    co_await tried(metadata_.copy_times(there.gfid, source, sink, locked));
  }
  co_return done;
}

Task<> NameRemover::remove_directory(Copy sink, Place place, Gfid there, const Locked& locked) {
  const bool keeps_aside = aside_.is_wanted();
  fop::Rmdir remove{
      .parent = place.directory, .flags = keeps_aside ? 0 : with_all_in_it, .name = place.name, .xdata = {}};
  remove.xdata.set(own_key::names_locked, own_key::are_locked);
  const Result<fop::Changed> removed = co_await healing_.change(locked, remove, sink);
  if (removed) co_return done;
  if (!keeps_aside || removed.error().number() != ENOTEMPTY) co_return removed.error();
  co_await tried(aside_.put(sink, std::move(place), there, locked));
  co_return done;
}

Task<> NameRemover::remove_name(Copy sink, Place place, const Locked& locked) {
  fop::Unlink remove{.parent = place.directory, .name = std::move(place.name), .flags = 0, .xdata = {}};
  remove.xdata.set(own_key::names_locked, own_key::are_locked);
  co_await tried(healing_.change(locked, remove, sink));
  co_return done;
}

}  // namespace mortar::replicate
