// Reading and setting what statx tells, and the volume's size.
#include <algorithm>
#include <cmath>

#include "translators/posix/jobs.h"
#include "translators/posix/reserve.h"
#include "translators/posix/wanted.h"

namespace mortar::posix::job {

namespace {

constexpr std::uint32_t no_id = ~0U;

template <class Request>
Result<fop::Attributes> attributes_of(Work& work, const Request& request) {
  Subject& object = work.subjects[0];
  Result<Found> found = find_and_observe(work, object, object.has_descriptor);
  if (!found) return std::unexpected(found.error());
  fop::Attributes reply;
  reply.iatt = found->iatt;
  const Result<Done> answered = answer_wanted(work, object, found->place, found->iatt, request.xdata, reply.xdata);
  if (!answered) return std::unexpected(answered.error());
  return reply;
}

Result<Done> change_owner(const Work& work, const Place& place, std::uint32_t uid, std::uint32_t gid) {
  return place.file >= 0 ? work.files().change_owner(place.file, uid, gid)
                         : work.files().change_owner(place.directory, place.name, uid, gid);
}

Result<Done> change_mode(const Work& work, const Place& place, std::uint32_t mode) {
  return place.file >= 0 ? work.files().change_mode(place.file, mode)
                         : work.files().change_mode(place.directory, place.name, mode);
}

// The times a request asks for, with "now" filled in.
struct AskedTimes {
  std::optional<Moment> accessed, modified;
};
AskedTimes asked_times(const Work& work, const Iatt& wanted, std::int32_t valid) {
  using namespace set_attribute;
  const Moment now = work.call->time == Moment{} ? work.wall_clock : work.call->time;
  AskedTimes asked;
  if ((valid & (accessed | accessed_now)) != 0) asked.accessed = (valid & accessed_now) != 0 ? now : wanted.accessed;
  if ((valid & (modified | modified_now)) != 0) asked.modified = (valid & modified_now) != 0 ? now : wanted.modified;
  return asked;
}

Result<Done> change_times(const Work& work, const Place& place, const AskedTimes& asked) {
  const Moment* accessed = asked.accessed ? &*asked.accessed : nullptr;
  const Moment* modified = asked.modified ? &*asked.modified : nullptr;
  return place.file >= 0 ? work.files().change_times(place.file, accessed, modified)
                         : work.files().change_times(place.directory, place.name, accessed, modified);
}

// Explicit times are taken as they are, also backwards; the change time only rises. A healer's are those of a copy at
// the time of its last change: what has happened here since stands.
Result<Done> set_consistent_times(const Work& work, Subject& object, const Place& place, const Iatt& wanted,
                                  const AskedTimes& asked) {
  if (!asked.accessed && !asked.modified) return stamp_object(work, object, place);
  if (!object.memory || !object.memory->times) return done;
  const bool is_healed_from = work.call->is_internal() && wanted.changed != Moment{};
  if (is_healed_from && wanted.changed < object.memory->times->changed) return done;
  Times times = *object.memory->times;
  if (asked.accessed) times.accessed = *asked.accessed;
  if (asked.modified) times.modified = *asked.modified;
  if (stamped(work.call->stamps, false).changed) times.changed = std::max(times.changed, work.call->time);
  return write_times(work, object, place, times);
}

Result<Done> apply(const Work& work, Subject& object, const Found& found, const Iatt& wanted, std::int32_t valid) {
  using namespace set_attribute;
  const Place& place = found.place;
  const bool owner_changes = (valid & (uid | gid)) != 0;
  if (owner_changes || valid == 0) {
    Result<Done> owned =
        change_owner(work, place, (valid & uid) != 0 ? wanted.uid : no_id, (valid & gid) != 0 ? wanted.gid : no_id);
    if (!owned) return owned;
  }
  if ((valid & mode) != 0 && !found.iatt.is_symlink()) {
    if (Result<Done> changed = change_mode(work, place, wanted.mode & 07777); !changed) return changed;
  }
  const AskedTimes asked = asked_times(work, wanted, valid);
  if (asked.accessed || asked.modified) {
    if (Result<Done> changed = change_times(work, place, asked); !changed) return changed;
  }
  return set_consistent_times(work, object, place, wanted, asked);
}

template <class Request>
Result<fop::Changed> set_attributes(Work& work, const Request& request) {
  Subject& object = work.subjects[0];
  Result<Found> found = find_and_observe(work, object, object.has_descriptor);
  if (!found) return std::unexpected(found.error());
  fop::Changed reply;
  reply.before = found->iatt;
  if (Result<Done> set = apply(work, object, *found, request.iatt, request.valid); !set) {
    return std::unexpected(set.error());
  }
  Result<Iatt> after = observe_changed(work, object, found->place);
  if (!after) return std::unexpected(after.error());
  reply.after = *after;
  const Result<Done> answered = answer_wanted(work, object, found->place, *after, request.xdata, reply.xdata);
  if (!answered) return std::unexpected(answered.error());
  return reply;
}

}  // namespace

Result<fop::Attributes> stat(Work& work, const fop::Stat& request) { return attributes_of(work, request); }
Result<fop::Attributes> fstat(Work& work, const fop::Fstat& request) { return attributes_of(work, request); }
Result<fop::Changed> setattr(Work& work, const fop::Setattr& request) { return set_attributes(work, request); }
Result<fop::Changed> fsetattr(Work& work, const fop::Fsetattr& request) { return set_attributes(work, request); }

Result<fop::Readlink::Reply> readlink(Work& work, const fop::Readlink& request) {
  Subject& object = work.subjects[0];
  Result<Found> found = find_and_observe(work, object);
  if (!found) return std::unexpected(found.error());
  if (!found->iatt.is_symlink()) return failed(EINVAL);
  Result<std::string> target = work.files().read_symlink(found->place.directory, found->place.name);
  if (!target) return std::unexpected(target.error());
  fop::Readlink::Reply reply;
  reply.iatt = found->iatt;
  reply.target = target->substr(0, request.size == 0 ? std::string::npos : request.size);
  reply.op_ret = static_cast<std::int32_t>(reply.target.size());
  return reply;
}

// Permissions are checked above, by access control; the brick itself may do everything.
Result<fop::Acknowledged> access(Work& work, const fop::Access&) {
  Result<Found> found = find_and_observe(work, work.subjects[0]);
  if (!found) return std::unexpected(found.error());
  return fop::Acknowledged{};
}

Result<fop::Statfs::Reply> statfs(Work& work, const fop::Statfs&) {
  Result<Place> place = find(work, work.subjects[0]);
  if (!place) return std::unexpected(place.error());
  Result<FileSystemStatus> read = work.files().file_system_status(work.brick->root());
  if (!read) return std::unexpected(read.error());
  fop::Statfs::Reply reply;
  reply.status = shown_status(*read, *work.options);
  return reply;
}

}  // namespace mortar::posix::job
