// Layouts of directories: made for new ones, and made anew where the subvolumes' ranges leave holes or overlap.
#include <algorithm>

#include "base/join.h"
#include "base/log.h"
#include "translators/distribute/distribute.h"

namespace mortar {

namespace {

constexpr const char* layout_domain = "dht.layout.heal";

bool is_there(const Range& range) { return range.err == 0 || range.err == Range::unknown; }

}  // namespace

Layout Distribute::new_layout(const Gfid& gfid, const std::optional<std::string>& path, const Layout& present,
                              std::uint32_t commit_hash) const {
  Layout layout = assign(present, sharers(), dealing(gfid, path, commit_hash));
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

Task<> Distribute::write_layout(const Call& call, Gfid gfid, const Layout& layout) {
  std::vector<Translator*> there;
  std::vector<fop::Setxattr> writes;
  for (Place place = 0; place < layout.size(); ++place) {
    if (layout[place].err != 0) continue;
    fop::Setxattr write{.gfid = gfid};
    write.values.set_bytes(layout_key(), layout.stored(place));
    write.xdata.set_text("glusterfs-internal-fop", "yes");
    there.push_back(&subvolume(place));
    writes.push_back(std::move(write));
  }
  const AnswersOf<fop::Setxattr> answers = co_await tried(on_each_its_own(there, call, writes));
  std::optional<Error> error;
  for (std::size_t index = 0; index < answers.size(); ++index) {
    if (answers[index]) continue;
    log::warning(name(), "the layout of {} is not written on {}: {}", gfid.text(), there[index]->name(),
                 answers[index].error().sentence());
    if (!error) error = answers[index].error();
  }
  if (error) co_return *error;
  co_return done;
}

// All in the order of stock's clients, which lock several subvolumes too.
Task<> Distribute::lock_layout(LockSet& locks, const Directory& directory) {
  std::vector<Translator*> there;
  for (Place place = 0; place < children().size(); ++place) {
    if (is_there(directory.layout[place])) there.push_back(&subvolume(place));
  }
  std::ranges::sort(there, {}, &Translator::name);
  for (Translator* each : there) {
    co_await tried(locks.lock_object(*each, directory.gfid, layout_domain, LockType::write));
  }
  co_return done;
}

Task<> Distribute::heal_layout(const Call& call, DirectoryPointer directory, bool just_made) {
  co_await refresh_usage(call);
  LockSet locks(call, lock_owners_);
  Result<Done> healed = co_await lock_layout(locks, *directory);
  if (healed) {
    healed = co_await heal_layout_locked(call, directory, just_made);
  }
  co_await locks.release();
  if (!healed) {
    log::warning(name(), "the layout of {} is not healed: {}", directory->gfid.text(), healed.error().sentence());
    refused_heals_.put(directory->gfid, world_.now());
  }
  co_return done;
}

Task<> Distribute::heal_layout_locked(const Call& call, DirectoryPointer directory, bool just_made) {
  const fop::Lookup asked = with_own_keys({.gfid = directory->gfid});
  AnswersOf<fop::Lookup> answers = co_await tried(on_each(children(), call, asked));
  DirectoryPointer now = co_await tried(unite(asked, answers));
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
  const Layout layout =
      new_layout(directory->gfid, path_of(*directory), present, just_made ? new_commit_hash() : invalid_commit_hash);
  const Result<Done> written = co_await write_layout(call, directory->gfid, layout);
  if (written) {
    directory->layout = layout;
    log::info(name(), "the directory {} has a new layout", directory->gfid.text());
    co_return done;
  }
  // What is on the bricks counts.
  answers = co_await tried(on_each(children(), call, asked));
  now = co_await tried(unite(asked, answers));
  directory->layout = now->layout;
  co_return written.error();
}

}  // namespace mortar
