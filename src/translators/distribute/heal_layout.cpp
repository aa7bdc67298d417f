// Making a layout anew, under the lock of the directory on all subvolumes and after having looked again.
//
//   a trip for the lock of each subvolume, lookup, write; unlock
//   one more write where names go from one to another: they are nobody's in between, and never belong to two
#include <algorithm>

#include "base/log.h"
#include "translators/cluster/as_root.h"
#include "translators/distribute/copies.h"
#include "translators/distribute/layouts.h"

namespace mortar::distribute {

namespace {

std::uint64_t size_of(const Range& range) { return std::uint64_t{range.stop} - range.start; }

// Ranges of one size, but for what rounding leaves over.
bool is_even(const Layout& layout) {
  std::uint64_t least = ~std::uint64_t{0};
  std::uint64_t most = 0;
  for (const Range& range : layout) {
    if (!range.takes_part()) continue;
    least = std::min(least, size_of(range));
    most = std::max(most, size_of(range));
  }
  return most == 0 || most - least <= layout.size();
}

bool is_same_range(const Range& one, const Range& other) { return one.start == other.start && one.stop == other.stop; }

// Ranges that will do stay: files are where they hash to.
bool will_do(const Layout& present, const Layout& wanted, std::span<const Sharer> sharers) {
  if (present.is_fixed() || std::ranges::equal(present, wanted, is_same_range)) return true;
  if (present.anomalies().wrong_ranges() || is_even(present) != is_even(wanted)) return false;
  for (Place place = 0; place < present.size(); ++place) {
    if (present[place].takes_part() == sharers[place].leaving) return false;
  }
  return true;
}

}  // namespace

// Who makes a name asks the brick whether it belongs there. Whoever dies in between leaves holes, which the next lookup
// heals.
Task<> Layouts::replace_layout(const Call& call, Gfid gfid, const Layout& present, const Layout& wanted) {
  Layout withdrawn(present.size());
  bool withdraws = false;
  for (Place place = 0; place < present.size(); ++place) {
    if (!present[place].takes_part() || is_same_range(present[place], wanted[place])) continue;
    withdrawn[place] = Range{.commit_hash = invalid_commit_hash};
    withdraws = true;
  }
  if (withdraws) {
    co_await tried(write_layout(call, gfid, withdrawn));
  }
  co_await tried(write_layout(call, gfid, wanted));
  co_return done;
}

// ---- Holes and overlaps.

Task<> Layouts::heal_layout(const Call& call, DirectoryPointer directory, bool just_made) {
  co_await usage_.refresh(call);
  LockSet locks(call, volume_.lock_owners);
  Result<Done> healed = co_await lock_layout(locks, *directory);
  if (healed) {
    healed = co_await heal_layout_locked(call, directory, just_made);
  }
  co_await locks.release();
  if (!healed) {
    log::warning(volume_.name(), "the layout of {} is not healed: {}", directory->gfid.text(),
                 healed.error().sentence());
    volume_.refused_heals.add(directory->gfid);
  }
  co_return done;
}

Task<> Layouts::heal_layout_locked(const Call& call, DirectoryPointer directory, bool just_made) {
  const fop::Lookup asked = volume_.keys.added_to({.gfid = directory->gfid});
  AnswersOf<fop::Lookup> answers = co_await tried(on_each(volume_.children(), call, asked));
  DirectoryPointer now = co_await tried(unite(volume_, asked, answers));
  const Anomalies anomalies = now->layout.anomalies();
  // Who is away, or would not answer, may have the range that is missing.
  if (anomalies.down != 0 && !just_made) co_return failed(ENOTCONN);
  if (anomalies.misc != 0 && !just_made) co_return failed(EIO);
  if (!anomalies.wrong_ranges()) {
    directory->layout = now->layout;
    co_return done;
  }
  Layout present = now->layout;
  // Where it could not be made it gets no names.
  for (Place place = 0; place < present.size(); ++place) {
    if (present[place].err == ENOENT) present[place].err = ESTALE;
  }
  const Layout layout = new_layout(directory->gfid, volume_.memory.path_of(*directory), present,
                                   just_made ? new_commit_hash() : invalid_commit_hash);
  const Result<Done> written = co_await replace_layout(call, directory->gfid, now->layout, layout);
  if (written) {
    directory->layout = layout;
    log::info(volume_.name(), "the directory {} has a new layout", directory->gfid.text());
    co_return done;
  }
  // What is on the bricks counts.
  answers = co_await tried(on_each(volume_.children(), call, asked));
  now = co_await tried(unite(volume_, asked, answers));
  directory->layout = now->layout;
  co_return written.error();
}

// ---- After subvolumes came or went.

Task<> Layouts::fix_layout(const Call& call, DirectoryPointer directory) {
  co_await tried(usage_.refresh(call));
  const std::optional<Layout> wanted = co_await tried(layout_to_become(*directory));
  if (!wanted) co_return done;
  LockSet locks(call, volume_.lock_owners);
  Result<Done> fixed = co_await lock_layout(locks, *directory);
  if (fixed) {
    fixed = co_await fix_layout_locked(call, directory);
  }
  co_await locks.release();
  co_return fixed;
}

Task<> Layouts::fix_layout_locked(const Call& call, DirectoryPointer directory) {
  const Call root = as_root(call);
  const fop::Lookup lookup = volume_.keys.added_to({.gfid = directory->gfid});
  const AnswersOf<fop::Lookup> answers = co_await tried(on_each(volume_.children(), root, lookup));
  const DirectoryPointer now = co_await tried(unite(volume_, lookup, answers));
  now->parent = directory->parent;
  now->name = directory->name;
  const std::optional<Layout> wanted = co_await tried(layout_to_become(*now));
  if (!wanted) co_return done;
  co_await tried(replace_layout(call, now->gfid, now->layout, *wanted));
  directory->layout = *wanted;
  if (const DirectoryPointer* known = volume_.memory.directories.find(now->gfid)) (*known)->layout = *wanted;
  co_return done;
}

// Nothing where the layout that the directory has will do.
Result<std::optional<Layout>> Layouts::layout_to_become(const Directory& directory) const {
  const bool everywhere = std::ranges::none_of(directory.layout, [](const Range& range) { return range.err > 0; });
  if (!everywhere) return failed(EIO);
  const std::vector<Sharer> volume = usage_.sharers();
  Result<Layout> wanted =
      reassign(directory.layout, volume, dealing(directory.gfid, volume_.memory.path_of(directory)));
  if (!wanted) return std::unexpected(wanted.error());
  if (will_do(directory.layout, *wanted, volume)) return std::nullopt;
  // Who gets nothing any more must not keep what it had.
  for (Place place = 0; place < wanted->size(); ++place) {
    if ((*wanted)[place].err != 0) (*wanted)[place] = Range{.commit_hash = invalid_commit_hash};
  }
  return *wanted;
}

}  // namespace mortar::distribute
