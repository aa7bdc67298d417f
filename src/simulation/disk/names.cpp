// The part of the simulated file system that makes, moves and removes names.
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>

#include "simulation/disk/simulated_file_system.h"

namespace mortar {

namespace {

constexpr std::uint32_t most_names = 65000;
constexpr std::uint32_t permission_bits = 07777;
constexpr std::uint32_t directory_bits = 01777;  // that mkdir heeds

}  // namespace

void SimulatedFileSystem::restore(DiskState state) {
  state_ = std::move(state);
  open_.clear();
}

Result<Done> SimulatedFileSystem::enter(std::string_view name, bool modifying, std::string_view text, int file) {
  ++calls_;
  if (modifying) ++modifying_calls_;
  auto open = open_.find(file);
  const DiskCall call{modifying ? modifying_calls_ : calls_, modifying, name, text,
                      open == open_.end() ? 0 : open->second.inode};
  for (const auto& hook : hooks_) {
    const int error = hook(call);
    if (error != 0) return failed(error);
  }
  auto failure = modifying ? failures_.find(modifying_calls_) : failures_.end();
  if (failure != failures_.end()) return failed(failure->second);
  return done;
}

bool SimulatedFileSystem::has_reader(InodeNumber number) const {
  for (const auto& [file, open] : open_) {
    if (open.inode == number && (open.flags & O_PATH) == 0 && (open.flags & O_ACCMODE) != O_WRONLY) return true;
  }
  return false;
}

bool SimulatedFileSystem::is_open(InodeNumber number) const {
  for (const auto& [file, open] : open_) {
    if (open.inode == number) return true;
  }
  return false;
}

OpenFile SimulatedFileSystem::hand_out(InodeNumber number, int flags) {
  open_[++last_file_] = Open{number, flags};
  return OpenFile(*this, last_file_);
}

void SimulatedFileSystem::close(int file) {
  auto found = open_.find(file);
  if (found == open_.end()) return;
  const InodeNumber number = found->second.inode;
  open_.erase(found);
  forget_unused(number);
}

void SimulatedFileSystem::forget_unused(InodeNumber number) {
  const Inode* inode = state_.tree().find(number);
  if (inode != nullptr && inode->attributes.links == 0 && !is_open(number)) state_.forget(number);
}

PutInode SimulatedFileSystem::changed_directory(InodeNumber number, int link_change) const {
  InodeAttributes changed = attributes(number);
  changed.links = static_cast<std::uint32_t>(static_cast<int>(changed.links) + link_change);
  changed.modified = changed.changed = now();
  return PutInode{number, changed, {}};
}

Result<InodeNumber> SimulatedFileSystem::create(const Place& place, std::uint32_t mode, std::uint64_t device,
                                                const std::string& target) {
  const InodeAttributes holder = attributes(place.directory);
  const bool directory = (mode & S_IFMT) == S_IFDIR;
  if (directory && free_pages() == 0) return failed(ENOSPC);
  InodeAttributes fresh{.mode = mode, .links = directory ? 2u : 1u, .rdev = device};
  fresh.accessed = fresh.modified = fresh.changed = now();
  fresh.size = directory ? page_size : target.size();
  if (directory) fresh.parent = place.directory;
  if ((holder.mode & S_ISGID) != 0) {
    fresh.gid = holder.gid;
    if (directory) fresh.mode |= S_ISGID;
  }
  const InodeNumber number = state_.new_number();
  state_.perform({PutInode{number, fresh, target}, PutEntry{place.directory, place.name, number},
                  changed_directory(place.directory, directory ? 1 : 0)});
  return number;
}

Result<OpenFile> SimulatedFileSystem::open(int directory, const std::string& name, int flags, std::uint32_t mode) {
  const bool creates = (flags & O_CREAT) != 0;
  const bool modifying = creates || (flags & O_TRUNC) != 0;
  if (Result<Done> entered = enter("open", modifying, name); !entered) return std::unexpected(entered.error());
  const bool exclusive = creates && (flags & O_EXCL) != 0;
  const bool follow = directory == no_directory && (flags & O_NOFOLLOW) == 0 && !exclusive;
  const bool slashes = creates && name.ends_with('/');
  Result<Place> place = walk(directory, slashes ? without_slashes(name) : name, follow ? Follow::yes : Follow::no);
  if (!place) return std::unexpected(place.error());
  if (slashes && !(place->is_dots && exclusive)) return failed(EISDIR);
  if (place->inode == 0) {
    if (!creates) return failed(ENOENT);
    if (attributes(place->directory).links == 0) return failed(ENOENT);
    Result<InodeNumber> made = create(*place, S_IFREG | (mode & permission_bits), 0, {});
    if (!made) return std::unexpected(made.error());
    return hand_out(*made, flags);
  }
  if (exclusive) return failed(EEXIST);
  const std::uint32_t type = attributes(place->inode).type();
  if (creates && type == S_IFDIR) return failed(EISDIR);
  if ((flags & O_DIRECTORY) != 0 && type != S_IFDIR) return failed(ENOTDIR);
  if ((flags & O_PATH) != 0) return hand_out(place->inode, flags);
  if (type == S_IFLNK) return failed(ELOOP);
  if (type == S_IFDIR && ((flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC) != 0)) return failed(EISDIR);
  if (type == S_IFSOCK || type == S_IFBLK || type == S_IFCHR) return failed(ENXIO);
  const bool unread = type == S_IFIFO && (flags & O_ACCMODE) == O_WRONLY && !has_reader(place->inode);
  if (unread && (flags & O_NONBLOCK) != 0) return failed(ENXIO);
  if (type == S_IFREG && (flags & O_TRUNC) != 0) {
    if (Result<Done> cut = resize(place->inode, 0); !cut) return std::unexpected(cut.error());
  }
  return hand_out(place->inode, flags);
}

Result<Done> SimulatedFileSystem::make_directory(int directory, const std::string& name, std::uint32_t mode) {
  if (Result<Done> entered = enter("make_directory", true, name); !entered) return entered;
  Result<Place> place = vacant(directory, name, true);
  if (!place) return std::unexpected(place.error());
  if (attributes(place->directory).links >= most_names) return failed(EMLINK);
  Result<InodeNumber> made = create(*place, S_IFDIR | (mode & directory_bits), 0, {});
  if (!made) return std::unexpected(made.error());
  return done;
}

Result<Done> SimulatedFileSystem::make_node(int directory, const std::string& name, std::uint32_t mode,
                                            std::uint64_t device) {
  if (Result<Done> entered = enter("make_node", true, name); !entered) return entered;
  const std::uint32_t type = (mode & S_IFMT) == 0 ? S_IFREG : mode & S_IFMT;
  if (type == S_IFDIR) return failed(EPERM);
  if (type == S_IFLNK) return failed(EINVAL);
  Result<Place> place = vacant(directory, name, false);
  if (!place) return std::unexpected(place.error());
  const bool is_device = type == S_IFBLK || type == S_IFCHR;
  Result<InodeNumber> made = create(*place, type | (mode & permission_bits), is_device ? device : 0, {});
  if (!made) return std::unexpected(made.error());
  return done;
}

Result<Done> SimulatedFileSystem::make_symlink(const std::string& target, int directory, const std::string& name) {
  if (Result<Done> entered = enter("make_symlink", true, name); !entered) return entered;
  if (target.empty()) return failed(ENOENT);
  if (target.size() >= page_size) return failed(ENAMETOOLONG);
  Result<Place> place = vacant(directory, name, false);
  if (!place) return std::unexpected(place.error());
  Result<InodeNumber> made = create(*place, S_IFLNK | 0777, 0, target);
  if (!made) return std::unexpected(made.error());
  return done;
}

Result<std::string> SimulatedFileSystem::read_symlink(int directory, const std::string& name) {
  if (Result<Done> entered = enter("read_symlink", false, name); !entered) return std::unexpected(entered.error());
  Result<Place> place = find(directory, name, Follow::no);
  if (!place) return std::unexpected(place.error());
  if (attributes(place->inode).type() != S_IFLNK) return failed(EINVAL);
  return state_.inode(place->inode).target;
}

Result<Done> SimulatedFileSystem::link(int from, const std::string& name, int to, const std::string& new_name) {
  if (Result<Done> entered = enter("link", true, new_name); !entered) return entered;
  Result<Place> old_place = find(from, name, Follow::no);
  if (!old_place) return std::unexpected(old_place.error());
  Result<Place> place = vacant(to, new_name, false);
  if (!place) return std::unexpected(place.error());
  InodeAttributes linked = attributes(old_place->inode);
  if (linked.type() == S_IFDIR) return failed(EPERM);
  if (linked.links >= most_names) return failed(EMLINK);
  ++linked.links;
  linked.changed = now();
  state_.perform({PutInode{old_place->inode, linked, {}}, PutEntry{place->directory, place->name, old_place->inode},
                  changed_directory(place->directory, 0)});
  return done;
}

void SimulatedFileSystem::lose_name(Transaction& transaction, InodeNumber number) const {
  InodeAttributes left = attributes(number);
  left.links = left.type() == S_IFDIR ? 0 : left.links - 1;
  left.changed = now();
  transaction.push_back(PutInode{number, left, {}});
}

Result<Done> SimulatedFileSystem::unlink(int directory, const std::string& name) {
  if (Result<Done> entered = enter("unlink", true, name); !entered) return entered;
  Result<Place> place = find(directory, without_slashes(name), Follow::no);
  if (!place) return std::unexpected(place.error());
  if (is_directory(place->inode)) return failed(EISDIR);
  if (name.ends_with('/')) return failed(ENOTDIR);
  Transaction transaction{DropEntry{place->directory, place->name}, changed_directory(place->directory, 0)};
  lose_name(transaction, place->inode);
  state_.perform(std::move(transaction));
  forget_unused(place->inode);
  return done;
}

Result<Done> SimulatedFileSystem::remove_directory(int directory, const std::string& name) {
  if (Result<Done> entered = enter("remove_directory", true, name); !entered) return entered;
  const std::string trimmed = without_slashes(name);
  Result<Place> place = find(directory, trimmed, Follow::no);
  if (!place) return std::unexpected(place.error());
  if (trimmed == "." || trimmed.ends_with("/.")) return failed(EINVAL);
  if (trimmed == ".." || trimmed.ends_with("/..")) return failed(ENOTEMPTY);
  if (place->is_dots) return failed(EBUSY);
  if (!is_directory(place->inode)) return failed(ENOTDIR);
  if (!state_.inode(place->inode).entries.empty()) return failed(ENOTEMPTY);
  Transaction transaction{DropEntry{place->directory, place->name}, changed_directory(place->directory, -1)};
  lose_name(transaction, place->inode);
  state_.perform(std::move(transaction));
  forget_unused(place->inode);
  return done;
}

Result<Done> SimulatedFileSystem::rename(int from, const std::string& name, int to, const std::string& new_name,
                                         unsigned flags) {
  if (Result<Done> entered = enter("rename", true, new_name); !entered) return entered;
  if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE)) != 0) return failed(EINVAL);
  if (flags == (RENAME_NOREPLACE | RENAME_EXCHANGE)) return failed(EINVAL);
  Result<Place> source = walk(from, without_slashes(name), Follow::no);
  if (!source) return std::unexpected(source.error());
  Result<Place> target = walk(to, without_slashes(new_name), Follow::no);
  if (!target) return std::unexpected(target.error());
  if (source->is_dots) return failed(EBUSY);
  if (target->is_dots) return failed((flags & RENAME_NOREPLACE) != 0 ? EEXIST : EBUSY);
  if (source->inode == 0) return failed(ENOENT);
  const bool exchanges = (flags & RENAME_EXCHANGE) != 0;
  if ((flags & RENAME_NOREPLACE) != 0 && target->inode != 0) return failed(EEXIST);
  if (exchanges && target->inode == 0) return failed(ENOENT);
  // Only directories are named with a slash behind.
  if (name.ends_with('/') && !is_directory(source->inode)) return failed(ENOTDIR);
  if (new_name.ends_with('/') && !is_directory(exchanges ? target->inode : source->inode)) return failed(ENOTDIR);
  if (attributes(target->directory).links == 0) return failed(ENOENT);
  if (is_directory(source->inode) && is_inside(target->directory, source->inode)) return failed(EINVAL);
  if (target->inode != 0 && is_directory(target->inode) && is_inside(source->directory, target->inode)) {
    return failed(exchanges ? EINVAL : ENOTEMPTY);
  }
  if (source->inode == target->inode) return done;
  if (exchanges) return exchange(*source, *target);
  if (Result<Done> checked = check_replaced(*source, *target); !checked) return checked;
  return replace(*source, *target);
}

