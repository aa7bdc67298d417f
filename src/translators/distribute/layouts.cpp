#include "translators/distribute/layouts.h"

#include <algorithm>

#include "base/log.h"
#include "translators/cluster/fan_out.h"
#include "translators/distribute/internal_xdata.h"
#include "translators/distribute/name_locks.h"

namespace mortar::distribute {

namespace {

bool is_there(const Range& range) { return range.err == 0 || range.err == Range::unknown; }

}  // namespace

Dealing Layouts::dealing(const Gfid& gfid, const std::optional<std::string>& path, std::uint32_t commit_hash) const {
  const std::string text = path && !volume_.options.randomize_hash_range_by_gfid ? *path : gfid.text();
  return {.first = start_index(volume_.hash(text), volume_.children().size()),
          .spread = volume_.options.directory_layout_spread,
          .by_weight = volume_.options.weighted_rebalance,
          .commit_hash = commit_hash};
}

Layout Layouts::new_layout(const Gfid& gfid, const std::optional<std::string>& path, const Layout& present,
                           std::uint32_t commit_hash) const {
  Layout layout = assign(present, usage_.sharers(), dealing(gfid, path, commit_hash));
  // Who is leaving the volume must not keep the range it has.
  for (Place place = 0; place < layout.size(); ++place) {
    if (is_there(present[place]) && layout[place].err != 0) layout[place] = Range{.commit_hash = commit_hash};
  }
  // As stock does: what the administrator chose has fallen to pieces, and stays marked as chosen.
  if (present.is_fixed()) {
    for (Place place = 0; place < layout.size(); ++place) layout[place].fixed = layout[place].err == 0;
  }
  return layout;
}

Task<> Layouts::write_layout(const Call& call, Gfid gfid, const Layout& layout) {
  std::vector<Translator*> there;
  std::vector<fop::Setxattr> writes;
  for (Place place = 0; place < layout.size(); ++place) {
    if (layout[place].err != 0) continue;
    fop::Setxattr write{.gfid = gfid, .xdata = internal_xdata()};
    write.values.set_bytes(volume_.keys.layout, layout.stored(place));
    there.push_back(&volume_.subvolume(place));
    writes.push_back(std::move(write));
  }
  const AnswersOf<fop::Setxattr> answers = co_await tried(on_each_its_own(there, call, writes));
  std::optional<Error> error;
  for (std::size_t index = 0; index < answers.size(); ++index) {
    if (answers[index]) continue;
    log::warning(volume_.name(), "the layout of {} is not written on {}: {}", gfid.text(), there[index]->name(),
                 answers[index].error().sentence());
    if (!error) error = answers[index].error();
  }
  if (error) co_return *error;
  co_return done;
}

// All in the order of stock's clients, which lock several subvolumes too.
Task<> Layouts::lock_layout(LockSet& locks, const Directory& directory) {
  std::vector<Translator*> there;
  for (Place place = 0; place < volume_.children().size(); ++place) {
    if (is_there(directory.layout[place])) there.push_back(&volume_.subvolume(place));
  }
  std::ranges::sort(there, {}, &Translator::name);
  for (Translator* each : there) {
    co_await tried(locks.lock_object(*each, directory.gfid, lock_domain::layout, LockType::write));
  }
  co_return done;
}

// A subvolume that is full or leaves the volume gets a copy without names; one that is away gets neither.
Layout Layouts::layout_for_new(const Gfid& gfid, const std::optional<std::string>& path) const {
  Layout present(volume_.children().size());
  for (Place place = 0; place < present.size(); ++place) {
    present[place].err = !volume_.is_up(place) ? ENOTCONN : usage_.is_full(place) ? ENOSPC : 0;
  }
  Layout layout = new_layout(gfid, path, present, new_commit_hash());
  for (Place place = 0; place < layout.size(); ++place) {
    if (layout[place].err == 0 || !volume_.is_up(place)) continue;
    layout[place] = Range{.commit_hash = new_commit_hash()};
  }
  return layout;
}

// Where clients trust layouts, a new directory is known to be in order for the volume as it is.
std::uint32_t Layouts::new_commit_hash() const {
  return volume_.options.lookup_optimize ? volume_.commit_hash() : invalid_commit_hash;
}

}  // namespace mortar::distribute
