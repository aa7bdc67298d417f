// A name that is not where it hashes to: what all subvolumes have under it decides, and is put in order so that the
// next lookup finds it at once.
//
// Putting in order happens under the name's lock, which renames and other makers of link files hold too, and after
// having asked again: what looks stale from outside may be a rename half way.
#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "translators/distribute/distribute.h"
#include "translators/distribute/merge.h"

namespace mortar {

namespace {

constexpr const char* open_count_key = "glusterfs.open-fd-count";

}  // namespace

Distribute::Standing Distribute::decide(const fop::Lookup& lookup, std::optional<Place> hashed,
                                        const AnswersOf<fop::Lookup>& answers) const {
  Standing standing;
  std::vector<Place> links;
  bool silent = false;
  for (Place place = 0; place < answers.size(); ++place) {
    const Result<fop::Lookup::Reply>& answer = answers[place];
    if (!answer) {
      const int number = answer.error().number();
      silent = silent || number == ENOTCONN;
      if (number != ENOENT && number != ESTALE && number != ENOTCONN) standing.error = answer.error();
    } else if (answer->iatt.is_directory()) {
      standing.directory = place;
    } else if (is_link_file(*answer)) {
      links.push_back(place);
    } else if (!standing.file) {
      standing.file = place;
    } else {
      standing.damage = fmt::format("{} in {} is a file on {} and on {}; keep one of them", lookup.name,
                                    lookup.parent.text(), subvolume(*standing.file).name(), subvolume(place).name());
      standing.contradicts = standing.contradicts || answer->iatt.gfid != answers[*standing.file]->iatt.gfid;
    }
  }
  if (standing.file && standing.directory) {
    standing.damage =
        fmt::format("{} in {} is a file on {} and a directory on {}; repair it on the bricks", lookup.name,
                    lookup.parent.text(), subvolume(*standing.file).name(), subvolume(*standing.directory).name());
    standing.contradicts = true;
  }
  // It may be on a subvolume that does not answer.
  if (silent) standing.error = Error(ENOTCONN);
  if (standing.directory || standing.contradicts) return standing;

  bool linked = false;
  for (Place place : links) {
    const fop::Lookup::Reply& link = *answers[place];
    const bool is_right = standing.file && place == hashed && link_target(link) == standing.file &&
                          link.iatt.gfid == answers[*standing.file]->iatt.gfid;
    linked = linked || is_right;
    // Without the data it may only be that its subvolume is away; what is open is being moved.
    const bool is_idle = link.xdata.number(open_count_key).value_or(1) == 0;
    if (!is_right && (standing.file || !silent) && is_idle) standing.stale_links.push_back(place);
  }
  standing.lacks_link = standing.file && hashed && *hashed != *standing.file && !linked;
  return standing;
}

Task<fop::Lookup::Reply> Distribute::look_up_everywhere(const Call& call, const fop::Lookup& lookup,
                                                        std::optional<Place> hashed) {
  fop::Lookup asked = lookup;
  asked.xdata.set(open_count_key, std::int64_t{0});
  AnswersOf<fop::Lookup> answers = co_await tried(on_each(children(), call, asked));
  Standing standing = decide(lookup, hashed, answers);
  // What looks so from outside may be somebody's work in hand.
  if (hashed && (standing.needs_repair() || standing.contradicts)) {
    LockSet locks(call, lock_owners_);
    const Result<Done> locked = co_await lock_name_at(locks, *hashed, lookup.parent, lookup.name);
    if (locked) {
      answers = co_await tried(on_each(children(), call, asked));
      standing = decide(lookup, hashed, answers);
      if (!standing.contradicts) {
        co_await repair_links(call, lookup, *hashed, standing, answers);
      }
    }
    co_await locks.release();
  }
  fop::Lookup::Reply reply = co_await tried(answer_from(call, lookup, standing, answers));
  co_return std::move(reply);
}

Task<bool> Distribute::is_free_after_all(const Call& call, Gfid parent, std::string entry) {
  const fop::Lookup lookup{.parent = parent, .name = std::move(entry)};
  const Result<fop::Lookup::Reply> found = co_await look_up(call, lookup);
  co_return !found && distribute::is_missing(found.error());
}

// That it cannot be done is no failure of the lookup.
Task<> Distribute::repair_links(const Call& call, const fop::Lookup& lookup, Place hashed, const Standing& standing,
                                const AnswersOf<fop::Lookup>& answers) {
  for (Place place : standing.stale_links) {
    co_await remove_link_file(call, lookup.parent, lookup.name, place);
  }
  if (!standing.lacks_link) co_return done;
  const Result<Done> made =
      co_await make_link_file(call, lookup.parent, lookup.name, answers[*standing.file]->iatt, hashed, *standing.file);
  if (!made) {
    log::debug(name(), "no link file for {} on {}: {}", lookup.name, subvolume(hashed).name(), made.error().sentence());
  }
  co_return done;
}

Task<fop::Lookup::Reply> Distribute::answer_from(const Call& call, const fop::Lookup& lookup, const Standing& standing,
                                                 const AnswersOf<fop::Lookup>& answers) {
  if (!standing.damage.empty()) log::error(name(), "{}", standing.damage);
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

}  // namespace mortar
