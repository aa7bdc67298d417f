#include "translators/replicate/heal_aside.h"

#include "translators/replicate/hidden_names.h"

namespace mortar::replicate {

Task<Gfid> HealAside::provide(Copy copy) {
  const Call own = healing_.call();
  const Gfid volume = *volume_.id();
  fop::Mkdir make_place{.parent = root_gfid, .mode = 0755, .umask = 0, .name = anonymous_name(volume), .xdata = {}};
  make_place.xdata.set("gfid-req", anonymous_gfid(volume));
  // On all copies: it is a directory of the volume like any other.
  const AnswersOf<fop::Mkdir> made = co_await tried(healing_.at_each(own, make_place, volume_.up()));
  if (!made[copy] && made[copy].error().number() != EEXIST) co_return made[copy].error();
  co_return anonymous_gfid(volume);
}

Task<> HealAside::put(Copy sink, Place place, Gfid object, const Locked& locked) {
  const Gfid directory = co_await tried(provide(sink));
  const fop::Rename aside{.old_parent = place.directory,
                          .new_parent = directory,
                          .old_name = std::move(place.name),
                          .new_name = object.text(),
                          .xdata = {}};
  co_await tried(healing_.change(locked, aside, sink));
  co_return done;
}

Task<> HealAside::keep(Copy copy, Gfid file, const Locked& locked) {
  if (!is_wanted()) co_return failed(ENOTSUP, "nothing is kept aside: use-anonymous-inode is off");
  const Gfid directory = co_await tried(provide(copy));
  const fop::Link link{.gfid = file, .new_parent = directory, .new_name = file.text(), .xdata = {}};
  const Result<fop::Made> linked = co_await healing_.change(locked, link, copy);
  if (!linked && linked.error().number() != EEXIST) co_return linked.error();
  co_return done;
}

Task<bool> HealAside::take_back(const MissingName& missing, const Locked& locked) {
  if (!volume_.id()) co_return false;
  const fop::Rename back{.old_parent = anonymous_gfid(*volume_.id()),
                         .new_parent = missing.place.directory,
                         .old_name = missing.object.gfid.text(),
                         .new_name = missing.place.name,
                         .xdata = {}};
  const Result<fop::Rename::Reply> renamed = co_await healing_.change(locked, back, missing.sink);
  if (!renamed && is_missing(renamed.error())) co_return false;
  if (!renamed) co_return renamed.error();
  co_await tried(metadata_.copy_times(missing.object.gfid, missing.source(), missing.sink, locked));
  co_return true;
}

Task<bool> HealAside::is_kept(Gfid object, Copies copies) {
  if (!volume_.id()) co_return false;
  const Testimony kept =
      co_await tried(healing_.hear(lookup_of(anonymous_gfid(*volume_.id()), object.text()), copies));
  co_return kept.present == copies;
}

Task<> HealAside::give_up(Gfid directory, Copy copy, const Locked& locked) {
  const fop::Rmdir remove{
      .parent = anonymous_gfid(*volume_.id()), .flags = 0, .name = directory.text(), .xdata = {}};
  co_await tried(healing_.change(locked, remove, copy));
  co_return done;
}

// Other names of a directory are healed at the same time: one may have been given to it meanwhile.
Task<> HealAside::forget(Copy sink, Gfid object, const Locked& locked) {
  const std::optional<Iatt> there = co_await tried(healing_.object_on(sink, object));
  const bool has_another_name = there && !there->is_directory() && there->links > 1;
  if (!has_another_name || !volume_.id()) co_return done;
  const fop::Unlink forget{.parent = anonymous_gfid(*volume_.id()), .name = object.text(), .flags = 0, .xdata = {}};
  const Result<fop::Changed> forgot = co_await healing_.change(locked, forget, sink);
  if (!forgot && !is_missing(forgot.error())) co_return forgot.error();
  co_return done;
}

}  // namespace mortar::replicate
