#include "translators/replicate/split_brains.h"

#include <fmt/format.h>

#include "base/log.h"

namespace mortar::replicate {

namespace {

constexpr std::uint32_t add_words = 0;  // on the wire

}  // namespace

Split split_of(const Testimony& testimony, const Volume& volume) {
  if (testimony.present.empty()) return {};
  const bool has_content = testimony.iatts[testimony.present.front()].is_regular();
  return {.content = has_content && direction_of_data(testimony, volume.with_data(), volume.quorum).is_split_brain,
          .attributes = direction_of_metadata(testimony, volume.quorum).is_split_brain};
}

Task<Split> SplitBrains::look(Gfid gfid) {
  const Testimony testimony = co_await tried(healing_.hear(lookup_of(gfid), volume_.up()));
  if (testimony.present != volume_.all()) co_return failed(EAGAIN, not_all_answer);
  co_return split_of(testimony, volume_);
}

Task<> SplitBrains::settle(Gfid gfid, Split split, Ruling ruling) {
  if (split.content) {
    co_await tried(settle_part(healing_.thing(gfid, LockKind::content, volume_.domain()), Slot::data, ruling));
  }
  if (split.attributes) {
    co_await tried(settle_part(healing_.attributes_of(gfid), Slot::metadata, ruling));
  }
  co_return done;
}

Task<> SplitBrains::settle_part(LockedThing thing, Slot slot, Ruling ruling) {
  Refusals refusals;
  const Locked locked = co_await tried(healing_.locks().take(thing, volume_.up(), refusals));
  Result<Done> settled = failed(ENOTCONN);
  if (locked.copies() == volume_.all()) {
    settled = co_await settle_locked(thing.gfid, slot, ruling, locked);
  }
  co_await tried(healing_.locks().give_back(thing, locked));
  co_return settled;
}

Task<> SplitBrains::settle_locked(Gfid gfid, Slot slot, Ruling ruling, const Locked& locked) {
  const Testimony testimony = co_await tried(healing_.hear(lookup_of(gfid), locked.copies()));
  const Split split = split_of(testimony, volume_);
  const bool is_split = slot == Slot::data ? split.content : split.attributes;
  if (!is_split) co_return done;  // somebody was faster
  const Copy right = co_await tried(choose(gfid, slot, ruling, testimony));
  // Whoever is blamed only by copies that blame themselves would count as blameless from now on.
  fop::Xattrop blame{.gfid = gfid, .operation = add_words, .values = {}, .xdata = {}};
  for (const Copy other : (volume_.all() - Copies::only(right)).list()) {
    if (testimony.marks[right].missed[other][slot] != 0) continue;
    blame.values.set_bytes(volume_.keys.missed(other), Counts::of(slot, 1).stored());
  }
  if (!blame.values.empty()) {
    co_await tried(healing_.change(locked, blame, right));
  }
  co_await tried(healing_.absolve(gfid, testimony, slot, Copies::only(right), locked));
  volume_.forget(gfid);
  const Iatt& object = testimony.iatts[right];
  log::warning(volume_.name(), "split brain of the {} of {}: {} is taken as right ({} bytes, modified {}, changed {})",
               slot == Slot::data ? "content" : "attributes", gfid.text(), volume_.subvolume(right).name(), object.size,
               object.modified.seconds, object.changed.seconds);
  co_return done;
}

Task<Copy> SplitBrains::choose(Gfid gfid, Slot slot, Ruling ruling, const Testimony& testimony) {
  if (slot == Slot::data) co_return right_content(ruling, testimony, volume_.with_data());
  // Where they are alike but for the times that a directory has got since, nobody loses anything.
  if (testimony.present == volume_.all() && ruling.by != Ruling::By::source) {
    const bool are_alike = co_await tried(metadata_.are_alike(gfid, testimony));
    const std::vector<Copy> copies = volume_.with_data().list();
    if (are_alike) {
      co_return *std::ranges::max_element(copies, {}, [&](Copy copy) { return testimony.iatts[copy].changed; });
    }
  }
  co_return right_attributes(ruling, testimony, volume_.with_data());
}

}  // namespace mortar::replicate
