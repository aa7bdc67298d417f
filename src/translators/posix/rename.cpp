// Renaming. The new name is recorded before and the old one forgotten after the step that cannot be torn, so a crash
// leaves one record too many, never one too few; of a directory, whose handle can say one name only, the new one is
// noted before and settled after it.
#include "translators/posix/jobs.h"
#include "translators/posix/making.h"
#include "translators/posix/removal.h"
#include "translators/posix/wanted.h"
#include "wire/own_keys.h"

namespace mortar::posix::job {

namespace {

struct Side {
  Subject& parent;
  Subject& object;
  std::string name;
  Place place;
  std::optional<FileStatus> status;
  bool is_directory() const { return status && status->is_directory(); }
};

Result<Side> look(const Work& work, Subject& parent, Subject& object, const std::string& text) {
  Result<std::string> name = entry_name(parent.gfid, text);
  if (!name) return std::unexpected(name.error());
  Side side{parent, object, std::move(*name), {}, std::nullopt};
  side.place = Place::named(parent.directory->number(), side.name);
  Result<FileStatus> status = status_of(work, side.place);
  if (!status && status.error().number() != ENOENT) return std::unexpected(status.error());
  Gfid there;
  if (status) {
    side.status = *status;
    Result<Gfid> gfid = read_gfid(work, side.place);
    if (!gfid && gfid.error().number() != ENODATA) return std::unexpected(gfid.error());
    there = gfid.value_or(null_gfid);
  }
  if (there != object.gfid) return failed(name_moved);
  return side;
}

// Makes way for the new entry and can undo that.
class Overwritten {
 public:
  Overwritten(Work& work, Side& side) : work_(work), side_(side) {}

  Result<Done> give_way() {
    if (!side_.status || side_.is_directory() || side_.object.gfid.is_null()) return done;
    if (side_.status->links > 2) {
      forgot_ = true;
      if (Result<Done> forgot = forget_name(work_, side_.place, side_.parent.gfid, side_.name); !forgot) return forgot;
    }
    Result<LastName> last = LastName::give_up(work_, side_.object, side_.status->links);
    if (!last) return std::unexpected(last.error());
    last_.emplace(*last);
    free_late(work_, *side_.status, side_.place);
    return done;
  }
  void restore() {
    if (last_) last_->restore(side_.place.directory, side_.name);
    if (forgot_) (void)record_name(work_, side_.place, side_.parent.gfid, side_.name);
  }
  Result<Done> settle() {
    if (!side_.status) return done;
    side_.object.removed = side_.is_directory() || (last_ && last_->was_last());
    if (side_.is_directory()) return work_.handles().remove(side_.object.gfid);
    if (side_.object.removed || side_.object.gfid.is_null()) return done;
    const Place handle = work_.handles().place(side_.object.gfid);
    return stamp_object(work_, side_.object, handle);
  }

 private:
  Work& work_;
  Side& side_;
  std::optional<LastName> last_;
  bool forgot_ = false;
};

Result<Done> check_types(const Side& from, const Side& to, const Dictionary& xdata) {
  if (!from.status) return failed(ENOENT);
  if (from.is_directory() && xdata.has(own_key::no_directory_moves)) return failed(EISDIR);
  if (!to.status) return done;
  if (to.is_directory() && is_another_to_go(xdata, to.object.gfid)) return failed(EISDIR);
  if (from.is_directory() && !to.is_directory()) return failed(ENOTDIR);
  if (!from.is_directory() && to.is_directory()) return failed(EISDIR);
  return done;
}

// What tells the way from the object back to its name.
class WayBack {
 public:
  WayBack(Work& work, const Side& from, const Side& to) : work_(work), from_(from), to_(to) {}

