// Removing a directory: it must be empty on all subvolumes but for link files that lead nowhere. The copy where its
// name hashes to goes last, since it decides whether the directory is there. What was removed is made again where not
// all can be: somebody may just have made a file in it.
//
//   3 trips: locks, while it is looked up and listed; rmdirs, rmdir; unlock beside the answer. A trip more where the
//   directory is not remembered by its name
#include <algorithm>

#include "base/join.h"
#include "base/log.h"
#include "translators/cluster/as_root.h"
#include "translators/distribute/distribute.h"
#include "translators/distribute/merge.h"
#include "translators/distribute/rename_locks.h"

namespace mortar {

namespace {

// More than a handful of entries are files and not forgotten links.
constexpr std::uint32_t page_size = 4096;

}  // namespace

struct Distribute::Doomed {
  Gfid gfid;  // as it is remembered, then as it is found
  AnswersOf<fop::Lookup> answers;
  std::optional<std::string> contradiction;
};

Task<fop::Changed> Distribute::act(const Call& call, const fop::Rmdir& rmdir) {
  Doomed doomed;
  const NameIn name_in{rmdir.parent, rmdir.name};
  if (const Gfid* gfid = memory_.names.find(name_in)) doomed.gfid = *gfid;
  memory_.names.erase(name_in);
  // A copy that is away would come back, with what is in it.
  if (!all_up()) co_return failed(ENOTCONN);
  const NamePlace at = co_await tried(place_of_name(call, rmdir.parent, rmdir.name));

  const Call root = as_root(call);
  auto locks = std::make_unique<RenameLocks>(call, lock_owners_, children());
  locks->add_name(at.hashed, name_in);
  std::vector<Task<>> preparations;
  preparations.push_back(take(*locks));
  preparations.push_back(find_doomed(root, rmdir, doomed));
  const std::vector<Result<Done>> prepared = co_await tried(all(std::move(preparations)));
  std::optional<Error> error;
  for (const Result<Done>& each : prepared) {
    if (!each && !error) error = each.error();
  }
  if (!error && doomed.contradiction) {
    // Somebody may just have put another directory in its place; now nobody does.
    const Result<Done> again = co_await find_doomed(root, rmdir, doomed);
    if (!again) error = again.error();
    if (doomed.contradiction) error = Error(EIO, *doomed.contradiction);
  }
  Result<fop::Changed> reply = std::unexpected(error.value_or(Error()));
  if (!error) {
    reply = co_await remove_copies(call, rmdir, at.hashed, doomed);
  }
  release_later(std::move(locks));
  if (!reply) co_return reply.error();
  memory_.directories.erase(doomed.gfid);
  settle_parents(*reply);
  co_return std::move(*reply);
}

// What is to be removed, as it was before. Whether it is empty is asked with the lookup where it is remembered which
// directory it is.
Task<> Distribute::find_doomed(const Call& call, const fop::Rmdir& rmdir, Doomed& doomed) {
  const Gfid remembered = doomed.gfid;
  std::vector<Task<>> steps;
  steps.push_back(look_up_doomed(call, rmdir, doomed));
  // Flags: with all that is in it.
  const bool must_be_empty = rmdir.flags == 0;
  if (must_be_empty && !remembered.is_null()) steps.push_back(require_empty_everywhere(call, remembered));
  const std::vector<Result<Done>> results = co_await tried(all(std::move(steps)));
  if (!results[0]) co_return results[0].error();
  if (!must_be_empty || doomed.contradiction) co_return done;
  if (doomed.gfid != remembered) {
    co_await tried(require_empty_everywhere(call, doomed.gfid));
    co_return done;
  }
  co_return results[1];
}

Task<> Distribute::look_up_doomed(const Call& call, const fop::Rmdir& rmdir, Doomed& doomed) {
  const fop::Lookup lookup = with_own_keys({.parent = rmdir.parent, .name = rmdir.name});
  doomed.answers = co_await tried(on_each(children(), call, lookup));
  doomed.contradiction = contradiction(lookup, doomed.answers);
  if (doomed.contradiction) co_return done;
  bool is_file = false;
  doomed.gfid = null_gfid;
  for (const Result<fop::Lookup::Reply>& answer : doomed.answers) {
    if (!answer && !distribute::is_missing(answer.error())) co_return answer.error();
    if (!answer) continue;
    is_file = is_file || !answer->iatt.is_directory();
    doomed.gfid = answer->iatt.gfid;
  }
  if (is_file) co_return failed(ENOTDIR);
  if (doomed.gfid.is_null()) co_return failed(ENOENT);
  co_return done;
}

Task<> Distribute::require_empty_everywhere(const Call& call, Gfid gfid) {
  std::vector<Task<>> listings;
  for (Place place = 0; place < children().size(); ++place) listings.push_back(require_empty(call, gfid, place));
  const std::vector<Result<Done>> empty = co_await tried(all(std::move(listings)));
  for (const Result<Done>& each : empty) {
    if (!each && !distribute::is_missing(each.error())) co_return each.error();
  }
  co_return done;
}

Task<> Distribute::require_empty(const Call& call, Gfid gfid, Place place) {
  fop::Readdirp readdir{.gfid = gfid, .size = page_size};
  readdir.xdata.set(link_key(), std::int64_t{256});
  while (true) {
    const fop::Readdirp::Reply reply = co_await tried(subvolume(place).perform(call, readdir));
    std::vector<Task<>> links;
    for (const EntryPlus& entry : reply.entries.elements) {
      readdir.offset = entry.offset;
      if (entry.name == "." || entry.name == "..") continue;
      const bool is_link = distribute::looks_moved(entry.iatt) && entry.xattrs.has(link_key());
      if (!is_link) co_return failed(ENOTEMPTY);
      links.push_back(remove_stale_link(call, gfid, entry, place));
    }
    const std::vector<Result<Done>> removed = co_await tried(all(std::move(links)));
    for (const Result<Done>& each : removed) {
      if (!each) co_return each.error();
    }
    if (reply.entries.elements.empty() || reply.op_errno == ENOENT) co_return done;
  }
}

// ENOTEMPTY where there is something to which it leads.
Task<> Distribute::remove_stale_link(const Call& call, Gfid directory, const EntryPlus& entry, Place place) {
  const std::string_view target = entry.xattrs.text(link_key()).value_or("");
  const std::optional<Place> data = place_named(target.substr(0, target.find('\0')));
  if (data && *data != place) {
    const fop::Lookup lookup{.parent = directory, .name = entry.name};
    const Result<fop::Lookup::Reply> found = co_await subvolume(*data).perform(call, lookup);
    if (found) co_return failed(ENOTEMPTY);
    if (!distribute::is_missing(found.error())) co_return found.error();
  }
  co_await remove_link_file(call, directory, entry.name, place);
  co_return done;
}

Task<fop::Changed> Distribute::remove_copies(const Call& call, const fop::Rmdir& rmdir, Place hashed,
                                             const Doomed& doomed) {
  const std::vector<Place> places = all_places_but(hashed);
  const AnswersOf<fop::Rmdir> answers = co_await tried(at_each(call, rmdir, places));
  std::vector<Place> gone;
  std::optional<fop::Changed> reply;
  std::optional<Error> error;
  for (std::size_t index = 0; index < answers.size(); ++index) {
    const Result<fop::Changed>& answer = answers[index];
    if (answer) {
      gone.push_back(places[index]);
      of_directory(answer->after);
      reply = *answer;
    } else if (!distribute::is_missing(answer.error())) {
      error = answer.error();
    }
  }
  if (!error) {
    Result<fop::Changed> last = co_await subvolume(hashed).perform(call, rmdir);
    if (last) {
      reply = std::move(*last);
    } else if (!distribute::is_missing(last.error()) || !reply) {
      error = last.error();
    }
  }
  if (!error) co_return std::move(*reply);
  if (!gone.empty()) {
    const Call root = as_root(call);
    const fop::Lookup lookup{.parent = rmdir.parent, .name = rmdir.name};
    const Result<Done> restored = co_await restore_copies(root, lookup, doomed.answers, std::move(gone));
    if (!restored) {
      log::warning(name(), "{} is not whole again after its removal failed: {}", rmdir.name,
                   restored.error().sentence());
    }
  }
  co_return *error;
}

}  // namespace mortar
