// Removing entries: unlink, rmdir.
#include "translators/posix/removal.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "translators/posix/jobs.h"
#include "translators/posix/making.h"
#include "translators/posix/wanted.h"
#include "wire/own_keys.h"

namespace mortar::posix {

namespace {

constexpr std::uint64_t large = 32 << 20;
constexpr unsigned no_replace = 1;  // of renameat2(2)
constexpr std::size_t most_counts = 64, bytes_of_word = 4;

}  // namespace

Result<LastName> LastName::give_up(const Work& work, Subject& object, std::uint32_t links) {
  if (links > 2) return LastName(work, object, Way::kept);
  const bool is_open = object.open_files > 0;
  Result<Done> given_up = is_open ? work.handles().park(object.gfid) : work.handles().remove(object.gfid);
  // An object whose handle was lost before has one name and one link.
  if (!given_up && given_up.error().number() != ENOENT) return std::unexpected(given_up.error());
  return LastName(work, object, is_open ? Way::parked : Way::removed);
}

void LastName::restore(int parent, const std::string& name) {
  if (way_ == Way::kept) return;
  Result<Done> restored =
      way_ == Way::parked ? work_.handles().unpark(object_.gfid) : work_.handles().add_file(object_.gfid, parent, name);
  if (!restored) {
    log::warning("posix", "{}: the handle of {} is missing until its next lookup: {}", work_.brick->directory,
                 object_.gfid.text(), restored.error().sentence());
  }
}

bool is_another_to_go(const Dictionary& xdata, const Gfid& directory) {
  const std::optional<Gfid> meant = xdata.gfid(own_key::directory_that_goes);
  return meant && (meant->is_null() || *meant != directory);
}

bool is_last_that_blames(const Work& work, const FileStatus& status, const Place& place, const Dictionary& xdata) {
  const std::optional<Bytes> names = xdata.bytes(own_key::unless_it_blames);
  if (!names || !status.is_regular() || status.links > 2) return false;
  std::string_view left = as_text(*names);
  for (std::size_t count = 0; count < most_counts && !left.empty(); ++count) {
    const std::string name(left.substr(0, left.find('\0')));
    left.remove_prefix(std::min(left.size(), name.size() + 1));
    const Result<std::string> value = work.attributes().get(place, name.c_str());
    if (value && std::ranges::any_of(value->substr(0, bytes_of_word), [](char byte) { return byte != 0; })) return true;
  }
  return false;
}

bool is_link_file(const Work& work, const FileStatus& status, const Place& place) {
  const bool looks_like = status.is_regular() && (status.mode & 07777) == 01000 && status.size == 0;
  return looks_like && work.attributes().get(place, "trusted.glusterfs.dht.linkto").has_value();
}

bool remove_link_file(const Work& work, Subject& parent, const std::string& name) {
  const Place place = Place::named(parent.directory->number(), name);
  Result<FileStatus> status = status_of(work, place);
  if (!status || !is_link_file(work, *status, place)) return false;
  Result<Gfid> gfid = read_gfid(work, place);
  if (gfid) {
    if (status->links > 2) {
      if (!forget_name(work, place, parent.gfid, name)) return false;
    } else if (!work.handles().remove(*gfid)) {
      return false;
    }
  }
  return work.files().unlink(place.directory, place.name).has_value();
}

void free_late(Work& work, const FileStatus& status, const Place& place) {
  const bool late = work.options->background_unlink || status.size > large;
  if (!late || !status.is_regular()) return;
  // Where it cannot be kept open the removal takes its time.
  if (Result<OpenFile> open = work.files().open(place.directory, place.name, O_RDONLY | O_NONBLOCK, 0)) {
    work.late.push_back(std::make_shared<OpenFile>(std::move(*open)));
  }
}

namespace job {

namespace {

// An entry that is about to go: its place and what it is, checked against what was locked.
struct Doomed {
  std::string name;
  Iatt parent_before;
  Place place;
  FileStatus status;
  bool has_gfid = false;
};

Result<Doomed> find_doomed(const Work& work, Subject& parent, Subject& object, const std::string& text) {
  Doomed doomed;
  Result<std::string> name = entry_name(parent.gfid, text);
  if (!name) return std::unexpected(name.error());
  doomed.name = std::move(*name);
  Result<Iatt> before = observe_parent(work, parent);
  if (!before) return std::unexpected(before.error());
  doomed.parent_before = *before;
  doomed.place = Place::named(parent.directory->number(), doomed.name);
  Result<FileStatus> status = status_of(work, doomed.place);
  if (!status) return std::unexpected(status.error());
  doomed.status = *status;
  if (remembers(object, *status)) {
    doomed.has_gfid = true;
    return doomed;
  }
  Result<Gfid> gfid = read_gfid(work, doomed.place);
  if (!gfid && gfid.error().number() != ENODATA) return std::unexpected(gfid.error());
  if (gfid.value_or(null_gfid) != object.gfid) return failed(name_moved);
  doomed.has_gfid = gfid.has_value();
  return doomed;
}

Result<Done> check_conditions(const Work& work, const Doomed& doomed, const Subject& object, const Dictionary& xdata) {
  if (xdata.number("dont-unlink-for-open-fd").value_or(0) != 0 && object.open_files > 0) return failed(EBUSY);
  if (xdata.number("unlink-only-if-dht-linkto-file").value_or(0) != 0 &&
      !is_link_file(work, doomed.status, doomed.place)) {
    return failed(EBUSY);
  }
  // Of our clients, which take the data away and not what leads to it.
  if (xdata.number("unlink-unless-dht-linkto-file").value_or(0) != 0 &&
      is_link_file(work, doomed.status, doomed.place)) {
    return failed(EBUSY);
  }
  if (is_last_that_blames(work, doomed.status, doomed.place, xdata)) return failed(EBUSY);
  const std::optional<Gfid> meant = xdata.gfid(own_key::file_that_goes);
  if (meant && *meant != object.gfid) return failed(ENOENT);
  return done;
}

Result<Done> remove_file(Work& work, const Doomed& doomed, Subject& parent, Subject& object) {
  FileSystem& files = work.files();
  if (!doomed.has_gfid) return files.unlink(doomed.place.directory, doomed.name);
  const bool keeps_names = doomed.status.links > 2;
  if (keeps_names) {
    if (Result<Done> forgot = forget_name(work, doomed.place, parent.gfid, doomed.name); !forgot) return forgot;
  }
  Result<LastName> last = LastName::give_up(work, object, doomed.status.links);
  if (!last) return std::unexpected(last.error());
  free_late(work, doomed.status, doomed.place);
  Result<Done> removed = files.unlink(doomed.place.directory, doomed.name);
  if (!removed) {
    last->restore(doomed.place.directory, doomed.name);
    if (keeps_names) (void)record_name(work, doomed.place, parent.gfid, doomed.name);
    return removed;
  }
  object.removed = last->was_last();
  if (!keeps_names) return done;
  const Place handle = work.handles().place(object.gfid);
  if (Result<Done> timed = stamp_object(work, object, handle); !timed) return timed;
  Result<Iatt> after = observe_changed(work, object, handle);
  return after ? Result<Done>(done) : std::unexpected(after.error());
}

Result<fop::Changed> answer_removal(const Work& work, const Doomed& doomed, Subject& parent) {
  fop::Changed reply;
  reply.before = doomed.parent_before;
  Result<Iatt> after = stamp_parent(work, parent);
  if (!after) return std::unexpected(after.error());
  reply.after = *after;
  return reply;
}

Result<Done> move_to_landfill(const Work& work, const Doomed& doomed, const Subject& object) {
  const int landfill = work.brick->handles->landfill();
  const std::string name = object.gfid.text();
  FileSystem& files = work.files();
  Result<Done> moved = files.rename(doomed.place.directory, doomed.name, landfill, name, no_replace);
  if (moved || moved.error().number() != EEXIST) return moved;
  return files.rename(doomed.place.directory, doomed.name, landfill, fmt::format("{}.{}", name, doomed.status.inode),
                      no_replace);
}

}  // namespace

Result<fop::Changed> unlink(Work& work, const fop::Unlink& request) {
  Subject& parent = work.subjects[0];
  Subject& object = work.subjects[1];
  Result<Doomed> doomed = find_doomed(work, parent, object, request.name);
  if (!doomed) return std::unexpected(doomed.error());
  if (doomed->status.is_directory()) return failed(EISDIR);
  if (Result<Done> allowed = check_conditions(work, *doomed, object, request.xdata); !allowed) {
    return std::unexpected(allowed.error());
  }
  Dictionary answers;
  if (doomed->has_gfid) {
    Result<Iatt> iatt = observe(work, object, doomed->place, doomed->status);
    if (!iatt) return std::unexpected(iatt.error());
    const Result<Done> answered = answer_wanted(work, object, doomed->place, *iatt, request.xdata, answers);
    if (!answered) return std::unexpected(answered.error());
    answer_removed_counts(*iatt, request.xdata, answers);
  }
  if (Result<Done> removed = remove_file(work, *doomed, parent, object); !removed) {
    return std::unexpected(removed.error());
  }
  Result<fop::Changed> reply = answer_removal(work, *doomed, parent);
  if (reply) reply->xdata = std::move(answers);
  return reply;
}

Result<fop::Changed> rmdir(Work& work, const fop::Rmdir& request) {
  Subject& parent = work.subjects[0];
  Subject& object = work.subjects[1];
  Result<Doomed> doomed = find_doomed(work, parent, object, request.name);
  if (!doomed) return std::unexpected(doomed.error());
  if (!doomed->status.is_directory()) return failed(ENOTDIR);
  if (is_another_to_go(request.xdata, object.gfid)) return failed(EISDIR);
  work.filled_landfill = request.flags != 0;
  Result<Done> removed = request.flags != 0 ? move_to_landfill(work, *doomed, object)
                                            : work.files().remove_directory(doomed->place.directory, doomed->name);
  if (!removed) return failed(removed.error().number() == EEXIST ? ENOTEMPTY : removed.error().number());
  object.removed = true;
  if (doomed->has_gfid) {
    // A directory that was moved meanwhile on another copy and healed here has its handle elsewhere.
    Result<DirectoryName> where = work.handles().directory_name(object.gfid);
    if (where && *where == DirectoryName{parent.gfid, doomed->name}) {
      if (Result<Done> gone = work.handles().remove(object.gfid); !gone) return std::unexpected(gone.error());
    }
  }
  return answer_removal(work, *doomed, parent);
}

}  // namespace job
}  // namespace mortar::posix
