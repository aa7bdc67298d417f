// Attributes of objects and of the volume.
//
// An object is named by its identity; one that was unlinked is found that way no more, but its open files still reach
// it.
#include "base/absence.h"
#include "translators/fuse/change_count.h"
#include "translators/fuse/front.h"
#include "translators/fuse/gone.h"

namespace mortar::fuse {
namespace {

// A change through this mount that gives set-id bits: what was asked before it began or ended knows nothing of them.
class SetIdsGiven {
 public:
  SetIdsGiven(World& world, InodePointer inode, bool gives)
      : world_(world), inode_(gives ? std::move(inode) : nullptr) {
    note();
  }
  SetIdsGiven(const SetIdsGiven&) = delete;
  SetIdsGiven& operator=(const SetIdsGiven&) = delete;
  ~SetIdsGiven() { note(); }

 private:
  void note() {
    if (!inode_) return;
    inode_->no_set_ids_until.reset();
    inode_->set_ids_given = world_.now();
  }

  World& world_;
  const InodePointer inode_;
};

bool gives_set_ids(std::int32_t valid, const Iatt& wanted) {
  return (valid & set_attribute::mode) != 0 && (wanted.mode & (S_ISUID | S_ISGID)) != 0;
}

bool changes_owner_alone(std::int32_t valid) {
  return (valid & (set_attribute::uid | set_attribute::gid)) != 0 && (valid & set_attribute::mode) == 0;
}

}  // namespace

Task<Iatt> Front::attributes_of(const Call& call, InodePointer inode, HandlePointer handle) {
  const GraphPointer graph = graph_;
  if (!handle) {
    const fop::Stat stat{.gfid = inode->gfid};
    const Result<fop::Attributes> reply = co_await graph->perform(call, stat);
    if (reply) co_return reply->iatt;
    handle = any_handle(*inode, false);
    if (!is_missing(reply.error()) || !handle) co_return stale_if_gone(reply.error());
  }
  const fop::Fstat fstat{.gfid = inode->gfid, .fd = handle->fd};
  const fop::Attributes reply = co_await tried(handle->graph->perform(call, fstat));
  co_return reply.iatt;
}

void Front::answer_attributes(Request& request, Inode& inode, const Iatt& iatt) {
  learn_mode(inode, request.asked(), iatt);
  request.attributes(to_stat(options_, inode.number, iatt), left_of(attribute_term(), request.asked(), inode));
}

Task<> Front::getattr(Request& request, HandlePointer handle, std::uint64_t number) {
  const InodePointer inode = co_await tried(known(number));
  if (const Believed* known = believed(*inode)) {
    const std::chrono::duration<double> left = known->until - world_.now();
    request.attributes(to_stat(options_, number, known->iatt), left.count());
    co_return done;
  }
  const Call call = call_of(request);
  const Iatt iatt = co_await tried(attributes_of(call, inode, handle));
  answer_attributes(request, *inode, iatt);
  co_return done;
}

Task<Iatt> Front::truncate(const Call& call, InodePointer inode, HandlePointer handle, std::uint64_t size) {
  const GraphPointer graph = graph_;
  if (!handle) {
    const fop::Truncate truncate{.gfid = inode->gfid, .size = size};
    const Result<fop::Changed> reply = co_await graph->perform(call, truncate);
    if (reply) co_return reply->after;
    handle = any_handle(*inode, true);
    if (!is_missing(reply.error()) || !handle) co_return stale_if_gone(reply.error());
  }
  const fop::Ftruncate ftruncate{.gfid = inode->gfid, .fd = handle->fd, .size = size};
  const fop::Changed reply = co_await tried(handle->graph->perform(call, ftruncate));
  co_return reply.after;
}

Task<Iatt> Front::set_attributes(const Call& call, InodePointer inode, HandlePointer handle, Iatt wanted,
                                 std::int32_t valid) {
  const GraphPointer graph = graph_;
  if (!handle) {
    const fop::Setattr setattr{.gfid = inode->gfid, .iatt = wanted, .valid = valid};
    const Result<fop::Changed> reply = co_await graph->perform(call, setattr);
    if (reply) co_return reply->after;
    handle = any_handle(*inode, false);
    if (!is_missing(reply.error()) || !handle) co_return stale_if_gone(reply.error());
  }
  const fop::Fsetattr fsetattr{.gfid = inode->gfid, .fd = handle->fd, .iatt = wanted, .valid = valid};
  const fop::Changed reply = co_await tried(handle->graph->perform(call, fsetattr));
  co_return reply.after;
}

Task<> Front::setattr(Request& request, HandlePointer handle, std::uint64_t number, struct stat wanted, int to_set,
                      bool clears_set_ids) {
  const InodePointer inode = co_await tried(known(number));
  const Call call = call_of(request);
  const ChangeCount changing(changes_);
  const ChangeCount changing_itself(inode->own_changes);
  Iatt iatt;
  std::int32_t valid = attributes_to_set(wanted, to_set, world_.wall_clock(), iatt);
  const SetIdsGiven giving(world_, inode, gives_set_ids(valid, iatt));
  Iatt now;
  if ((to_set & FUSE_SET_ATTR_SIZE) != 0) {
    if (may_be_privileged(*inode, clears_set_ids)) {
      co_await tried(take_privileges(call, inode, handle, clears_set_ids));
    }
    now = co_await tried(truncate(call, inode, handle, static_cast<std::uint64_t>(wanted.st_size)));
  }
  if (clears_set_ids && changes_owner_alone(valid) && !is_known_still(inode->no_set_ids_until)) {
    co_await tried(add_mode_of_new_owner(call, inode, handle, iatt, valid));
  }
  if (valid != 0) {
    Result<Iatt> set = co_await set_attributes(call, inode, handle, iatt, valid);
    if (!set && set.error().number() == EPERM && valid == set_attribute::mode) {
      set = co_await clear_set_ids(call, inode, handle, iatt);
    }
    now = co_await tried(std::move(set));
  }
  if (valid == 0 && (to_set & FUSE_SET_ATTR_SIZE) == 0) {
    now = co_await tried(attributes_of(call, inode, handle));
  }
  answer_attributes(request, *inode, now);
  co_return done;
}

Task<> Front::access(Request& request, std::uint64_t number, std::uint32_t mask) {
  const InodePointer inode = co_await tried(known(number));
  const GraphPointer graph = graph_;
  const Call call = call_of(request);
  const fop::Access access{.gfid = inode->gfid, .mask = mask};
  const Result<fop::Acknowledged> reply = co_await graph->perform(call, access);
  if (!reply) co_return stale_if_gone(reply.error());
  request.succeed();
  co_return done;
}

Task<> Front::statfs(Request& request, std::uint64_t number) {
  const InodePointer inode = co_await tried(known(number));
  const GraphPointer graph = graph_;
  const Call call = call_of(request);
  const fop::Statfs statfs{.gfid = inode->gfid};
  const fop::Statfs::Reply reply = co_await tried(graph->perform(call, statfs));
  request.volume_status(to_statvfs(reply.status));
  co_return done;
}

}  // namespace mortar::fuse
