// Extended attributes that are commands for distribute when they are set:
//   distribute.fix.layout   on a directory: spreads its names over the subvolumes that the volume has now
#include <algorithm>

#include "translators/cluster/as_root.h"
#include "translators/distribute/distribute.h"

namespace mortar {

namespace {

constexpr const char* fix_layout_key = "distribute.fix.layout";
// Moves a file to where its name hashes to.
constexpr const char* migrate_key = "trusted.distribute.migrate-data";

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

// Ranges that will do stay: files are where they hash to.
bool will_do(const Layout& present, const Layout& wanted, std::span<const Sharer> sharers) {
  if (present.is_fixed()) return true;
  if (present.anomalies().wrong_ranges() || is_even(present) != is_even(wanted)) return false;
  for (Place place = 0; place < present.size(); ++place) {
    if (present[place].takes_part() == sharers[place].leaving) return false;
  }
  return true;
}

}  // namespace

bool Distribute::is_command(const fop::Setxattr& set) const {
  return set.values.has(fix_layout_key) || set.values.has(migrate_key);
}

Task<fop::Acknowledged> Distribute::obey(const Call& call, const fop::Setxattr& set, DirectoryPointer directory) {
  if (call.uid != 0) co_return failed(EPERM);
  if (!directory || !set.values.has(fix_layout_key)) co_return failed(EOPNOTSUPP);
  if (!all_up()) co_return failed(ENOTCONN);
  // Copies that lack are made first.
  const fop::Lookup lookup{.gfid = directory->gfid};
  co_await tried(discover(call, lookup));
  co_await tried(refresh_usage(call));
  LockSet locks(call, lock_owners_);
  const Result<Done> fixed = co_await fix_layout(call, directory, locks);
  co_await locks.release();
  if (!fixed) co_return fixed.error();
  co_return fop::Acknowledged{};
}

Task<> Distribute::fix_layout(const Call& call, DirectoryPointer directory, LockSet& locks) {
  co_await tried(lock_layout(locks, *directory));
  const Call root = as_root(call);
  const fop::Lookup lookup = with_own_keys({.gfid = directory->gfid});
  const AnswersOf<fop::Lookup> answers = co_await tried(on_each(children(), root, lookup));
  const DirectoryPointer now = co_await tried(unite(lookup, answers));
  const bool everywhere = std::ranges::none_of(now->layout, [](const Range& range) { return range.err > 0; });
  if (!everywhere) co_return failed(EIO);
  const std::vector<Sharer> volume = sharers();
  Layout wanted = co_await tried(reassign(now->layout, volume, dealing(now->gfid, path_of(*directory))));
  if (will_do(now->layout, wanted, volume)) co_return done;
  // Who gets nothing any more must not keep what it had.
  for (Place place = 0; place < wanted.size(); ++place) {
    if (wanted[place].err != 0) wanted[place] = Range{.commit_hash = invalid_commit_hash};
  }
  co_await tried(write_layout(call, now->gfid, wanted));
  directory->layout = wanted;
  if (const DirectoryPointer* known = memory_.directories.find(now->gfid)) (*known)->layout = wanted;
  co_return done;
}

}  // namespace mortar
