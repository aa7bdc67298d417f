#include "translators/fuse/kernel_operations.h"

#include <algorithm>

#include "translators/fuse/front.h"

namespace mortar::fuse {
namespace {

CallbackContext& context_of(fuse_req_t request) { return *static_cast<CallbackContext*>(fuse_req_userdata(request)); }

Front& front_of(fuse_req_t request) { return context_of(request).front; }

std::uint64_t position(off_t offset) { return static_cast<std::uint64_t>(offset); }

std::uint64_t handle_of(const fuse_file_info* file) { return file == nullptr ? 0 : file->fh; }

void init(void* data, fuse_conn_info* connection) {
  const MountOptions& options = static_cast<CallbackContext*>(data)->front.options();
  // Not wanted: truncation at open (a truncation of its own carries the times), and the first version of leaving the
  // clearing of set-id bits to us, which does not say whose writes clear them (the second: privilege_flags.h).
  unsigned wanted = FUSE_CAP_ASYNC_READ | FUSE_CAP_POSIX_LOCKS | FUSE_CAP_FLOCK_LOCKS | FUSE_CAP_ASYNC_DIO |
                    FUSE_CAP_PARALLEL_DIROPS | FUSE_CAP_EXPORT_SUPPORT;
  if (options.invalidate_on_change) wanted |= FUSE_CAP_AUTO_INVAL_DATA;
  // With attributes to begin with, and on as long as they are used.
  if (options.readdir_with_attributes) wanted |= FUSE_CAP_READDIRPLUS | FUSE_CAP_READDIRPLUS_AUTO;
  if (options.writeback_cache) wanted |= FUSE_CAP_WRITEBACK_CACHE;
  // With ACLs the kernel checks them itself, and leaves the umask to us: a default ACL replaces it.
  if (options.acl) wanted |= FUSE_CAP_POSIX_ACL | FUSE_CAP_DONT_MASK;
  connection->want = wanted & connection->capable;
  connection->max_write = most_carried;
  connection->max_read = most_carried;
  connection->max_background = options.background_requests;
  connection->congestion_threshold = options.congestion_threshold.value_or(options.background_requests * 3 / 4);
  connection->time_gran = options.time_granularity;
}

void lookup(fuse_req_t request, fuse_ino_t parent, const char* name) {
  front_of(request).begin(request, &Front::lookup, parent, name);
}

void forget(fuse_req_t request, fuse_ino_t inode, std::uint64_t count) {
  front_of(request).forget(inode, count);
  fuse_reply_none(request);
}

void forget_multi(fuse_req_t request, std::size_t count, fuse_forget_data* forgets) {
  for (const fuse_forget_data& one : std::span(forgets, count)) front_of(request).forget(one.ino, one.nlookup);
  fuse_reply_none(request);
}

void getattr(fuse_req_t request, fuse_ino_t inode, fuse_file_info* file) {
  front_of(request).begin_with(handle_of(file), request, &Front::getattr, inode);
}

void setattr(fuse_req_t request, fuse_ino_t inode, struct stat* wanted, int to_set, fuse_file_info* file) {
  front_of(request).begin_with(handle_of(file), request, &Front::setattr, inode, *wanted, to_set,
                               context_of(request).clears_set_ids);
}

void readlink(fuse_req_t request, fuse_ino_t inode) { front_of(request).begin(request, &Front::readlink, inode); }

void mknod(fuse_req_t request, fuse_ino_t parent, const char* name, mode_t mode, dev_t device) {
  front_of(request).begin(request, &Front::mknod, parent, name, mode, device);
}

void mkdir(fuse_req_t request, fuse_ino_t parent, const char* name, mode_t mode) {
  front_of(request).begin(request, &Front::mkdir, parent, name, mode);
}

void unlink(fuse_req_t request, fuse_ino_t parent, const char* name) {
  front_of(request).begin(request, &Front::unlink, parent, name);
}

void rmdir(fuse_req_t request, fuse_ino_t parent, const char* name) {
  front_of(request).begin(request, &Front::rmdir, parent, name);
}

void symlink(fuse_req_t request, const char* target, fuse_ino_t parent, const char* name) {
  front_of(request).begin(request, &Front::symlink, target, parent, name);
}

void rename(fuse_req_t request, fuse_ino_t parent, const char* name, fuse_ino_t new_parent, const char* new_name,
            unsigned flags) {
  front_of(request).begin(request, &Front::rename, parent, name, new_parent, new_name, flags);
}

void link(fuse_req_t request, fuse_ino_t inode, fuse_ino_t parent, const char* name) {
  front_of(request).begin(request, &Front::link, inode, parent, name);
}

void open(fuse_req_t request, fuse_ino_t inode, fuse_file_info* file) {
  front_of(request).begin(request, &Front::open, inode, static_cast<std::uint32_t>(file->flags));
}

void read(fuse_req_t request, fuse_ino_t, std::size_t size, off_t offset, fuse_file_info* file) {
  front_of(request).begin_on(file->fh, request, &Front::read, size, position(offset), file->lock_owner);
}

void write(fuse_req_t request, fuse_ino_t, fuse_bufvec* data, off_t offset, fuse_file_info* file) {
  const fuse_buf& part = data->buf[0];
  CallbackContext& context = context_of(request);
  Slice bytes = context.buffers.keep(part.mem, part.size);
  context.front.begin_on(file->fh, request, &Front::write, std::move(bytes), position(offset), file->lock_owner,
                         context.clears_set_ids);
}

void flush(fuse_req_t request, fuse_ino_t, fuse_file_info* file) {
  front_of(request).begin_on(file->fh, request, &Front::flush, file->lock_owner);
}

void release(fuse_req_t request, fuse_ino_t, fuse_file_info* file) {
  front_of(request).begin_on(file->fh, request, &Front::release, file->flock_release != 0, file->lock_owner);
}

void fsync(fuse_req_t request, fuse_ino_t, int data_only, fuse_file_info* file) {
  front_of(request).begin_on(file->fh, request, &Front::fsync, data_only != 0);
}

void opendir(fuse_req_t request, fuse_ino_t inode, fuse_file_info* file) {
  front_of(request).begin(request, &Front::opendir, inode, static_cast<std::uint32_t>(file->flags));
}

void readdir(fuse_req_t request, fuse_ino_t, std::size_t size, off_t offset, fuse_file_info* file) {
  front_of(request).begin_on(file->fh, request, &Front::readdir, size, position(offset));
}

void readdirplus(fuse_req_t request, fuse_ino_t, std::size_t size, off_t offset, fuse_file_info* file) {
  front_of(request).begin_on(file->fh, request, &Front::readdirplus, size, position(offset));
}

void releasedir(fuse_req_t request, fuse_ino_t, fuse_file_info* file) {
  front_of(request).begin_on(file->fh, request, &Front::releasedir);
}

void fsyncdir(fuse_req_t request, fuse_ino_t, int data_only, fuse_file_info* file) {
  front_of(request).begin_on(file->fh, request, &Front::fsyncdir, data_only != 0);
}

void statfs(fuse_req_t request, fuse_ino_t inode) {
  front_of(request).begin(request, &Front::statfs, inode == 0 ? InodeTable::root_number : inode);
}

void setxattr(fuse_req_t request, fuse_ino_t inode, const char* name, const char* value, std::size_t size, int flags) {
  front_of(request).begin(request, &Front::setxattr, inode, name, Slice::copy(std::string_view(value, size)),
                          static_cast<std::uint32_t>(flags));
}

void getxattr(fuse_req_t request, fuse_ino_t inode, const char* name, std::size_t size) {
  front_of(request).begin(request, &Front::getxattr, inode, name, size);
}

void listxattr(fuse_req_t request, fuse_ino_t inode, std::size_t size) {
  front_of(request).begin(request, &Front::listxattr, inode, size);
}

void removexattr(fuse_req_t request, fuse_ino_t inode, const char* name) {
  front_of(request).begin(request, &Front::removexattr, inode, name);
}

void access(fuse_req_t request, fuse_ino_t inode, int mask) {
  front_of(request).begin(request, &Front::access, inode, static_cast<std::uint32_t>(mask));
}

void create(fuse_req_t request, fuse_ino_t parent, const char* name, mode_t mode, fuse_file_info* file) {
  front_of(request).begin(request, &Front::create, parent, name, mode, static_cast<std::uint32_t>(file->flags));
}

void getlk(fuse_req_t request, fuse_ino_t, fuse_file_info* file, struct flock* lock) {
  front_of(request).begin_on(file->fh, request, &Front::getlk, *lock, file->lock_owner);
}

void setlk(fuse_req_t request, fuse_ino_t, fuse_file_info* file, struct flock* lock, int wait) {
  front_of(request).begin_on(file->fh, request, &Front::setlk, *lock, file->lock_owner, wait != 0, true);
}

void flock(fuse_req_t request, fuse_ino_t, fuse_file_info* file, int operation) {
  struct flock lock{};
  lock.l_type = (operation & LOCK_SH) != 0 ? F_RDLCK : (operation & LOCK_EX) != 0 ? F_WRLCK : F_UNLCK;
  lock.l_pid = fuse_req_ctx(request)->pid;
  const bool wait = (operation & LOCK_NB) == 0;
  front_of(request).begin_on(file->fh, request, &Front::setlk, lock, file->lock_owner, wait, false);
}

void fallocate(fuse_req_t request, fuse_ino_t, int mode, off_t offset, off_t size, fuse_file_info* file) {
  front_of(request).begin_on(file->fh, request, &Front::fallocate, mode, position(offset), position(size));
}

void copy_file_range(fuse_req_t request, fuse_ino_t, off_t from_offset, fuse_file_info* from, fuse_ino_t,
                     off_t to_offset, fuse_file_info* to, std::size_t size, int) {
  front_of(request).begin_on(from->fh, request, &Front::copy_file_range, position(from_offset), to->fh,
                             position(to_offset), size);
}

void lseek(fuse_req_t request, fuse_ino_t, off_t offset, int whence, fuse_file_info* file) {
  front_of(request).begin_on(file->fh, request, &Front::lseek, position(offset), whence);
}

}  // namespace

// Without bmap, ioctl and poll: the kernel answers those itself.
const fuse_lowlevel_ops kernel_operations = {
    .init = init,
    .lookup = lookup,
    .forget = forget,
    .getattr = getattr,
    .setattr = setattr,
    .readlink = readlink,
    .mknod = mknod,
    .mkdir = mkdir,
    .unlink = unlink,
    .rmdir = rmdir,
    .symlink = symlink,
    .rename = rename,
    .link = link,
    .open = open,
    .read = read,
    .flush = flush,
    .release = release,
    .fsync = fsync,
    .opendir = opendir,
    .readdir = readdir,
    .releasedir = releasedir,
    .fsyncdir = fsyncdir,
    .statfs = statfs,
    .setxattr = setxattr,
    .getxattr = getxattr,
    .listxattr = listxattr,
    .removexattr = removexattr,
    .access = access,
    .create = create,
    .getlk = getlk,
    .setlk = setlk,
    .write_buf = write,
    .forget_multi = forget_multi,
    .flock = flock,
    .fallocate = fallocate,
    .readdirplus = readdirplus,
    .copy_file_range = copy_file_range,
    .lseek = lseek,
};

}  // namespace mortar::fuse
