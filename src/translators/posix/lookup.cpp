// Looking up: what lies under a name or a gfid, and the repair of what a crash left half done.
#include "base/log.h"
#include "translators/posix/jobs.h"
#include "translators/posix/making.h"
#include "translators/posix/repair.h"
#include "translators/posix/wanted.h"

namespace mortar::posix::job {

namespace {

// An entry this young may belong to somebody who is just making it.
bool may_be_in_the_making(const Work& work, const FileStatus& status) {
  Moment settled = status.changed;
  settled.seconds += 1;
  return work.options->ctime && work.wall_clock < settled;
}

// What a crash may have left: a directory whose handle leads elsewhere, a file without handle, or whose records of
// names are not those it has. Asked once for an object that nothing is remembered of.
bool is_whole(const Work& work, const Gfid& gfid, const Gfid& parent, const Place& place, const FileStatus& status) {
  if (status.is_directory()) {
    Result<DirectoryName> said = work.handles().directory_name(gfid);
    return said && *said == DirectoryName{parent, place.name};
  }
  Result<FileStatus> linked = status_of(work, work.handles().place(gfid));
  return linked && linked->inode == status.inode && names_are_recorded(work, parent, place, status);
}

Result<fop::Lookup::Reply> by_gfid(Work& work, const fop::Lookup& request) {
  Subject& object = work.subjects[1];
  const bool unlinked_too = request.xdata.number("unlinked-lookup").value_or(0) != 0;
  Result<Found> found = find_and_observe(work, object, unlinked_too);
  if (!found) {
    // A directory's handle that leads nowhere is of no use to anybody.
    if (found.error().number() == ESTALE && !object.gfid.is_root() && work.handles().directory_name(object.gfid)) {
      (void)work.handles().remove(object.gfid);
    }
    return failed(found.error().number() == ESTALE ? ENOENT : found.error().number());
  }
  fop::Lookup::Reply reply;
  reply.iatt = found->iatt;
  reply.xdata.set_present();
  const Result<Done> answered = answer_wanted(work, object, found->place, found->iatt, request.xdata, reply.xdata);
  if (!answered) return std::unexpected(answered.error());
  return reply;
}

Result<FileStatus> status_of_entry(const Work& work, Subject& parent, Place& place, const std::string& name) {
  for (int attempt = 0;; ++attempt) {
    Result<int> open = open_parent(work, parent);
    if (!open) return std::unexpected(open.error());
    place = Place::named(*open, name);
    Result<FileStatus> status = status_of(work, place);
    if (status || status.error().number() != ENOENT) return status;
    // Nothing is in a directory that was removed behind our back, while another may have taken its place.
    Result<FileStatus> of_parent = work.files().status(*open);
    if (!of_parent) return std::unexpected(of_parent.error());
    if (of_parent->links > 0) return status;
    if (attempt > 0) return failed(ESTALE);
    parent.directory.reset();
    parent.memory.reset();
  }
}

bool is_remembered(const Subject& object, const FileStatus& status) {
  return !object.gfid.is_null() && object.memory && object.memory->inode == status.inode &&
         object.memory->changed == status.changed;
}

Result<fop::Lookup::Reply> answer_without_gfid(const Work& work, Subject& parent, const FileStatus& status) {
  fop::Lookup::Reply reply;
  reply.iatt = make_iatt(status, null_gfid, std::nullopt);
  Result<Iatt> parent_iatt = observe(work, parent, Place::open(parent.directory->number()));
  if (!parent_iatt) return std::unexpected(parent_iatt.error());
  reply.parent = *parent_iatt;
  return reply;
}

}  // namespace

namespace {

Result<fop::Lookup::Reply> by_name(Work& work, const fop::Lookup& request, bool may_need_repair) {
  Subject& parent = work.subjects[0];
  Subject& object = work.subjects[1];
  Result<std::string> name = entry_name(parent.gfid, request.name);
  if (!name) return std::unexpected(name.error());
  Place place;
  Result<FileStatus> status = status_of_entry(work, parent, place, *name);
  if (!status && status.error().number() != ENOENT) return std::unexpected(status.error());
  // Who looks in the wrong place must not believe what it finds, nor that there is nothing.
  if (Result<Done> checked = check_parent_attribute(work, parent, request.xdata); !checked) {
    return std::unexpected(checked.error());
  }
  if (!status) return std::unexpected(status.error());

  Result<Iatt> iatt = Iatt{};
  if (is_remembered(object, *status)) {
    iatt = make_iatt(*status, object.gfid, object.memory->times);
  } else {
    Result<Gfid> gfid = read_gfid(work, place);
    if (!gfid && gfid.error().number() == ENODATA) {
      if (request.xdata.has("gfidless-lookup")) return answer_without_gfid(work, parent, *status);
      if (!request.xdata.has("gfid-req")) return failed(ENODATA);
      return failed(may_be_in_the_making(work, *status) ? ENOENT : needs_repair);
    }
    if (!gfid) return std::unexpected(gfid.error());
    if (may_need_repair && !is_whole(work, *gfid, parent.gfid, place, *status)) return failed(needs_repair);
    object = Subject{.gfid = *gfid, .open_files = object.gfid == *gfid ? object.open_files : 0};
    iatt = observe_status(work, object, place, *status);
  }
  Result<Iatt> parent_iatt = observe(work, parent, Place::open(parent.directory->number()));
  if (!parent_iatt) return std::unexpected(parent_iatt.error());
  fop::Lookup::Reply reply;
  reply.iatt = *iatt;
  reply.parent = *parent_iatt;
  reply.xdata.set_present();
  const Result<Done> answered = answer_wanted(work, object, place, *iatt, request.xdata, reply.xdata);
  if (!answered) return std::unexpected(answered.error());
  return reply;
}

}  // namespace

Result<fop::Lookup::Reply> lookup(Work& work, const fop::Lookup& request) {
  if (request.parent.is_null() || request.name.empty()) return by_gfid(work, request);
  return by_name(work, request, true);
}

Result<fop::Lookup::Reply> lookup_repaired(Work& work, const fop::Lookup& request) {
  Subject& parent = work.subjects[0];
  Subject& object = work.subjects[1];
  Result<std::string> name = entry_name(parent.gfid, request.name);
  if (!name) return std::unexpected(name.error());
  Place place;
  Result<FileStatus> status = status_of_entry(work, parent, place, *name);
  if (!status) return std::unexpected(status.error());
  Result<Gfid> gfid = read_gfid(work, place);
  if (!gfid && gfid.error().number() == ENODATA) gfid = give_identity(work, place, *status, request.xdata);
  if (!gfid) return std::unexpected(gfid.error());
  if (*gfid != object.gfid) return failed(name_moved);
  if (Result<Done> repaired = repair(work, *gfid, parent.gfid, place, *status); !repaired) {
    log::warning("posix", "{}: {} in {} ({}) cannot be repaired: {}", work.brick->directory, *name, parent.gfid.text(),
                 gfid->text(), repaired.error().sentence());
  }
  object.memory.reset();
  return by_name(work, request, false);
}

Gfid identify(const Work& work, Subject& parent, const std::string& name) {
  Result<std::string> entry = entry_name(parent.gfid, name);
  if (!entry) return null_gfid;
  Result<int> open = open_parent(work, parent);
  if (!open) return null_gfid;
  return read_gfid(work, Place::named(*open, *entry)).value_or(null_gfid);
}

}  // namespace mortar::posix::job
