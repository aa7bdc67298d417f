// The part of the simulated file system that reads and writes content and lists directories.
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <sys/stat.h>

#include <algorithm>

#include "simulation/disk/simulated_file_system.h"

namespace mortar {

namespace {

constexpr std::uint64_t largest_offset = ~std::uint64_t{0} >> 1;
constexpr std::uint64_t largest_file = (std::uint64_t{1} << 44) - page_size;
constexpr std::size_t entries_per_call = 64;

int type_error(std::uint32_t type) {
  if (type == S_IFDIR) return EISDIR;
  return type == S_IFREG ? 0 : EINVAL;
}

std::uint8_t entry_type(std::uint32_t type) { return static_cast<std::uint8_t>(type >> 12); }

}  // namespace

Result<std::size_t> SimulatedFileSystem::read(int file, std::span<std::byte> into, std::uint64_t offset) {
  if (Result<Done> entered = enter("read", false, {}, file); !entered) return std::unexpected(entered.error());
  if (Result<Done> fit = seekable(file); !fit) return std::unexpected(fit.error());
  Result<InodeNumber> number = readable(file);
  if (!number) return std::unexpected(number.error());
  const InodeAttributes read_from = attributes(*number);
  if (const int error = type_error(read_from.type()); error != 0) return failed(error);
  if (offset > largest_offset) return failed(EINVAL);
  if (offset >= read_from.size) return 0;
  const std::size_t size = std::min<std::uint64_t>(into.size(), read_from.size - offset);
  state_.data(*number).read(into.first(size), offset);
  return size;
}

Result<std::size_t> SimulatedFileSystem::write_at(InodeNumber number, int flags, Bytes from, std::uint64_t offset) {
  InodeAttributes written = attributes(number);
  if (const int error = type_error(written.type()); error != 0) return failed(error);
  if (offset > largest_offset) return failed(EINVAL);
  if (from.empty()) return 0;
  if (offset >= largest_file) return failed(EFBIG);
  std::size_t size = std::min<std::uint64_t>(from.size(), largest_file - offset);
  const std::uint64_t free = free_pages();
  while (size != 0 && state_.data(number).pages_needed(offset, offset + size) > free) {
    // As many whole pages as there is room for.
    const std::uint64_t last_page = (offset + size - 1) / page_size * page_size;
    size = last_page > offset ? static_cast<std::size_t>(last_page - offset) : 0;
  }
  if (size == 0) return failed(ENOSPC);
  state_.change_data(number).write(from.first(size), offset);
  written.size = std::max(written.size, offset + size);
  written.modified = written.changed = now();
  put(number, written);
  const bool forced = (flags & O_DSYNC) != 0;
  if (forced || state_.data(number).has_long_history()) {
    if (Result<Done> forced_out = synced(number, false); !forced_out) return std::unexpected(forced_out.error());
  }
  return size;
}

Result<std::size_t> SimulatedFileSystem::write(int file, Bytes from, std::uint64_t offset) {
  if (Result<Done> entered = enter("write", true, as_text(from), file); !entered) {
    return std::unexpected(entered.error());
  }
  if (Result<Done> fit = seekable(file); !fit) return std::unexpected(fit.error());
  Result<InodeNumber> number = writable(file);
  if (!number) return std::unexpected(number.error());
  const int flags = open_.at(file).flags;
  return write_at(*number, flags, from, (flags & O_APPEND) != 0 ? attributes(*number).size : offset);
}

Result<std::size_t> SimulatedFileSystem::append(int file, Bytes from) {
  if (Result<Done> entered = enter("append", true, as_text(from), file); !entered) {
    return std::unexpected(entered.error());
  }
  if (Result<Done> fit = seekable(file); !fit) return std::unexpected(fit.error());
  Result<InodeNumber> number = writable(file);
  if (!number) return std::unexpected(number.error());
  return write_at(*number, open_.at(file).flags, from, attributes(*number).size);
}

Result<Done> SimulatedFileSystem::resize(InodeNumber number, std::uint64_t size) {
  InodeAttributes resized = attributes(number);
  if (size > largest_offset) return failed(EINVAL);
  if (size > largest_file) return failed(EFBIG);
  if (size < resized.size) state_.change_data(number).cut(size, ~std::uint64_t{0}, state_.next_transaction());
  resized.size = size;
  resized.modified = resized.changed = now();
  put(number, resized);
  return done;
}

Result<Done> SimulatedFileSystem::truncate(int file, std::uint64_t size) {
  if (Result<Done> entered = enter("truncate", true, {}, file); !entered) return entered;
  Result<Open> open = opened(file);
  if (!open) return std::unexpected(open.error());
  if ((open->flags & O_PATH) != 0) return failed(EBADF);
  const bool wrong = (open->flags & O_ACCMODE) == O_RDONLY || attributes(open->inode).type() != S_IFREG;
  if (wrong) return failed(EINVAL);
  return resize(open->inode, size);
}

Result<Done> SimulatedFileSystem::allocate(int file, int mode, std::uint64_t offset, std::uint64_t size) {
  if (Result<Done> entered = enter("allocate", true, {}, file); !entered) return entered;
  if (Result<InodeNumber> any = for_attributes(file); !any) return std::unexpected(any.error());
  if (offset > largest_offset || size == 0 || size > largest_offset) return failed(EINVAL);
  constexpr int keep = FALLOC_FL_KEEP_SIZE;
  const bool punches = mode == (FALLOC_FL_PUNCH_HOLE | keep);
  const bool zeroes = mode == FALLOC_FL_ZERO_RANGE || mode == (FALLOC_FL_ZERO_RANGE | keep);
  if (!punches && !zeroes && mode != 0 && mode != keep) return failed(EOPNOTSUPP);
  Result<InodeNumber> number = writable(file);
  if (!number) return std::unexpected(number.error());
  InodeAttributes changed = attributes(*number);
  if (changed.type() == S_IFIFO) return failed(ESPIPE);
  if (changed.type() != S_IFREG) return failed(ENODEV);
  const std::uint64_t end = offset + size;
  if (end > largest_file) return failed(EFBIG);
  FileData& data = state_.change_data(*number);
  if (!punches && data.pages_needed(offset, end) > free_pages()) return failed(ENOSPC);
  if (punches || zeroes) data.cut(offset, end, state_.next_transaction());
  if (!punches) data.allocate(offset, end);
  if ((mode & keep) == 0) changed.size = std::max(changed.size, end);
  changed.modified = changed.changed = now();
  put(*number, changed);
  return done;
}

Result<std::uint64_t> SimulatedFileSystem::seek(int file, std::uint64_t offset, int whence) {
  if (Result<Done> entered = enter("seek", false, {}, file); !entered) return std::unexpected(entered.error());
  Result<InodeNumber> number = for_attributes(file);
  if (!number) return std::unexpected(number.error());
  const std::uint64_t size = attributes(*number).size;
  if (whence == SEEK_END) return size + offset;
  if (whence == SEEK_SET) return offset;
  if (whence != SEEK_DATA && whence != SEEK_HOLE) return failed(EINVAL);
  if (attributes(*number).type() != S_IFREG) return failed(EINVAL);
  if (offset >= size) return failed(ENXIO);
  if (whence == SEEK_HOLE) return state_.data(*number).next_hole(offset, size);
  const std::uint64_t data = state_.data(*number).next_data(offset, size);
  if (data >= size) return failed(ENXIO);
  return data;
}

Result<std::size_t> SimulatedFileSystem::copy_range(int from, std::uint64_t from_offset, int to,
                                                    std::uint64_t to_offset, std::size_t size) {
  if (Result<Done> entered = enter("copy_range", true, {}, to); !entered) return std::unexpected(entered.error());
  for (int file : {from, to}) {
    if (Result<InodeNumber> number = for_attributes(file); !number) return std::unexpected(number.error());
  }
  const std::uint32_t types[] = {attributes(open_.at(from).inode).type(), attributes(open_.at(to).inode).type()};
  if (types[0] == S_IFDIR || types[1] == S_IFDIR) return failed(EISDIR);
  if (types[0] != S_IFREG || types[1] != S_IFREG) return failed(EINVAL);
  Result<InodeNumber> source = readable(from);
  if (!source) return std::unexpected(source.error());
  Result<InodeNumber> target = writable(to);
  if (!target) return std::unexpected(target.error());
  if ((open_.at(to).flags & O_APPEND) != 0) return failed(EBADF);
  const std::uint64_t source_size = attributes(*source).size;
  if (from_offset >= source_size || size == 0) return 0;
  size = std::min<std::uint64_t>(size, source_size - from_offset);
  const bool overlaps = *source == *target && from_offset < to_offset + size && to_offset < from_offset + size;
  if (overlaps) return failed(EINVAL);
  std::vector<std::byte> copied(size);
  state_.data(*source).read(copied, from_offset);
  return write_at(*target, open_.at(to).flags, copied, to_offset);
}

Result<Done> SimulatedFileSystem::synced(InodeNumber number, bool data_only) {
  state_.sync_data(number);
  // The journal is written as a whole, unless only data was asked for and none of it needs the journal to be found.
  if (!data_only || state_.layout_unsynced(number)) state_.commit();
  return done;
}

Result<Done> SimulatedFileSystem::sync(int file, bool data_only) {
  if (Result<Done> entered = enter("sync", true, {}, file); !entered) return entered;
  Result<InodeNumber> number = for_attributes(file);
  if (!number) return std::unexpected(number.error());
  if (attributes(*number).type() == S_IFIFO) return failed(EINVAL);
  return synced(*number, data_only);
}

Result<Done> SimulatedFileSystem::sync_all(int file) {
  if (Result<Done> entered = enter("sync_all", true, {}, file); !entered) return entered;
  if (Result<InodeNumber> number = for_attributes(file); !number) return std::unexpected(number.error());
  state_.sync_everything();
  return done;
}

Result<std::vector<DirectoryEntry>> SimulatedFileSystem::read_directory(int directory, std::uint64_t offset) {
  if (Result<Done> entered = enter("read_directory", false, {}, directory); !entered) {
    return std::unexpected(entered.error());
  }
  Result<InodeNumber> number = readable(directory);
  if (!number) return std::unexpected(number.error());
  if (!is_directory(*number)) return failed(ENOTDIR);
  const Inode& inode = state_.inode(*number);
  std::vector<DirectoryEntry> entries;
  // A removed directory has not even these.
  if (inode.attributes.links == 0) return entries;
  if (offset < 1) entries.push_back({*number, 1, entry_type(S_IFDIR), "."});
  if (offset < 2) entries.push_back({inode.attributes.parent, 2, entry_type(S_IFDIR), ".."});
  for (auto place = inode.listing.upper_bound(offset); place != inode.listing.end(); ++place) {
    if (entries.size() >= entries_per_call) break;
    const InodeNumber found = inode.entries.at(place->second).inode;
    entries.push_back({found, place->first, entry_type(attributes(found).type()), place->second});
  }
  return entries;
}

}  // namespace mortar
