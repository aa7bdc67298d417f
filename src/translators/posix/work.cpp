#include "translators/posix/work.h"

#include <fcntl.h>

#include <algorithm>

namespace mortar::posix {

namespace {

std::optional<Times> read_times(const Work& work, const Place& place) {
  if (!work.options->ctime) return std::nullopt;
  Result<std::string> value = work.attributes().get(place, mdata_key);
  return value ? decode_mdata(as_bytes(*value)) : std::nullopt;
}

}  // namespace

Result<FileStatus> status_of(const Work& work, const Place& place) {
  return place.file >= 0 ? work.files().status(place.file) : work.files().status(place.directory, place.name);
}

namespace {

// A place, with the status of what is there where finding it took reading that.
struct Sighting {
  Place place;
  std::optional<FileStatus> status;
};

Result<Sighting> sight(const Work& work, Subject& subject, bool parked_too) {
  if (subject.file) return Sighting{Place::open(subject.file->number()), {}};
  if (subject.directory) return Sighting{Place::open(subject.directory->number()), {}};
  if (subject.gfid.is_null()) return failed(EINVAL);
  Place handle = work.handles().place(subject.gfid);
  Result<FileStatus> status = status_of(work, handle);
  if (status && !is_directory_handle(*status)) return Sighting{std::move(handle), *status};
  if (status) {
    Result<OpenFile> open = work.handles().open_directory(subject.gfid);
    if (!open) return std::unexpected(open.error());
    subject.directory = std::make_shared<OpenFile>(std::move(*open));
    return Sighting{Place::open(subject.directory->number()), {}};
  }
  if (status.error().number() != ENOENT) return std::unexpected(status.error());
  Place parked = work.handles().parked_place(subject.gfid);
  status = status_of(work, parked);
  if (!status) return failed(ESTALE);
  if (!parked_too) return failed(ENOENT);
  subject.parked = true;
  return Sighting{std::move(parked), *status};
}

}  // namespace

Result<Place> find(const Work& work, Subject& subject, bool parked_too) {
  Result<Sighting> sighting = sight(work, subject, parked_too);
  if (!sighting) return std::unexpected(sighting.error());
  return std::move(sighting->place);
}

Result<int> open_parent(const Work& work, Subject& subject) {
  if (!subject.directory) {
    if (subject.gfid.is_null()) return failed(EINVAL);
    Result<OpenFile> open = work.handles().open_directory(subject.gfid);
    if (!open) return failed(open.error().number() == ENOTDIR ? EPERM : open.error().number());
    subject.directory = std::make_shared<OpenFile>(std::move(*open));
  }
  return subject.directory->number();
}

Result<Gfid> read_gfid(const Work& work, const Place& place) {
  Result<std::string> value = work.attributes().get(place, gfid_key);
  if (!value) return std::unexpected(value.error());
  std::optional<Gfid> gfid = Gfid::from(as_bytes(*value));
  if (!gfid || gfid->is_null()) return failed(ENODATA);
  return *gfid;
}

Iatt make_iatt(const FileStatus& status, const Gfid& gfid, const std::optional<Times>& times) {
  Iatt iatt;
  iatt.gfid = gfid;
  iatt.flags = iatt_all_valid;
  iatt.inode = gfid.is_null() ? ~std::uint64_t{0} : gfid.inode_number();
  iatt.device = status.device;
  iatt.rdev = status.rdev;
  iatt.size = status.size;
  // A file system may hold more blocks than the size needs (preallocation): clients are told what the data takes.
  const bool file = status.is_regular();
  iatt.blocks = file ? std::min(status.blocks, (status.size + 511) / 512) : status.blocks;
  iatt.accessed = times ? times->accessed : status.accessed;
  iatt.modified = times ? times->modified : status.modified;
  iatt.changed = times ? times->changed : status.changed;
  const bool has_link_handle = !status.is_directory();
  iatt.links = has_link_handle && status.links > 0 ? status.links - 1 : status.links;
  iatt.uid = status.uid;
  iatt.gid = status.gid;
  iatt.block_size = status.block_size;
  iatt.mode = status.mode;
  return iatt;
}

bool remembers(const Subject& subject, const FileStatus& status) {
  return subject.memory && subject.memory->inode == status.inode && subject.memory->changed == status.changed;
}

Result<Iatt> observe(const Work& work, Subject& subject, const Place& place) {
  Result<FileStatus> status = status_of(work, place);
  return status ? observe(work, subject, place, *status) : Result<Iatt>(std::unexpected(status.error()));
}

Result<Iatt> observe(const Work& work, Subject& subject, const Place& place, const FileStatus& status) {
  if (!remembers(subject, status)) {
    subject.memory.reset();
    Result<Gfid> carried = read_gfid(work, place);
    if (!carried && carried.error().number() != ENODATA) return std::unexpected(carried.error());
    // Somebody else's object lies under this handle.
    if (!carried || *carried != subject.gfid) return failed(ESTALE);
    subject.memory = Memory{status.inode, status.changed, read_times(work, place)};
  }
  Iatt iatt = make_iatt(status, subject.gfid, subject.memory->times);
  if (subject.parked) iatt.links = 0;
  return iatt;
}

Iatt observe_status(const Work& work, Subject& subject, const Place& place, const FileStatus& status) {
  subject.memory = Memory{status.inode, status.changed, read_times(work, place)};
  return make_iatt(status, subject.gfid, subject.memory->times);
}

Result<Iatt> observe_unknown(const Work& work, Subject& subject, const Place& place) {
  Result<FileStatus> status = status_of(work, place);
  if (!status) return std::unexpected(status.error());
  Result<Gfid> carried = read_gfid(work, place);
  if (!carried) return std::unexpected(carried.error());
  subject.gfid = *carried;
  return observe_status(work, subject, place, *status);
}

Result<Iatt> observe_changed(const Work& work, Subject& subject, const Place& place) {
  if (!subject.memory) return observe(work, subject, place);
  Result<FileStatus> status = status_of(work, place);
  if (!status) return std::unexpected(status.error());
  if (status->inode != subject.memory->inode) return failed(ESTALE);
  subject.memory->changed = status->changed;
  Iatt iatt = make_iatt(*status, subject.gfid, subject.memory->times);
  if (subject.parked) iatt.links = 0;
  return iatt;
}

Result<Found> find_and_observe(const Work& work, Subject& subject, bool parked_too) {
  for (int attempt = 0;; ++attempt) {
    Result<Sighting> sighting = sight(work, subject, parked_too);
    if (!sighting) return std::unexpected(sighting.error());
    const Place& place = sighting->place;
    Result<Iatt> iatt =
        sighting->status ? observe(work, subject, place, *sighting->status) : observe(work, subject, place);
    const bool gone = iatt && iatt->is_directory() && iatt->links == 0;
    if (iatt && !gone) return Found{place, *iatt};
    if (!gone || subject.file || attempt > 0) return failed(iatt ? ESTALE : iatt.error().number());
    subject.directory.reset();
    subject.memory.reset();
  }
}

Result<std::shared_ptr<OpenFile>> open_regular(const Work& work, Subject& subject, int flags, bool parked_too) {
  if (subject.directory) return failed(EISDIR);
  Place place = work.handles().place(subject.gfid);
  Result<FileStatus> status = status_of(work, place);
  if (!status) {
    Result<Place> parked = find(work, subject, parked_too);
    if (!parked) return std::unexpected(parked.error());
    place = std::move(*parked);
    status = status_of(work, place);
  }
  if (!status) return std::unexpected(status.error());
  if (is_directory_handle(*status)) return failed(EISDIR);
  if (status->is_symlink()) return failed(ELOOP);
  // Devices and pipes are never opened.
  if (!status->is_regular()) return failed(EINVAL);
  Result<OpenFile> open = work.files().open(place.directory, place.name, flags | O_NONBLOCK, 0);
  if (!open) return std::unexpected(open.error());
  return std::make_shared<OpenFile>(std::move(*open));
}

Result<Done> write_times(const Work& work, Subject& subject, const Place& place, const Times& times) {
  if (!work.options->ctime) return done;
  const std::array<std::byte, 57> value = encode_mdata(times);
  if (Result<Done> set = work.attributes().set(place, mdata_key, value, 0); !set) return set;
  if (subject.memory) subject.memory->times = times;
  return done;
}

Result<Done> stamp_times(const Work& work, Subject& subject, const Place& place, TimeSet which) {
  if (!work.options->ctime || !which.any()) return done;
  const Moment now = work.call->time;
  std::optional<Times> known = subject.memory ? subject.memory->times : read_times(work, place);
  Times times = known.value_or(Times{now, now, now});
  raise_times(times, which, now);
  if (known == times) return done;
  return write_times(work, subject, place, times);
}

Result<Done> stamp_object(const Work& work, Subject& subject, const Place& place) {
  return stamp_times(work, subject, place, stamped(work.call->stamps, false));
}

Result<Iatt> stamp_parent(const Work& work, Subject& parent) {
  const Place place = Place::open(parent.directory->number());
  if (Result<Done> set = stamp_times(work, parent, place, stamped(work.call->stamps, true)); !set) {
    return std::unexpected(set.error());
  }
  return observe_changed(work, parent, place);
}

Result<std::string> entry_name(const Gfid& parent, std::string_view name) {
  Result<Name> checked = Name::make(name);
  if (!checked) return std::unexpected(checked.error());
  if (parent.is_root() && checked->text() == hidden_directory) return failed(EPERM);
  return checked->text();
}

Result<Done> check_space(const Work& work, const Dictionary& xdata) {
  if (work.full && !work.call->is_internal() && !xdata.has("glusterfs-internal-fop")) return failed(ENOSPC);
  return done;
}

}  // namespace mortar::posix
