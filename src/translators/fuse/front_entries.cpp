// Operations on names.
#include <algorithm>

#include "translators/fuse/change_count.h"
#include "translators/fuse/front.h"

namespace mortar::fuse {
namespace {

constexpr const char* capability_xattr = "security.capability";
constexpr const char* default_acl_xattr = "system.posix_acl_default";

}  // namespace

fuse_entry_param Front::entry_of(const Asked& asked, Inode& inode, const Iatt& iatt, std::uint64_t parent,
                                 std::string_view name) {
  learn_mode(inode, asked, iatt);
  fuse_entry_param entry{};
  entry.ino = inode.number;
  // Numbers are used again; with this they never mean two objects to who keeps them for long (an NFS export).
  for (int index = 0; index < 8; ++index) entry.generation = entry.generation << 8 | inode.gfid.bytes[index];
  entry.attr = to_stat(options_, inode.number, iatt);
  entry.attr_timeout = left_of(attribute_term(), asked, inode);
  // A name that is not remembered cannot be taken back, which an explicit time-out of the mount does not rely on.
  const bool revocable = options_.entry_timeout >= 0 || inode.knows_name(parent, name);
  entry.entry_timeout = left_of(revocable ? entry_term() : std::min(entry_term(), 1.0), asked, inode);
  return entry;
}

InodePointer Front::introduce(const Gfid& gfid, std::uint64_t parent, std::string_view name) {
  InodePointer inode = inodes_.refer(gfid, parent, name);
  if (inode->lookups == 1) news_.introduced(*inode);
  return inode;
}

Result<InodePointer> Front::refer(const Iatt& iatt, std::uint64_t parent, const std::string& name) {
  if (iatt.gfid.is_null()) return failed(EIO, "an object without an identity came back for " + name);
  return introduce(iatt.gfid, parent, name);
}

void Front::answer_entry(Request& request, Inode& inode, const Iatt& iatt, std::uint64_t parent,
                         std::string_view name) {
  const std::uint64_t number = inode.number;
  if (!request.entry(entry_of(request.asked(), inode, iatt, parent, name))) inodes_.forget(number, 1);
}

Task<> Front::answer_made(Request& request, const fop::Made& made, std::uint64_t parent, std::string name) {
  const InodePointer inode = co_await tried(refer(made.iatt, parent, name));
  answer_entry(request, *inode, made.iatt, parent, name);
  co_return done;
}

Task<> Front::look_up_self(Request& request, std::uint64_t number) {
  const InodePointer inode = co_await tried(known(number));
  const GraphPointer graph = graph_;
  const Call call = call_of(request);
  const fop::Lookup lookup{.gfid = inode->gfid};
  const fop::Lookup::Reply reply = co_await tried(graph->perform(call, lookup));
  inodes_.refer(inode->gfid, inode->parent, inode->name);
  answer_entry(request, *inode, reply.iatt, inode->parent, inode->name);
  co_return done;
}

Task<> Front::lookup(Request& request, std::uint64_t parent, std::string name) {
  const InodePointer directory = co_await tried(known(parent));
  // An NFS server asks for these when all it has is a file handle.
  if (name == ".") {
    co_await tried(look_up_self(request, parent));
    co_return done;
  }
  if (name == "..") {
    const bool at_top = parent == InodeTable::root_number;
    co_await tried(look_up_self(request, at_top ? parent : directory->parent));
    co_return done;
  }
  const GraphPointer graph = graph_;
  const Call call = call_of(request);
  listing_habit_.looked_up(directory->gfid, name);
  const std::optional<LookAhead::Source> ahead = to_look_ahead(graph);
  if (ahead) {
    co_await look_ahead_.prepare(call, *ahead, directory->gfid, name);
  }
  if (ahead && answer_from_listing(request, call, *directory, name)) co_return done;
  fop::Lookup lookup{.parent = directory->gfid, .name = name};
  // For an object that was put onto the brick by hand and has no identity yet.
  lookup.xdata.append("gfid-req", world_.random_gfid());
  lookup.xdata.append(capability_xattr, std::int64_t{0});
  const Result<fop::Lookup::Reply> reply = co_await graph->perform(call, lookup);
  if (!reply && reply.error().number() == ENOENT && options_.negative_timeout > 0) {
    fuse_entry_param nothing{};
    nothing.entry_timeout = options_.negative_timeout;
    request.entry(nothing);
    co_return done;
  }
  if (!reply) co_return reply.error();
  const InodePointer inode = co_await tried(refer(reply->iatt, parent, name));
  learn_capability(*inode, request.asked(), !reply->xdata.has(capability_xattr));
  answer_entry(request, *inode, reply->iatt, parent, name);
  if (ahead && reply->iatt.is_regular()) look_ahead_.looked_up(call, *ahead, directory->gfid);
  if (reply->iatt.is_directory()) look_ahead_.passed(call, directory->gfid);
  co_return done;
}

bool Front::answer_from_listing(Request& request, const Call& call, const Inode& directory, const std::string& name) {
  const std::optional<LookAhead::Known> known = look_ahead_.find(call, directory.gfid, name);
  if (!known || inodes_.find(known->iatt.gfid)) return false;
  const InodePointer inode = introduce(known->iatt.gfid, directory.number, name);
  learn_capability(*inode, known->asked, false);
  if (!request.entry(entry_of(known->asked, *inode, known->iatt, directory.number, name))) {
    inodes_.forget(inode->number, 1);
  }
  return true;
}

Task<std::uint32_t> Front::mode_of_new(const Call& call, InodePointer parent, std::uint32_t mode, std::uint32_t umask) {
  if (!options_.acl) co_return mode;
  const fop::Getxattr ask{.gfid = parent->gfid, .name_given = 1, .name = default_acl_xattr};
  const GraphPointer graph = graph_;
  const Result<fop::Values> answer = co_await graph->perform(call, ask);
  const bool inherits = answer && answer->values.has(default_acl_xattr);
  co_return inherits ? mode : mode & ~umask;
}

Task<> Front::mknod(Request& request, std::uint64_t parent, std::string name, std::uint32_t mode,
                    std::uint64_t device) {
  const InodePointer directory = co_await tried(known(parent));
  const GraphPointer graph = graph_;
  const Call call = call_of(request);
  const std::uint32_t umask = request.context().umask;
  EntryChange change(changes_, directory);
  mode = co_await tried(mode_of_new(call, directory, mode, umask));
  fop::Mknod mknod{.parent = directory->gfid, .device = device, .mode = mode, .umask = umask, .name = name};
  mknod.xdata.append("gfid-req", new_gfids_.next());
  const fop::Made made = co_await tried(graph->perform(call, mknod));
  change.left(belief(made.parent_after, request));
  co_await tried(answer_made(request, made, parent, name));
  co_return done;
}

Task<> Front::mkdir(Request& request, std::uint64_t parent, std::string name, std::uint32_t mode) {
  const InodePointer directory = co_await tried(known(parent));
  const GraphPointer graph = graph_;
  const Call call = call_of(request);
  const std::uint32_t umask = request.context().umask;
  EntryChange change(changes_, directory);
  mode = co_await tried(mode_of_new(call, directory, mode, umask));
  fop::Mkdir mkdir{.parent = directory->gfid, .mode = mode, .umask = umask, .name = name};
  mkdir.xdata.append("gfid-req", new_gfids_.next());
  const fop::Made made = co_await tried(graph->perform(call, mkdir));
  change.left(belief(made.parent_after, request));
  co_await tried(answer_made(request, made, parent, name));
  co_return done;
}

Task<> Front::symlink(Request& request, std::string target, std::uint64_t parent, std::string name) {
  const InodePointer directory = co_await tried(known(parent));
  const GraphPointer graph = graph_;
  const Call call = call_of(request);
  EntryChange change(changes_, directory);
  fop::Symlink symlink{
      .parent = directory->gfid, .name = name, .umask = request.context().umask, .target = std::move(target)};
  symlink.xdata.append("gfid-req", new_gfids_.next());
  const fop::Made made = co_await tried(graph->perform(call, symlink));
  change.left(belief(made.parent_after, request));
  co_await tried(answer_made(request, made, parent, name));
  co_return done;
}

Task<> Front::link(Request& request, std::uint64_t number, std::uint64_t parent, std::string name) {
  const InodePointer inode = co_await tried(known(number));
  const InodePointer directory = co_await tried(known(parent));
  const GraphPointer graph = graph_;
  const Call call = call_of(request);
  EntryChange change(changes_, directory);
  const fop::Link link{.gfid = inode->gfid, .new_parent = directory->gfid, .new_name = name};
  const fop::Made made = co_await tried(graph->perform(call, link));
  change.left(belief(made.parent_after, request));
  co_await tried(answer_made(request, made, parent, name));
  co_return done;
}

Task<> Front::create(Request& request, std::uint64_t parent, std::string name, std::uint32_t mode,
                     std::uint32_t flags) {
  const InodePointer directory = co_await tried(known(parent));
  const GraphPointer graph = graph_;
  const Call call = call_of(request);
  const std::uint32_t umask = request.context().umask;
  EntryChange change(changes_, directory);
  mode = co_await tried(mode_of_new(call, directory, mode | S_IFREG, umask));
  const std::uint32_t effective = flags_to_open(flags);
  fop::Create create{.parent = directory->gfid, .flags = effective, .mode = mode, .umask = umask, .name = name};
  create.xdata.append("gfid-req", new_gfids_.next());
  fop::Create::Reply reply = co_await tried(graph->perform(call, create));
  change.left(belief(reply.parent_after, request));
  const Result<InodePointer> inode = refer(reply.iatt, parent, name);
  if (!inode) {
    release_later(call, graph, reply.iatt.gfid, std::move(reply.fd), false);
    co_return inode.error();
  }
  learn_capability(**inode, request.asked(), true);
  (*inode)->has_pages = true;
  const HandlePointer handle = add_handle(*inode, graph, std::move(reply.fd), effective, false);
  if (!request.created(entry_of(request.asked(), **inode, reply.iatt, parent, name), file_info(*handle))) {
    drop_handle(*handle);
    inodes_.forget((*inode)->number, 1);
    release_later(call, graph, reply.iatt.gfid, handle->fd, false);
  }
  co_return done;
}

Task<> Front::unlink(Request& request, std::uint64_t parent, std::string name) {
  const InodePointer directory = co_await tried(known(parent));
  const GraphPointer graph = graph_;
  const Call call = call_of(request);
  EntryChange change(changes_, directory);
  const fop::Unlink unlink{.parent = directory->gfid, .name = std::move(name)};
  const fop::Changed reply = co_await tried(graph->perform(call, unlink));
  change.left(belief(reply.after, request));
  request.succeed();
  co_return done;
}

Task<> Front::rmdir(Request& request, std::uint64_t parent, std::string name) {
  const InodePointer directory = co_await tried(known(parent));
  const GraphPointer graph = graph_;
  const Call call = call_of(request);
  EntryChange change(changes_, directory);
  const fop::Rmdir rmdir{.parent = directory->gfid, .name = std::move(name)};
  const fop::Changed reply = co_await tried(graph->perform(call, rmdir));
  ++removals_;
  change.left(belief(reply.after, request));
  request.succeed();
  co_return done;
}

Task<> Front::rename(Request& request, std::uint64_t parent, std::string name, std::uint64_t new_parent,
                     std::string new_name, unsigned flags) {
  // The protocol knows the plain rename only, and neither exchanging nor "only if it is not there" can be put together
  // from several operations atomically. The kernel makes EINVAL of this, as on every file system that lacks them.
  if (flags != 0) co_return Error(ENOSYS);
  const InodePointer from = co_await tried(known(parent));
  const InodePointer to = co_await tried(known(new_parent));
  const GraphPointer graph = graph_;
  const Call call = call_of(request);
  EntryChange from_change(changes_, from);
  EntryChange to_change(changes_, to);
  const fop::Rename rename{.old_parent = from->gfid, .new_parent = to->gfid, .old_name = name, .new_name = new_name};
  const fop::Rename::Reply reply = co_await tried(graph->perform(call, rename));
  if (reply.iatt.is_directory()) ++removals_;  // it may have taken the place of another
  from_change.left(belief(reply.old_parent_after, request));
  to_change.left(belief(reply.new_parent_after, request));
  const InodePointer moved = inodes_.find(reply.iatt.gfid);
  if (moved) {
    ++moved->own_changes;
    inodes_.renamed(*moved, {parent, std::move(name)}, {new_parent, std::move(new_name)});
  }
  request.succeed();
  co_return done;
}

Task<> Front::readlink(Request& request, std::uint64_t number) {
  const InodePointer inode = co_await tried(known(number));
  const GraphPointer graph = graph_;
  const Call call = call_of(request);
  const fop::Readlink readlink{.gfid = inode->gfid, .size = 4096};
  const fop::Readlink::Reply reply = co_await tried(graph->perform(call, readlink));
  request.target(reply.target);
  co_return done;
}

}  // namespace mortar::fuse