  Result<Done> prepare() const {
    if (gfid().is_null()) return done;
    if (from_.is_directory()) return work_.handles().note_move(gfid(), {to_.parent.gfid, to_.name});
    return record_name(work_, from_.place, to_.parent.gfid, to_.name);
  }
  void restore() const {
    if (gfid().is_null()) return;
    if (from_.is_directory()) return work_.handles().forget_move(gfid());
    (void)forget_name(work_, from_.place, to_.parent.gfid, to_.name);
  }
  Result<Done> settle() const {
    if (gfid().is_null()) return done;
    if (from_.is_directory()) return work_.handles().settle_move(gfid());
    return forget_name(work_, to_.place, from_.parent.gfid, from_.name);
  }

 private:
  const Gfid& gfid() const { return from_.object.gfid; }

  Work& work_;
  const Side& from_;
  const Side& to_;
};

Result<Done> move(Work& work, Side& from, Side& to) {
  const WayBack way_back(work, from, to);
  if (Result<Done> prepared = way_back.prepare(); !prepared) return prepared;
  Overwritten overwritten(work, to);
  Result<Done> moved = overwritten.give_way();
  if (moved) moved = work.files().rename(from.place.directory, from.name, to.place.directory, to.name, 0);
  if (!moved) {
    overwritten.restore();
    way_back.restore();
    return failed(moved.error().number() == EEXIST ? ENOTEMPTY : moved.error().number());
  }
  if (Result<Done> settled = overwritten.settle(); !settled) return settled;
  return way_back.settle();
}

}  // namespace

Result<fop::Rename::Reply> rename(Work& work, const fop::Rename& request) {
  Subject& old_parent = work.subjects[0];
  const bool same_parent = request.old_parent == request.new_parent;
  Subject& new_parent = same_parent ? old_parent : work.subjects[1];
  Subject& object = work.subjects[2];
  const bool same_object = work.subjects[3].gfid == object.gfid;
  Subject& target = same_object ? object : work.subjects[3];

  fop::Rename::Reply reply;
  Result<Iatt> before = observe_parent(work, old_parent);
  if (!before) return std::unexpected(before.error());
  reply.old_parent_before = *before;
  if (!same_parent) before = observe_parent(work, new_parent);
  if (!before) return std::unexpected(before.error());
  reply.new_parent_before = *before;

  Result<Side> from = look(work, old_parent, object, request.old_name);
  if (!from) return std::unexpected(from.error());
  Result<Side> to = look(work, new_parent, target, request.new_name);
  if (!to) return std::unexpected(to.error());
  if (Result<Done> allowed = check_types(*from, *to, request.xdata); !allowed) return std::unexpected(allowed.error());
  if (object.gfid.is_null()) return failed(ENODATA);
  Result<Iatt> iatt = observe(work, object, from->place);
  if (!iatt) return std::unexpected(iatt.error());

  const bool one_inode = to->status && to->status->inode == from->status->inode;
  Place where = from->place;
  if (!one_inode) {
    if (to->status && is_last_that_blames(work, *to->status, to->place, request.xdata)) return failed(EBUSY);
    if (to->status && !target.gfid.is_null()) {
      Result<Iatt> overwritten = observe(work, target, to->place);
      if (!overwritten) return std::unexpected(overwritten.error());
      answer_removed_counts(*overwritten, request.xdata, reply.xdata);
    }
    if (Result<Done> moved = move(work, *from, *to); !moved) return std::unexpected(moved.error());
    where = to->place;
    if (Result<Done> timed = stamp_object(work, object, where); !timed) return std::unexpected(timed.error());
  }
  iatt = observe_changed(work, object, where);
  if (!iatt) return std::unexpected(iatt.error());
  reply.iatt = *iatt;
  Result<Iatt> after = stamp_parent(work, old_parent);
  if (!after) return std::unexpected(after.error());
  reply.old_parent_after = *after;
  if (!same_parent) after = stamp_parent(work, new_parent);
  if (!after) return std::unexpected(after.error());
  reply.new_parent_after = *after;
  return reply;
}

}  // namespace mortar::posix::job
