// The steps of renaming a file, under the locks and after both names were looked at.
//
// S is the subvolume that has the data, D the one that has the data of the file that is overwritten (if there is one);
// Sh and Dh are those that the old and the new name hash to. "->S" is a link file that leads to S.
//
//                                   round trips behind the locks (1) and the look (1)
//   S = Dh, nothing else to do      1   rename on S
//   S = Dh, Sh or D elsewhere       2   ... then the old link file goes from Sh, the overwritten data from D
//   S = D, Dh elsewhere             2   rename on S; then the link file on Dh gets the new name, where there is none of
//                                       the old name one is made there first (1 more); the one on Sh goes beside
//   else                            3   a second name of the data on S, and old->S on Dh where it is not there already;
//                                       old->S becomes new->S; then the old name goes from S, the old link file from
//                                       Sh, the overwritten data from D
// A file of which nothing is remembered is looked for first (1 or 2). Where somebody has one of the locks, they cost
// what they cost stock, one after the other (up to 6). They are given back beside the answer.
//
// What looks for a name sees the old file or the new one at any time: one step decides, and replaces what the new name
// led to. A client that dies
//   before it leaves old->S on Dh, which nobody comes across who looks for the old name at Sh, and which everybody
//     removes who looks everywhere. It may leave the second name on S, to which nothing leads from Dh: listings show
//     it, a lookup that asks everywhere makes it a hard link, and a rename that is repeated takes it over. Stock leaves
//     the same.
//   after it leaves the old name on S as a hard link (or, where Sh = Dh, as one that nothing leads to); on Sh a link
//     file that leads nowhere, which the next lookup removes; on D the overwritten data, which nothing leads to.
//   in the third case between its two steps leaves on Dh a link file for the overwritten file, which the next lookup
//     replaces, and old->S.
#include <cstdint>

#include "base/join.h"
#include "base/log.h"
#include "translators/cluster/as_root.h"
#include "translators/distribute/internal_xdata.h"
#include "translators/distribute/merge.h"
#include "translators/distribute/rename.h"
#include "wire/own_keys.h"

