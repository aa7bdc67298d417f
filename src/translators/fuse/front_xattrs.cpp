// Extended attributes.
#include "base/absence.h"
#include "translators/fuse/change_count.h"
#include "translators/fuse/front.h"
#include "translators/fuse/gone.h"

namespace mortar::fuse {
namespace {

constexpr std::string_view capability_xattr = "security.capability";
constexpr std::string_view selinux_xattr = "security.selinux";

bool is_acl(std::string_view name) { return name == "system.posix_acl_access" || name == "system.posix_acl_default"; }

// What the volume keeps about an object, for nobody to change.
bool is_protected(std::string_view name) { return name == "trusted.gfid" || name == "trusted.glusterfs.volume-id"; }

}  // namespace

bool Front::hides_xattr(std::string_view name) const {
  if (name == selinux_xattr) return !options_.selinux;
  if (name == capability_xattr) return !options_.selinux && !options_.capability;
  return false;
}

Task<> Front::setxattr(Request& request, std::uint64_t number, std::string name, Slice value, std::uint32_t flags) {
  const InodePointer inode = co_await tried(known(number));
  if (hides_xattr(name) || (is_acl(name) && !options_.acl)) co_return Error(EOPNOTSUPP);
  if (is_protected(name)) co_return Error(EPERM);
  const GraphPointer graph = graph_;
  const Call call = call_of(request);
  const ChangeCount changing(changes_);
  const ChangeCount changing_itself(inode->own_changes);
  if (name == capability_xattr) inode->no_capability_until.reset();
  fop::Setxattr setxattr{.gfid = inode->gfid, .flags = flags};
  setxattr.values.set(name, value);
  Result<fop::Acknowledged> reply = co_await graph->perform(call, setxattr);
  const HandlePointer handle = any_handle(*inode, false);
  if (!reply && is_missing(reply.error()) && handle) {
    fop::Fsetxattr fsetxattr{.gfid = inode->gfid, .fd = handle->fd, .flags = flags};
    fsetxattr.values = std::move(setxattr.values);
    reply = co_await handle->graph->perform(call, fsetxattr);
  }
  if (!reply) co_return stale_if_gone(reply.error());
  request.succeed();
  co_return done;
}

Task<> Front::removexattr(Request& request, std::uint64_t number, std::string name) {
  const InodePointer inode = co_await tried(known(number));
  if (hides_xattr(name) || (is_acl(name) && !options_.acl)) co_return Error(EOPNOTSUPP);
  if (is_protected(name)) co_return Error(EPERM);
  const Call call = call_of(request);
  const ChangeCount changing(changes_);
  co_await tried(remove_xattr(call, inode, std::move(name)));
  request.succeed();
  co_return done;
}

Task<> Front::remove_xattr(const Call& call, InodePointer inode, std::string name) {
  const GraphPointer graph = graph_;
  const ChangeCount changing_itself(inode->own_changes);
  const fop::Removexattr removexattr{.gfid = inode->gfid, .name = name};
  Result<fop::Acknowledged> reply = co_await graph->perform(call, removexattr);
  const HandlePointer handle = any_handle(*inode, false);
  if (!reply && is_missing(reply.error()) && handle) {
    const fop::Fremovexattr fremovexattr{.gfid = inode->gfid, .fd = handle->fd, .name = name};
    reply = co_await handle->graph->perform(call, fremovexattr);
  }
  if (!reply) co_return stale_if_gone(reply.error());
  co_return done;
}

// All of them where the name is empty.
Task<fop::Values> Front::get_xattrs(const Call& call, InodePointer inode, std::string name) {
  const GraphPointer graph = graph_;
  const std::uint32_t name_given = name.empty() ? 0 : 1;
  const fop::Getxattr getxattr{.gfid = inode->gfid, .name_given = name_given, .name = name};
  Result<fop::Values> reply = co_await graph->perform(call, getxattr);
  const HandlePointer handle = any_handle(*inode, false);
  if (!reply && is_missing(reply.error()) && handle) {
    const fop::Fgetxattr fgetxattr{.gfid = inode->gfid, .fd = handle->fd, .name_given = name_given, .name = name};
    reply = co_await handle->graph->perform(call, fgetxattr);
  }
  if (!reply) co_return stale_if_gone(reply.error());
  co_return std::move(*reply);
}

Task<Slice> Front::xattr_value(const Call& call, InodePointer inode, std::string name) {
  const Asked asked_now = asked();
  if (name == "glusterfs.gfid.string") co_return Slice::copy(inode->gfid.text());
  if (name == "glusterfs.gfid") co_return Slice::copy(inode->gfid.view());
  if (is_acl(name) && !options_.acl) co_return Error(EOPNOTSUPP);
  if (hides_xattr(name)) co_return Error(ENODATA);
  // The kernel asks for this one before it writes.
  const bool for_capability = name == capability_xattr;
  if (for_capability && inode->no_capability_until && world_.now() < *inode->no_capability_until) {
    co_return Error(ENODATA);
  }
  const Result<fop::Values> reply = co_await get_xattrs(call, inode, name);
  if (!reply && for_capability) learn_capability(*inode, asked_now, reply.error().number() == ENODATA);
  if (!reply) co_return reply.error();
  const std::optional<Bytes> bytes = reply->values.bytes(name);
  if (!bytes) co_return Error(ENODATA);
  co_return Slice::copy(*bytes);
}

Task<> Front::getxattr(Request& request, std::uint64_t number, std::string name, std::size_t size) {
  const InodePointer inode = co_await tried(known(number));
  const Call call = call_of(request);
  const Slice value = co_await tried(xattr_value(call, inode, std::move(name)));
  request.xattr(value.bytes(), size);
  co_return done;
}

Task<> Front::listxattr(Request& request, std::uint64_t number, std::size_t size) {
  const InodePointer inode = co_await tried(known(number));
  const Call call = call_of(request);
  const fop::Values reply = co_await tried(get_xattrs(call, inode, ""));
  std::string names;
  for (const auto& [name, value] : reply.values) {
    if (is_protected(name) || hides_xattr(name) || (is_acl(name) && !options_.acl)) continue;
    names.append(name).push_back('\0');
  }
  request.xattr(as_bytes(names), size);
  co_return done;
}

}  // namespace mortar::fuse
