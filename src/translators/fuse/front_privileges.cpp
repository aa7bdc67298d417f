// What a file allows whoever runs it (set-id bits, capabilities), and that it goes when somebody changes the content or
// the owner. Kernels since 5.12 leave that to us (privilege_flags.h): they do not look at a file before they write to
// it, and neither do we where it is known to have nothing of the kind. The bricks' own systems know no more than that
// root writes: they take capabilities away, but leave the bits.
#include <algorithm>

#include "translators/fuse/change_count.h"
#include "translators/fuse/front.h"

namespace mortar::fuse {
namespace {

constexpr std::string_view capability_xattr = "security.capability";
constexpr std::uint32_t set_ids = S_ISUID | S_ISGID;
// How much longer than attributes it is believed that there is nothing: mounts that believe attributes for no time at
// all would look before every write.
constexpr auto grace = std::chrono::seconds(1);

// The rule of the kernel: a group's bit without its right to run the file is no privilege, and stays if the caller is
// of the group.
std::uint32_t without_set_ids(const Iatt& iatt, const Call& call) {
  std::uint32_t mode = iatt.mode & ~static_cast<std::uint32_t>(S_ISUID);
  const bool in_groups = std::ranges::find(call.groups, iatt.gid) != call.groups.end();
  const bool of_group = call.uid == 0 || call.gid == iatt.gid || in_groups;
  if ((mode & S_IXGRP) != 0 || !of_group) mode &= ~static_cast<std::uint32_t>(S_ISGID);
  return mode;
}

}  // namespace

bool Front::is_known_still(const std::optional<Instant>& until) const {
  return until && world_.now() < *until + grace;
}

void Front::learn_mode(Inode& inode, const Asked& asked, const Iatt& iatt) {
  if ((iatt.mode & set_ids) != 0) {
    inode.no_set_ids_until.reset();
  } else if (asked.at > inode.set_ids_given && !news_.since(asked, inode)) {
    inode.no_set_ids_until = trusted_until(asked);
  }
}

bool Front::may_be_privileged(const Inode& inode, bool clears_set_ids) const {
  if (clears_set_ids && !is_known_still(inode.no_set_ids_until)) return true;
  return !hides_xattr(capability_xattr) && !is_known_still(inode.no_capability_until);
}

Task<> Front::take_privileges(const Call& call, InodePointer inode, HandlePointer handle, bool clears_set_ids) {
  const ChangeCount changing_itself(inode->own_changes);
  if (clears_set_ids && !is_known_still(inode->no_set_ids_until)) {
    const Asked asked_now = asked();
    const Iatt now = co_await tried(attributes_of(call, inode, handle));
    learn_mode(*inode, asked_now, now);
    const std::uint32_t mode = without_set_ids(now, call);
    if (mode != now.mode) {
      co_await tried(set_mode_as_owner(call, inode, handle, now, mode));
      // An answer to a write tells the kernel nothing of the mode, and who runs the file next must not get the bits.
      if (kernel_ != nullptr) kernel_->forget_attributes_now(inode->number);
    }
  }
  if (!hides_xattr(capability_xattr) && !is_known_still(inode->no_capability_until)) {
    // Where nobody can tell, the write itself takes it away on the bricks.
    const Result<Slice> capability = co_await xattr_value(call, inode, std::string(capability_xattr));
    if (capability) {
      co_await tried(remove_xattr(call, inode, std::string(capability_xattr)));
    }
  }
  co_return done;
}

// Whoever writes to a file takes its set-id bits away, in the writer's name, who need not be the owner. Kernels that do
// not leave that to us ask for a mode alone; nobody else gets here with one: the kernel has checked who may change it.
Task<Iatt> Front::clear_set_ids(const Call& call, InodePointer inode, HandlePointer handle, Iatt wanted) {
  const Iatt now = co_await tried(attributes_of(call, inode, handle));
  const std::uint32_t changed = (now.mode ^ wanted.mode) & 07777;
  const bool only_clears = (changed & ~set_ids) == 0 && (changed & wanted.mode) == 0;
  if (!only_clears) co_return Error(EPERM);
  Iatt cleared = co_await tried(set_mode_as_owner(call, inode, handle, now, wanted.mode));
  co_return cleared;
}

Task<Iatt> Front::set_mode_as_owner(const Call& call, InodePointer inode, HandlePointer handle, const Iatt& now,
                                    std::uint32_t mode) {
  Call owner = call;
  owner.uid = now.uid;
  owner.gid = now.gid;
  Iatt wanted;
  wanted.mode = mode;
  Iatt set = co_await tried(set_attributes(owner, inode, handle, wanted, set_attribute::mode));
  co_return set;
}

// A changed owner takes the bits away with it, in one change. Bricks would do so themselves, but as if root had asked.
Task<> Front::add_mode_of_new_owner(const Call& call, InodePointer inode, HandlePointer handle, Iatt& wanted,
                                    std::int32_t& valid) {
  const Asked asked_now = asked();
  const Iatt now = co_await tried(attributes_of(call, inode, handle));
  learn_mode(*inode, asked_now, now);
  wanted.mode = without_set_ids(now, call);
  if (wanted.mode != now.mode) valid |= set_attribute::mode;
  co_return done;
}

}  // namespace mortar::fuse