Result<Done> SimulatedFileSystem::check_replaced(const Place& from, const Place& to) const {
  if (to.inode == 0) return done;
  const bool directory = is_directory(from.inode);
  if (directory && !is_directory(to.inode)) return failed(ENOTDIR);
  if (!directory && is_directory(to.inode)) return failed(EISDIR);
  if (directory && !state_.inode(to.inode).entries.empty()) return failed(ENOTEMPTY);
  return done;
}

Result<Done> SimulatedFileSystem::replace(const Place& from, const Place& to) {
  const bool directory = is_directory(from.inode);
  InodeAttributes moved = attributes(from.inode);
  moved.changed = now();
  if (directory) moved.parent = to.directory;
  const int lost = directory ? -1 : 0;
  const int gained = directory && to.inode == 0 ? 1 : 0;
  Transaction transaction{DropEntry{from.directory, from.name}, PutEntry{to.directory, to.name, from.inode},
                          PutInode{from.inode, moved, {}}};
  if (from.directory == to.directory) {
    transaction.push_back(changed_directory(from.directory, lost + gained));
  } else {
    transaction.push_back(changed_directory(from.directory, lost));
    transaction.push_back(changed_directory(to.directory, gained));
  }
  if (to.inode != 0) lose_name(transaction, to.inode);
  state_.perform(std::move(transaction));
  if (to.inode != 0) forget_unused(to.inode);
  return done;
}

Result<Done> SimulatedFileSystem::exchange(const Place& from, const Place& to) {
  const int from_gains = (is_directory(to.inode) ? 1 : 0) - (is_directory(from.inode) ? 1 : 0);
  Transaction transaction{PutEntry{from.directory, from.name, to.inode}, PutEntry{to.directory, to.name, from.inode}};
  const auto move = [&](InodeNumber number, InodeNumber parent) {
    InodeAttributes moved = attributes(number);
    moved.changed = now();
    if (moved.type() == S_IFDIR) moved.parent = parent;
    transaction.push_back(PutInode{number, moved, {}});
  };
  move(from.inode, to.directory);
  move(to.inode, from.directory);
  const bool same = from.directory == to.directory;
  transaction.push_back(changed_directory(from.directory, same ? 0 : from_gains));
  if (!same) transaction.push_back(changed_directory(to.directory, -from_gains));
  state_.perform(std::move(transaction));
  return done;
}

}  // namespace mortar
