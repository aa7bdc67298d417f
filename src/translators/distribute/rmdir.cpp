// The copy where the name hashes to goes last, since it decides whether the directory is there. What was removed is
// made again where not all can be: somebody may just have made a file in it.
//
//   3 trips: locks, while it is looked up and listed; rmdirs, rmdir; unlock beside the answer. A trip more where the
//   directory is not remembered by its name
#include "translators/distribute/rmdir.h"

#include "base/join.h"
#include "base/log.h"
#include "translators/cluster/as_root.h"
#include "translators/distribute/copies.h"
#include "translators/distribute/merge.h"
#include "translators/distribute/name_locks.h"
#include "translators/distribute/rename_locks.h"

namespace mortar::distribute {

struct DirectoryRemover::Doomed {
  Gfid gfid;  // as it is remembered, then as it is found
  AnswersOf<fop::Lookup> answers;
  std::optional<std::string> contradiction;
  bool is_only_linked = false;  // there are link files, and not what they lead to
  bool may_be_in_hand() const { return contradiction || is_only_linked; }
};

Task<fop::Changed> DirectoryRemover::rmdir(const Call& call, const fop::Rmdir& rmdir) {
  Doomed doomed;
  const NameIn name_in{rmdir.parent, rmdir.name};
  if (const Gfid* gfid = volume_.memory.names.find(name_in)) doomed.gfid = *gfid;
  volume_.memory.names.erase(name_in);
  // A copy that is away would come back, with what is in it.
  if (!volume_.all_up()) co_return failed(ENOTCONN);
  const NamePlace at = co_await tried(finder_.place_of_name(call, rmdir.parent, rmdir.name));

  const Call root = as_root(call);
  auto locks = std::make_unique<RenameLocks>(call, volume_.lock_owners, volume_.children());
  locks->add_name(at.hashed, name_in);
  std::vector<Task<>> preparations;
  preparations.push_back(locks->take());
  preparations.push_back(find_doomed(root, rmdir, doomed));
  const std::vector<Result<Done>> prepared = co_await tried(all(std::move(preparations)));
  Result<Done> ready_to_go = first_error(prepared);
  if (ready_to_go && doomed.may_be_in_hand()) {
    // Somebody may just have put another directory in its place, or make or move a file; now nobody does.
    ready_to_go = co_await find_doomed(root, rmdir, doomed);
    if (doomed.contradiction) ready_to_go = failed(EIO, *doomed.contradiction);
    if (ready_to_go && doomed.is_only_linked) ready_to_go = failed(ENOENT);
  }
  Result<fop::Changed> reply = failed(EIO);
  if (!ready_to_go) {
    reply = std::unexpected(ready_to_go.error());
  } else {
    reply = co_await remove_copies(call, rmdir, at.hashed, doomed);
  }
  release_later(volume_.background, std::move(locks));
  if (!reply && reply.error().number() == ENOTEMPTY && !doomed.gfid.is_null()) {
    const Result<Done> revealed = co_await emptiness_.reveal(root, doomed.gfid);
    if (!revealed) log::debug(volume_.name(), "{}: {}", doomed.gfid.text(), revealed.error().sentence());
  }
  if (!reply) co_return reply.error();
  volume_.memory.directories.erase(doomed.gfid);
  volume_.memory.settle_parents(*reply);
  co_return std::move(*reply);
}

// What is to be removed, as it was before. Whether it is empty is asked with the lookup where it is remembered which
// directory it is.
Task<> DirectoryRemover::find_doomed(const Call& call, const fop::Rmdir& rmdir, Doomed& doomed) {
  const Gfid remembered = doomed.gfid;
  std::vector<Task<>> steps;
  steps.push_back(look_up_doomed(call, rmdir, doomed));
  // Flags: with all that is in it.
  const bool must_be_empty = rmdir.flags == 0;
  if (must_be_empty && !remembered.is_null()) steps.push_back(emptiness_.require_everywhere(call, remembered));
  const std::vector<Result<Done>> results = co_await tried(all(std::move(steps)));
  if (!results[0]) co_return results[0].error();
  if (!must_be_empty || doomed.may_be_in_hand()) co_return done;
  if (doomed.gfid != remembered) {
    co_await tried(emptiness_.require_everywhere(call, doomed.gfid));
    co_return done;
  }
  co_return results[1];
}

Task<> DirectoryRemover::look_up_doomed(const Call& call, const fop::Rmdir& rmdir, Doomed& doomed) {
  const fop::Lookup lookup = volume_.keys.added_to({.parent = rmdir.parent, .name = rmdir.name});
  doomed.answers = co_await tried(on_each(volume_.children(), call, lookup));
  doomed.is_only_linked = false;
  doomed.contradiction = distribute::contradiction(volume_, lookup, doomed.answers);
  if (doomed.contradiction) co_return done;
  bool has_directory = false, has_file = false, has_link = false;
  doomed.gfid = null_gfid;
  for (const Result<fop::Lookup::Reply>& answer : doomed.answers) {
    if (!answer && !is_missing(answer.error())) co_return answer.error();
    if (!answer) continue;
    const bool is_link = volume_.is_link_file(*answer);
    const bool is_directory = answer->iatt.is_directory();
    has_link = has_link || is_link;
    has_directory = has_directory || is_directory;
    has_file = has_file || (!is_link && !is_directory);
    doomed.gfid = answer->iatt.gfid;
  }
  doomed.is_only_linked = has_link && !has_file && !has_directory;
  if (doomed.is_only_linked) co_return done;
  if (has_file || has_link) co_return failed(ENOTDIR);
  if (doomed.gfid.is_null()) co_return failed(ENOENT);
  co_return done;
}

Task<fop::Changed> DirectoryRemover::remove_copies(const Call& call, const fop::Rmdir& rmdir, Place hashed,
                                                   const Doomed& doomed) {
  const std::vector<Place> places = volume_.all_places_but(hashed);
  const AnswersOf<fop::Rmdir> answers = co_await tried(on_each(volume_.others(hashed), call, rmdir));
  std::vector<Place> gone;
  std::optional<fop::Changed> reply;
  std::optional<Error> error;
  for (std::size_t index = 0; index < answers.size(); ++index) {
    const Result<fop::Changed>& answer = answers[index];
    if (answer) {
      gone.push_back(places[index]);
      volume_.memory.of_directory(answer->after);
      reply = *answer;
    } else if (!is_missing(answer.error())) {
      error = answer.error();
    }
  }
  if (!error) {
    Result<fop::Changed> last = co_await volume_.subvolume(hashed).perform(call, rmdir);
    if (last) {
      reply = std::move(*last);
    } else if (!is_missing(last.error()) || !reply) {
      error = last.error();
    }
  }
  if (!error) co_return std::move(*reply);
  if (!gone.empty()) {
    const Call root = as_root(call);
    const fop::Lookup lookup{.parent = rmdir.parent, .name = rmdir.name};
    const Result<Done> restored = co_await copy_healer_.restore_copies(root, lookup, doomed.answers, std::move(gone));
    if (!restored) {
      log::warning(volume_.name(), "{} is not whole again after its removal failed: {}", rmdir.name,
                   restored.error().sentence());
    }
  }
  co_return *error;
}

}  // namespace mortar::distribute
