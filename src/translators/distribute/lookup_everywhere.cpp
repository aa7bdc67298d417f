// A name that is not where it hashes to: what all subvolumes have under it decides, and is put in order so that the
// next lookup finds it at once.
//
// Putting in order happens under the name's lock, which renames and other makers of link files hold too, and after
// having asked again: what looks stale from outside may be a rename half way.
#include "base/log.h"
#include "translators/distribute/finder.h"
#include "translators/distribute/name_locks.h"

namespace mortar::distribute {

Task<fop::Lookup::Reply> Finder::look_up_everywhere(const Call& call, const fop::Lookup& lookup,
                                                    std::optional<Place> hashed) {
  fop::Lookup asked = lookup;
  asked.xdata.set(open_count_key, std::int64_t{0});
  AnswersOf<fop::Lookup> answers = co_await tried(on_each(volume_.children(), call, asked));
  Standing standing = decide(volume_, lookup, hashed, answers);
  // What looks so from outside may be somebody's work in hand.
  if (hashed && (standing.needs_repair() || standing.contradicts)) {
    LockSet locks(call, volume_.lock_owners);
    const Result<Done> locked = co_await lock_name(locks, volume_.subvolume(*hashed), lookup.parent, lookup.name);
    if (locked) {
      answers = co_await tried(on_each(volume_.children(), call, asked));
      standing = decide(volume_, lookup, hashed, answers);
      if (!standing.contradicts) {
        co_await repair_links(call, lookup, *hashed, standing, answers);
      }
    }
    co_await locks.release();
  }
  fop::Lookup::Reply reply = co_await tried(answer_from(call, lookup, standing, answers));
  co_return std::move(reply);
}

// That it cannot be done is no failure of the lookup.
Task<> Finder::repair_links(const Call& call, const fop::Lookup& lookup, Place hashed, const Standing& standing,
                            const AnswersOf<fop::Lookup>& answers) {
  for (Place place : standing.stale_links) {
    co_await link_files_.remove(call, lookup.parent, lookup.name, place);
  }
  if (!standing.lacks_link) co_return done;
  const Result<Done> made = co_await link_files_.make(call, lookup.parent, lookup.name, answers[*standing.file]->iatt,
                                                      hashed, *standing.file);
  if (!made) {
    log::debug(volume_.name(), "no link file for {} on {}: {}", lookup.name, volume_.subvolume(hashed).name(),
               made.error().sentence());
  }
  co_return done;
}

Task<fop::Lookup::Reply> Finder::answer_from(const Call& call, const fop::Lookup& lookup, const Standing& standing,
                                             const AnswersOf<fop::Lookup>& answers) {
  if (!standing.damage.empty()) log::error(volume_.name(), "{}", standing.damage);
  if (standing.contradicts) co_return failed(EIO, standing.damage);
  if (standing.directory) {
    fop::Lookup::Reply reply = co_await tried(directory_found(call, lookup, answers));
    co_return std::move(reply);
  }
  if (!standing.file) co_return standing.error;
  fop::Lookup::Reply reply = *answers[*standing.file];
  reply.xdata.erase(open_count_key);
  co_return file_found(lookup, *standing.file, std::move(reply));
}

}  // namespace mortar::distribute
