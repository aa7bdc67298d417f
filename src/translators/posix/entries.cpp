// Making entries: create, mknod, mkdir, symlink, link.
#include <fcntl.h>

#include "translators/posix/data.h"
#include "translators/posix/jobs.h"
#include "translators/posix/making.h"
#include "translators/posix/removal.h"

namespace mortar::posix::job {

namespace {

constexpr std::uint32_t type_mask = 0170000, regular = 0100000;
// Beyond this the records of a file's names would not fit where extended attributes are kept in one block.
constexpr std::uint32_t most_recorded_names = 500;

bool is_internal(const Dictionary& xdata) { return xdata.has("glusterfs-internal-fop"); }

Result<fop::Made> dress_and_finish(const Work& work, Making& making, const Dictionary& xdata) {
  if (Result<Done> dressed = dress(work, making, xdata); !dressed) return std::unexpected(dressed.error());
  return finish_making(work, making);
}

// The object of that identity is already here, under another name or, while somebody has it open, without one: a link
// file of distribute for a file that has several names, or a heal that gives a file back its name. A second object of
// one identity would be read by some and the first one by others.
Result<bool> link_existing(const Work& work, Making& making) {
  const Gfid& gfid = making.object.gfid;
  const int parent = making.parent.directory->number();
  const Place handle = work.handles().place(gfid);
  if (work.files().link(handle.directory, handle.name, parent, making.name)) return true;
  if (!work.handles().unpark(gfid)) return false;
  Result<Done> linked = forget_all_names(work, handle);
  if (linked) linked = work.files().link(handle.directory, handle.name, parent, making.name);
  if (!linked) {
    (void)work.handles().park(gfid);
    return std::unexpected(linked.error());
  }
  making.object.parked = false;
  return true;
}

Result<Done> make_node(const Work& work, const Making& making, std::uint64_t device) {
  const int parent = making.parent.directory->number();
  return work.files().make_node(parent, making.name, making.mode, device);
}

Result<fop::Made> answer_of_existing_node(const Work& work, Making& making) {
  Subject& object = making.object;
  object.memory.reset();
  if (Result<Done> named = record_name(work, making.place, making.parent.gfid, making.name); !named) {
    return std::unexpected(named.error());
  }
  Result<Iatt> iatt = observe(work, object, making.place);
  if (!iatt) return std::unexpected(iatt.error());
  Result<Iatt> after = stamp_parent(work, making.parent);
  if (!after) return std::unexpected(after.error());
  fop::Made reply;
  reply.iatt = *iatt;
  reply.parent_before = making.parent_before;
  reply.parent_after = *after;
  return reply;
}

}  // namespace

Result<fop::Made> mknod(Work& work, const fop::Mknod& request) {
  Result<Making> making = begin_making(work, work.subjects[0], work.subjects[1], request.name, request.xdata);
  if (!making) return std::unexpected(making.error());
  const std::uint32_t type = (request.mode & type_mask) == 0 ? regular : request.mode & type_mask;
  making->mode = masked_file_mode(*work.options, request.mode & 07777) | type;
  making->place = Place::named(making->parent.directory->number(), making->name);
  if (is_internal(request.xdata)) {
    Result<bool> is_linked = link_existing(work, *making);
    if (!is_linked) return std::unexpected(is_linked.error());
    if (*is_linked) return answer_of_existing_node(work, *making);
  }
  Result<Done> made = make_node(work, *making, request.device);
  if (!made && made.error().number() == EEXIST && request.xdata.has("force-replace") &&
      remove_link_file(work, making->parent, making->name)) {
    made = make_node(work, *making, request.device);
  }
  if (!made) return std::unexpected(made.error());
  return dress_and_finish(work, *making, request.xdata);
}

Result<fop::Made> mkdir(Work& work, const fop::Mkdir& request) {
  Result<Making> making = begin_making(work, work.subjects[0], work.subjects[1], request.name, request.xdata);
  if (!making) return std::unexpected(making.error());
  making->is_directory = true;
  making->mode = masked_directory_mode(*work.options, request.mode);
  const int parent = making->parent.directory->number();
  if (Result<Done> made = work.files().make_directory(parent, making->name, making->mode); !made) {
    return std::unexpected(made.error());
  }
  Result<OpenFile> open = work.files().open(parent, making->name, O_RDONLY | O_DIRECTORY, 0);
  if (!open) return std::unexpected(open.error());
  making->object.directory = std::make_shared<OpenFile>(std::move(*open));
  making->place = Place::open(making->object.directory->number());
  Result<fop::Made> reply = dress_and_finish(work, *making, request.xdata);
  if (!reply) making->object.directory.reset();
  return reply;
}

Result<fop::Made> symlink(Work& work, const fop::Symlink& request) {
  Result<Making> making = begin_making(work, work.subjects[0], work.subjects[1], request.name, request.xdata);
  if (!making) return std::unexpected(making.error());
  const int parent = making->parent.directory->number();
  if (Result<Done> made = work.files().make_symlink(request.target, parent, making->name); !made) {
    return std::unexpected(made.error());
  }
  making->place = Place::named(parent, making->name);
  return dress_and_finish(work, *making, request.xdata);
}

Result<fop::Create::Reply> create(Work& work, const fop::Create& request) {
  Result<Making> making = begin_making(work, work.subjects[0], work.subjects[1], request.name, request.xdata);
  if (!making) return std::unexpected(making.error());
  making->mode = masked_file_mode(*work.options, request.mode & 07777);
  const std::uint32_t wanted = creation_flags(request.flags);
  const int flags = host_open_flags(work, wanted) | O_CREAT | O_EXCL;
  Result<OpenFile> open = work.files().open(making->parent.directory->number(), making->name, flags, making->mode);
  if (!open) return std::unexpected(open.error());
  work.opened = std::make_shared<OpenFile>(std::move(*open));
  work.opened_flags = wanted;
  making->place = Place::open(work.opened->number());
  Result<fop::Made> made = dress_and_finish(work, *making, request.xdata);
  if (!made) {
    work.opened.reset();
    return std::unexpected(made.error());
  }
  fop::Create::Reply reply;
  reply.iatt = made->iatt;
  reply.parent_before = made->parent_before;
  reply.parent_after = made->parent_after;
  reply.xdata.set("gfid-req", making->object.gfid);
  return reply;
}

Result<fop::Create::Reply> create_existing(Work& work, const fop::Create& request) {
  Subject& parent = work.subjects[0];
  Subject& object = work.subjects[1];
  Result<std::string> name = entry_name(parent.gfid, request.name);
  if (!name) return std::unexpected(name.error());
  Result<Iatt> parent_iatt = observe_parent(work, parent);
  if (!parent_iatt) return std::unexpected(parent_iatt.error());
  const Place place = Place::named(parent.directory->number(), *name);
  Result<Gfid> there = read_gfid(work, place);
  if (!there || *there != object.gfid) return failed(there || there.error().number() == ENOENT ? name_moved : EEXIST);
  Result<std::shared_ptr<OpenFile>> open = open_regular(work, object, host_open_flags(work, request.flags), false);
  if (!open) return std::unexpected(open.error());
  const Place opened = Place::open((*open)->number());
  Result<Iatt> iatt = observe(work, object, opened);
  if (!iatt) return std::unexpected(iatt.error());
  if ((request.flags & open_flag::truncate) != 0 && work.call->stamps != 0) {
    Result<Done> timed = stamp_times(work, object, opened, {.changed = true, .modified = true});
    if (!timed) return std::unexpected(timed.error());
    iatt = observe_changed(work, object, opened);
    if (!iatt) return std::unexpected(iatt.error());
  }
  work.opened = std::move(*open);
  work.opened_flags = request.flags;
  fop::Create::Reply reply;
  reply.iatt = *iatt;
  reply.parent_before = *parent_iatt;
  reply.parent_after = *parent_iatt;
  if (std::optional<Gfid> wanted = request.xdata.gfid("gfid-req")) reply.xdata.set("gfid-req", *wanted);
  return reply;
}

Result<fop::Made> link(Work& work, const fop::Link& request) {
  Subject& parent = work.subjects[0];
  Subject& object = work.subjects[1];
  Result<std::string> name = entry_name(parent.gfid, request.new_name);
  if (!name) return std::unexpected(name.error());
  if (Result<Done> space = check_space(work, request.xdata); !space) return std::unexpected(space.error());
  Result<Iatt> before = observe_parent(work, parent);
  if (!before) return std::unexpected(before.error());
  if (Result<Done> checked = check_parent_attribute(work, parent, request.xdata); !checked) {
    return std::unexpected(checked.error());
  }
  Result<Found> found = find_and_observe(work, object);
  if (!found) return std::unexpected(found.error());
  if (found->iatt.is_directory()) return failed(EPERM);
  const std::uint32_t limit = work.options->max_hardlinks;
  if (limit != 0 && found->iatt.links >= limit) return failed(EMLINK);

  const int directory = parent.directory->number();
  auto make = [&] { return work.files().link(found->place.directory, found->place.name, directory, *name); };
  Result<Done> made = make();
  if (!made && made.error().number() == EEXIST && request.xdata.has("force-replace") &&
      remove_link_file(work, parent, *name)) {
    made = make();
  }
  if (!made) return std::unexpected(made.error());
  if (found->iatt.links < most_recorded_names) {
    if (Result<Done> named = record_name(work, found->place, parent.gfid, *name); !named) {
      (void)work.files().unlink(directory, *name);
      return std::unexpected(named.error());
    }
  }
  if (Result<Done> timed = stamp_object(work, object, found->place); !timed) return std::unexpected(timed.error());
  Result<Iatt> iatt = observe_changed(work, object, found->place);
  if (!iatt) return std::unexpected(iatt.error());
  Result<Iatt> after = stamp_parent(work, parent);
  if (!after) return std::unexpected(after.error());
  fop::Made reply;
  reply.iatt = *iatt;
  reply.parent_before = *before;
  reply.parent_after = *after;
  return reply;
}

}  // namespace mortar::posix::job