namespace mortar::distribute {

namespace {

constexpr const char* rename_record_key = "changelog.rename-op";
constexpr const char* not_accounted_key = "glusters.marker.dont-account";

void append_number(std::string& bytes, std::uint32_t number) {
  for (int byte = 0; byte < 4; ++byte) bytes.push_back(static_cast<char>(number >> (8 * byte)));
}

// What a brick's change log writes down of a rename, in the step that takes the old name of the data away. The form is
// that of a structure in memory, as large as the compiler makes it.
std::string rename_record(const fop::Rename& rename) {
  constexpr std::size_t padding = 4;
  std::string record;
  record += as_text(rename.old_parent.view());
  record += as_text(rename.new_parent.view());
  append_number(record, static_cast<std::uint32_t>(rename.old_name.size() + 1));
  append_number(record, static_cast<std::uint32_t>(rename.new_name.size() + 1));
  record += rename.old_name + '\0' + rename.new_name + '\0';
  record.append(padding, '\0');
  return record;
}

// Somebody moves what stands under the new name, and it was not known to stand there: he may wait for that name.
bool is_moved_by_others(const Error& error) { return error.number() == EAGAIN; }

}  // namespace

Task<fop::Rename::Reply> Renaming::rename_file() {
  if (to_.thing.is_directory) return ready<fop::Rename::Reply>(failed(EISDIR));
  // Two names of one file: POSIX lets both stand.
  if (to_.thing.gfid == from_.thing.gfid) return ready<fop::Rename::Reply>(nothing_to_do());
  if (to_.hashed == data()) return rename_at_one();
  if (to_.thing.place == data()) return rename_over_neighbour();
  return rename_across();
}

Task<fop::Rename::Reply> Renaming::rename_at_one() {
  fop::Rename::Reply reply = co_await tried(rename_data());
  std::vector<Task<>> rest;
  rest.push_back(remove_old_link_file());
  rest.push_back(remove_overwritten(reply.xdata));
  co_await all(std::move(rest));
  co_return std::move(reply);
}

Task<fop::Rename::Reply> Renaming::rename_over_neighbour() {
  co_await tried(make_link_file());
  Result<fop::Rename::Reply> reply = co_await rename_data();
  if (!reply) {
    co_await take_back_link_file();
    co_return reply.error();
  }
  TaskSet beside;
  beside.start(remove_old_link_file());
  Error error;
  const LinkMove moved = co_await tried(move_link_file(error));
  co_await beside.finished();
  if (moved == LinkMove::unknown) co_return half_done(error);
  if (moved == LinkMove::refused) {
    const Result<Done> replaced = co_await replace_link_file();
    if (!replaced) co_return half_done(replaced.error());
  }
  co_return std::move(*reply);
}

// The data has its new name already: there is no way back. For a moment nothing leads to it.
Task<> Renaming::replace_link_file() {
  co_await link_files_.remove(call_, rename_.old_parent, rename_.old_name, to_.hashed);
  co_await tried(link_files_.make(call_, rename_.new_parent, rename_.new_name, from_.iatt, to_.hashed, data(),
                                  /*replace=*/true));
  co_return done;
}

Task<fop::Rename::Reply> Renaming::rename_across() {
  fop::Made made;
  std::vector<Task<>> preparations;
  preparations.push_back(make_second_name(made));
  preparations.push_back(make_link_file());
  preparations.push_back(check_old_parent());
  const std::vector<Result<Done>> prepared = co_await tried(all(std::move(preparations)));
  Result<Done> ready_to_move = first_error(prepared);
  if (ready_to_move) {
    Error error;
    const LinkMove moved = co_await tried(move_link_file(error));
    // Both names stand where it is not known: nothing is lost.
    if (moved == LinkMove::unknown) co_return half_done(error);
    if (moved == LinkMove::refused) ready_to_move = std::unexpected(error);
  }
  if (!ready_to_move) {
    std::vector<Task<>> undo;
    undo.push_back(take_back_second_name());
    undo.push_back(take_back_link_file());
    co_await all(std::move(undo));
    if (is_half_done_) co_return half_done(ready_to_move.error());
    tries_again_ = tries_again_ || is_moved_by_others(ready_to_move.error());
    co_return ready_to_move.error();
  }

  fop::Rename::Reply reply;
  fop::Changed removed;
  std::vector<Task<>> rest;
  rest.push_back(remove_old_name(removed));
  rest.push_back(remove_old_link_file());
  rest.push_back(remove_overwritten(reply.xdata));
  const std::vector<Result<Done>> finished = co_await tried(all(std::move(rest)));
  if (!finished.front()) co_return half_done(finished.front().error());
  reply.iatt = made.iatt;
  if (reply.iatt.links > 1) --reply.iatt.links;
  reply.old_parent_before = is_same_parent() ? made.parent_before : removed.before;
  reply.old_parent_after = removed.after;
  reply.new_parent_before = made.parent_before;
  reply.new_parent_after = is_same_parent() ? removed.after : made.parent_after;
  co_return std::move(reply);
}

Task<fop::Rename::Reply> Renaming::rename_data() {
  fop::Rename there = rename_;
  there.xdata.set_bytes(rename_record_key, as_bytes(rename_record(rename_)));
  Result<fop::Rename::Reply> reply = co_await volume_.subvolume(data()).perform(call_, there);
  if (!reply && is_moved_by_others(reply.error())) tries_again_ = true;
  co_return std::move(reply);
}

Task<> Renaming::make_second_name(fop::Made& made) {
  fop::Link link{.gfid = from_.thing.gfid,
                 .new_parent = rename_.new_parent,
                 .new_name = rename_.new_name,
                 .xdata = internal_xdata()};
  // A link file that has no business here.
  link.xdata.set_text("force-replace", "yes");
  if (is_same_parent()) link.xdata.set_text(not_accounted_key, "yes");
  Result<fop::Made> linked = co_await volume_.subvolume(data()).perform(call_, link);
  if (linked) {
    made_second_name_ = true;
    made = std::move(*linked);
    co_return done;
  }
  if (linked.error().number() != EEXIST) co_return linked.error();
  const fop::Lookup lookup{.parent = rename_.new_parent, .name = rename_.new_name};
  const fop::Lookup::Reply there = co_await tried(volume_.subvolume(data()).perform(root_, lookup));
  if (there.iatt.gfid == from_.thing.gfid) {
    // Somebody died in the middle of this rename.
    made.iatt = there.iatt;
    made.parent_before = made.parent_after = there.parent;
    co_return done;
  }
  // A file that nothing leads to; it is known now, and gets overwritten as any other.
  to_.thing = {.gfid = there.iatt.gfid, .place = data()};
  tries_again_ = true;
  co_return linked.error();
}

// The subvolume checks the new parent, where it makes the second name. The old name is taken away at the end, when it
// is too late to be refused.
Task<> Renaming::check_old_parent() {
  constexpr std::uint32_t write_and_execute = 3;
  if (is_exempt()) co_return done;
  const fop::Access access{.gfid = rename_.old_parent, .mask = write_and_execute, .xdata = {}};
  co_await tried(volume_.subvolume(data()).perform(call_, access));
  co_return done;
}

// Under the old name, which nobody looks for there: it is to replace, in one step, what stands under the new one.
Task<> Renaming::make_link_file() {
  if (from_.hashed == to_.hashed && !from_.lacks_link) co_return done;
  Iatt file = from_.iatt;
  file.uid = file.gid = 0;
  const std::string& entry = rename_.old_name;
  Result<Done> made =
      co_await link_files_.make(call_, rename_.old_parent, entry, file, to_.hashed, data(), /*replace=*/true);
  if (!made) {
    // One for another file, while the link file for this one is there under a further name of it.
    co_await link_files_.remove(call_, rename_.old_parent, entry, to_.hashed);
    made = co_await link_files_.make(call_, rename_.old_parent, entry, file, to_.hashed, data());
  }
  if (!made) co_return made.error();
  made_link_file_ = true;
  volume_.background.start(link_files_.give_owner(as_root(call_), from_.iatt, to_.hashed));
  co_return done;
}

Task<Renaming::LinkMove> Renaming::move_link_file(Error& error) {
  constexpr int most_attempts = 3;
  fop::Rename there = rename_;
  there.xdata.set_text(not_accounted_key, "yes");
  for (int attempts = 1;; ++attempts) {
    const Result<fop::Rename::Reply> moved = co_await volume_.subvolume(to_.hashed).perform(root_, there);
    if (moved) co_return LinkMove::done;
    error = moved.error();
    // Nothing has happened, whatever has come to stand there.
    if (is_moved_by_others(error)) co_return LinkMove::refused;
    // A stock client that looks for the old name everywhere removes a link file that is not where it belongs.
    if (!is_missing(error) || attempts == most_attempts) break;
    from_.lacks_link = true;
    const Result<Done> made = co_await make_link_file();
    if (!made) break;
  }
  LinkMove how = co_await tried(how_link_file_moved());
  co_return how;
}

// An answer may have been lost, not the request.
Task<Renaming::LinkMove> Renaming::how_link_file_moved() {
  const fop::Lookup lookup = lookup_of(to_);
  const Result<fop::Lookup::Reply> now = co_await volume_.subvolume(to_.hashed).perform(root_, lookup);
  const Result<fop::Lookup::Reply>& before = to_.answers[to_.hashed];
  if (now && volume_.is_link_file(*now) && now->iatt.gfid == from_.thing.gfid) co_return LinkMove::done;
  const bool same = now && before ? now->iatt.gfid == before->iatt.gfid : !now && !before && is_missing(now.error());
  co_return same ? LinkMove::refused : LinkMove::unknown;
}

// Only while the old name is there too: somebody may have seen both, and removed the other.
Task<> Renaming::take_back_second_name() {
  if (!made_second_name_) co_return done;
  made_second_name_ = false;
  Translator& subvolume = volume_.subvolume(data());
  const fop::Lookup lookup{.parent = rename_.old_parent, .name = rename_.old_name};
  const Result<fop::Lookup::Reply> old = co_await subvolume.perform(root_, lookup);
  if (!old || old->iatt.gfid != from_.thing.gfid) co_return done;
  const fop::Unlink unlink{.parent = rename_.new_parent, .name = rename_.new_name, .xdata = internal_xdata()};
  const Result<fop::Changed> removed = co_await subvolume.perform(root_, unlink);
  if (!removed) {
    is_half_done_ = true;
    log::warning(volume_.name(), "{} in {}: a second name of {} stays on {}, of a rename that failed: {}",
                 rename_.new_name, rename_.new_parent.text(), rename_.old_name, subvolume.name(),
                 removed.error().sentence());
  }
  co_return done;
}

Task<> Renaming::take_back_link_file() {
  // One that was missing where the old name hashes to may stay.
  if (!made_link_file_ || from_.hashed == to_.hashed) return ready<Done>(done);
  made_link_file_ = false;
  return link_files_.remove(call_, rename_.old_parent, rename_.old_name, to_.hashed);
}

Task<> Renaming::remove_old_name(fop::Changed& removed) {
  fop::Unlink unlink{.parent = rename_.old_parent, .name = rename_.old_name, .xdata = internal_xdata()};
  if (is_same_parent()) unlink.xdata.set_text(not_accounted_key, "yes");
  unlink.xdata.set_bytes(rename_record_key, as_bytes(rename_record(rename_)));
  // Somebody may have removed it, and made another file of that name, where a copy was not locked.
  unlink.xdata.set(own_key::file_that_goes, from_.thing.gfid);
  Result<fop::Changed> reply = co_await volume_.subvolume(data()).perform(root_, unlink);
  if (reply) {
    removed = std::move(*reply);
    co_return done;
  }
  log::warning(volume_.name(), "{} in {} has its new name {}, but the old one stays on {}: {}", rename_.old_name,
               rename_.old_parent.text(), rename_.new_name, volume_.subvolume(data()).name(), reply.error().sentence());
  co_return reply.error();
}

Task<> Renaming::remove_old_link_file() {
  const bool stays = from_.hashed != data() && from_.hashed != to_.hashed;
  if (!stays || !from_.answers[from_.hashed]) return ready<Done>(done);
  return link_files_.remove(call_, rename_.old_parent, rename_.old_name, from_.hashed);
}

// Where the rename itself has not replaced it.
Task<> Renaming::remove_overwritten(Dictionary& xdata) {
  const std::optional<Place>& place = to_.thing.place;
  if (!place || *place == to_.hashed || *place == data()) co_return done;
  fop::Unlink unlink{.parent = rename_.new_parent, .name = rename_.new_name, .xdata = rename_.xdata};
  unlink.xdata.set_text("glusterfs-internal-fop", "yes");
  const Result<fop::Changed> removed = co_await volume_.subvolume(*place).perform(root_, unlink);
  if (removed) {
    for (const auto& [key, value] : removed->xdata) xdata.set(key, value);
  } else if (!is_missing(removed.error())) {
    log::warning(volume_.name(), "{} in {} was overwritten, but its data stays on {}: {}", rename_.new_name,
                 rename_.new_parent.text(), volume_.subvolume(*place).name(), removed.error().sentence());
  }
  co_return done;
}

}  // namespace mortar::distribute
