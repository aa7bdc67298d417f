#include "runtime/real_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <climits>
#include <cstring>
#include <optional>
#include <string_view>

namespace mortar {

namespace {

std::atomic<std::uint64_t> call_count{0};

// Makes one system call, anew where a signal came first.
template <class Call>
auto counted(Call call) {
  call_count.fetch_add(1, std::memory_order_relaxed);
  auto answer = call();
  while (answer < 0 && errno == EINTR) answer = call();
  return answer;
}

template <class Call>
Result<Done> outcome(Call call) {
  if (counted(call) < 0) return failed(errno);
  return done;
}

template <class Call>
Result<std::size_t> amount(Call call) {
  const auto answer = counted(call);
  if (answer < 0) return failed(errno);
  return static_cast<std::size_t>(answer);
}

Moment moment_of(const statx_timestamp& time) { return {time.tv_sec, time.tv_nsec}; }

Result<FileStatus> status_at(int directory, const char* name, int flags) {
  struct statx found;
  const int all = flags | AT_STATX_SYNC_AS_STAT | AT_NO_AUTOMOUNT;
  if (counted([&] { return ::statx(directory, name, all, STATX_BASIC_STATS, &found); }) < 0) return failed(errno);
  return FileStatus{.inode = found.stx_ino,
                    .device = makedev(found.stx_dev_major, found.stx_dev_minor),
                    .rdev = makedev(found.stx_rdev_major, found.stx_rdev_minor),
                    .size = found.stx_size,
                    .blocks = found.stx_blocks,
                    .mode = found.stx_mode,
                    .links = found.stx_nlink,
                    .uid = found.stx_uid,
                    .gid = found.stx_gid,
                    .block_size = found.stx_blksize,
                    .accessed = moment_of(found.stx_atime),
                    .modified = moment_of(found.stx_mtime),
                    .changed = moment_of(found.stx_ctime)};
}

timespec time_of(const Moment* moment) {
  if (moment == nullptr) return {.tv_sec = 0, .tv_nsec = UTIME_OMIT};
  return {.tv_sec = moment->seconds, .tv_nsec = moment->nanoseconds};
}

// The xattr calls that do not follow a link want a path: this one leads through the directory's descriptor, so nothing
// that is renamed above it matters.
class XattrPath {
 public:
  XattrPath(int directory, const std::string& name) {
    if (directory == FileSystem::no_directory) {
      path_.append(name);
    } else {
      fmt::format_to(std::back_inserter(path_), "/proc/self/fd/{}/{}", directory, name);
    }
    path_.push_back('\0');
  }
  const char* text() const { return path_.data(); }

 private:
  fmt::memory_buffer path_;
};

// Since 6.13 the kernel has calls that take a directory and a name, which spares it the way through /proc. Their
// numbers and structure are newer than the headers that this is built with.
namespace at_calls {
constexpr long set = 463, get = 464, list = 465, remove = 466;
struct Value {
  std::uint64_t address = 0;
  std::uint32_t size = 0;
  std::uint32_t flags = 0;
};
std::atomic<bool> missing{false};
}  // namespace at_calls

// Makes the newer call where the kernel has it, else the older one with a path.
template <class Older, class... Arguments>
ssize_t at_or_by_path(Older older, long number, int directory, const std::string& name, Arguments... arguments) {
  if (directory >= 0 && !at_calls::missing.load(std::memory_order_relaxed)) {
    const long answer = ::syscall(number, directory, name.c_str(), AT_SYMLINK_NOFOLLOW, arguments...);
    if (answer >= 0 || errno != ENOSYS) return answer;
    at_calls::missing.store(true, std::memory_order_relaxed);
  }
  const XattrPath path(directory, name);
  return older(path.text());
}

// What a call gives that fills a buffer and answers ERANGE where that is too small, its size where it is empty.
// Most values are small, so the first try goes to the stack; a value may grow between asking its size and getting it.
template <class Fill>
Result<std::string> of_unknown_size(Fill fill) {
  std::array<char, 4096> small;
  const ssize_t quick = counted([&] { return fill(small.data(), small.size()); });
  if (quick >= 0) return std::string(small.data(), static_cast<std::size_t>(quick));
  while (errno == ERANGE) {
    const ssize_t size = counted([&] { return fill(nullptr, 0); });
    if (size < 0) break;
    std::string value(static_cast<std::size_t>(size) + 1, '\0');
    const ssize_t got = counted([&] { return fill(value.data(), value.size()); });
    if (got < 0) continue;
    value.resize(static_cast<std::size_t>(got));
    return value;
  }
  return failed(errno);
}

Result<std::vector<std::string>> split_names(Result<std::string> names) {
  if (!names) return std::unexpected(names.error());
  std::vector<std::string> split;
  for (std::size_t start = 0; start < names->size();) {
    const std::size_t end = names->find('\0', start);
    split.push_back(names->substr(start, end - start));
    start += split.back().size() + 1;
  }
  return split;
}

// fchmodat2 exists since Linux 6.6; the C library's substitute makes three calls.
int change_mode_at(int directory, const char* name, mode_t mode) {
  constexpr long number_of_fchmodat2 = 452;
  static std::atomic<bool> known{true};
  if (known.load(std::memory_order_relaxed)) {
    const long answer = ::syscall(number_of_fchmodat2, directory, name, mode, AT_SYMLINK_NOFOLLOW);
    if (answer == 0 || errno != ENOSYS) return static_cast<int>(answer);
    known.store(false, std::memory_order_relaxed);
  }
  return ::fchmodat(directory, name, mode, AT_SYMLINK_NOFOLLOW);
}

// Bytes that a line of /proc/meminfo tells of: "Dirty:    120 kB".
std::optional<std::uint64_t> told_bytes(std::string_view lines, std::string_view name) {
  const std::size_t begin = lines.find(name);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::size_t digits = lines.find_first_not_of(' ', begin + name.size());
  if (digits == std::string_view::npos) return std::nullopt;
  std::uint64_t kilobytes = 0;
  const auto [end, problem] = std::from_chars(lines.data() + digits, lines.data() + lines.size(), kilobytes);
  if (problem != std::errc()) return std::nullopt;
  return kilobytes * 1024;
}

// What has been written on this machine and is not on a disk yet, in bytes.
std::optional<std::uint64_t> waiting_for_disks() {
  const int file = counted([] { return ::open("/proc/meminfo", O_RDONLY | O_CLOEXEC); });
  if (file < 0) return std::nullopt;
  std::array<char, 4096> text;
  const ssize_t size = counted([&] { return ::read(file, text.data(), text.size()); });
  ::close(file);
  if (size < 0) return std::nullopt;
  const std::string_view lines(text.data(), static_cast<std::size_t>(size));
  const std::optional<std::uint64_t> dirty = told_bytes(lines, "\nDirty:");
  const std::optional<std::uint64_t> on_the_way = told_bytes(lines, "\nWriteback:");
  if (!dirty || !on_the_way) return std::nullopt;
  return *dirty + *on_the_way;
}

}  // namespace

std::uint64_t RealFileSystem::calls() { return call_count.load(std::memory_order_relaxed); }

Result<OpenFile> RealFileSystem::open(int directory, const std::string& name, int flags, std::uint32_t mode) {
  const int added = directory == no_directory ? O_CLOEXEC : O_CLOEXEC | O_NOFOLLOW;
  const int file = counted([&] { return ::openat(directory, name.c_str(), flags | added, mode); });
  if (file < 0) return failed(errno);
  return OpenFile(*this, file);
}

void RealFileSystem::close(int file) {
  call_count.fetch_add(1, std::memory_order_relaxed);
  ::close(file);
}

Result<FileStatus> RealFileSystem::status(int directory, const std::string& name) {
  return status_at(directory, name.c_str(), AT_SYMLINK_NOFOLLOW);
}

Result<FileStatus> RealFileSystem::status(int file) { return status_at(file, "", AT_EMPTY_PATH); }

Result<FileSystemStatus> RealFileSystem::file_system_status(int file) {
  struct statvfs found;
  if (counted([&] { return ::fstatvfs(file, &found); }) < 0) return failed(errno);
  return FileSystemStatus{.block_size = found.f_bsize,
                          .fragment_size = found.f_frsize,
                          .blocks = found.f_blocks,
                          .free = found.f_bfree,
                          .available = found.f_bavail,
                          .files = found.f_files,
                          .files_free = found.f_ffree,
                          .files_available = found.f_favail,
                          .id = found.f_fsid,
                          .flags = found.f_flag,
                          .name_max = found.f_namemax};
}

Result<Done> RealFileSystem::make_directory(int directory, const std::string& name, std::uint32_t mode) {
  return outcome([&] { return ::mkdirat(directory, name.c_str(), mode); });
}

Result<Done> RealFileSystem::make_node(int directory, const std::string& name, std::uint32_t mode,
                                       std::uint64_t device) {
  return outcome([&] { return ::mknodat(directory, name.c_str(), mode, device); });
}

Result<Done> RealFileSystem::make_symlink(const std::string& target, int directory, const std::string& name) {
  return outcome([&] { return ::symlinkat(target.c_str(), directory, name.c_str()); });
}

Result<std::string> RealFileSystem::read_symlink(int directory, const std::string& name) {
  std::array<char, PATH_MAX> target;
  const ssize_t size = counted([&] { return ::readlinkat(directory, name.c_str(), target.data(), target.size()); });
  if (size < 0) return failed(errno);
  return std::string(target.data(), static_cast<std::size_t>(size));
}

Result<Done> RealFileSystem::link(int from, const std::string& name, int to, const std::string& new_name) {
  return outcome([&] { return ::linkat(from, name.c_str(), to, new_name.c_str(), 0); });
}

Result<Done> RealFileSystem::rename(int from, const std::string& name, int to, const std::string& new_name,
                                    unsigned flags) {
  return outcome([&] { return ::syscall(SYS_renameat2, from, name.c_str(), to, new_name.c_str(), flags); });
}

Result<Done> RealFileSystem::unlink(int directory, const std::string& name) {
  return outcome([&] { return ::unlinkat(directory, name.c_str(), 0); });
}

Result<Done> RealFileSystem::remove_directory(int directory, const std::string& name) {
  return outcome([&] { return ::unlinkat(directory, name.c_str(), AT_REMOVEDIR); });
}

Result<Done> RealFileSystem::change_mode(int directory, const std::string& name, std::uint32_t mode) {
  return outcome([&] { return change_mode_at(directory, name.c_str(), mode); });
}

Result<Done> RealFileSystem::change_mode(int file, std::uint32_t mode) {
  return outcome([&] { return ::fchmod(file, mode); });
}

Result<Done> RealFileSystem::change_owner(int directory, const std::string& name, std::uint32_t uid,
                                          std::uint32_t gid) {
  return outcome([&] { return ::fchownat(directory, name.c_str(), uid, gid, AT_SYMLINK_NOFOLLOW); });
}

Result<Done> RealFileSystem::change_owner(int file, std::uint32_t uid, std::uint32_t gid) {
  return outcome([&] { return ::fchown(file, uid, gid); });
}

Result<Done> RealFileSystem::change_times(int directory, const std::string& name, const Moment* accessed,
                                          const Moment* modified) {
  const std::array times{time_of(accessed), time_of(modified)};
  return outcome([&] { return ::utimensat(directory, name.c_str(), times.data(), AT_SYMLINK_NOFOLLOW); });
}

Result<Done> RealFileSystem::change_times(int file, const Moment* accessed, const Moment* modified) {
  const std::array times{time_of(accessed), time_of(modified)};
  return outcome([&] { return ::futimens(file, times.data()); });
}

Result<std::string> RealFileSystem::get_xattr(int file, const char* key) {
  return of_unknown_size([&](char* into, std::size_t size) { return ::fgetxattr(file, key, into, size); });
}

Result<std::string> RealFileSystem::get_xattr(int directory, const std::string& name, const char* key) {
  return of_unknown_size([&](char* into, std::size_t size) {
    const at_calls::Value value{reinterpret_cast<std::uintptr_t>(into), static_cast<std::uint32_t>(size), 0};
    return at_or_by_path([&](const char* path) { return ::lgetxattr(path, key, into, size); }, at_calls::get, directory,
                         name, key, &value, sizeof value);
  });
}

Result<Done> RealFileSystem::set_xattr(int file, const char* key, Bytes value, int flags) {
  return outcome([&] { return ::fsetxattr(file, key, value.data(), value.size(), flags); });
}

Result<Done> RealFileSystem::set_xattr(int directory, const std::string& name, const char* key, Bytes value,
                                       int flags) {
  const at_calls::Value given{reinterpret_cast<std::uintptr_t>(value.data()), static_cast<std::uint32_t>(value.size()),
                              static_cast<std::uint32_t>(flags)};
  return outcome([&] {
    return at_or_by_path([&](const char* path) { return ::lsetxattr(path, key, value.data(), value.size(), flags); },
                         at_calls::set, directory, name, key, &given, sizeof given);
  });
}

Result<Done> RealFileSystem::remove_xattr(int file, const char* key) {
  return outcome([&] { return ::fremovexattr(file, key); });
}

Result<Done> RealFileSystem::remove_xattr(int directory, const std::string& name, const char* key) {
  return outcome([&] {
    return at_or_by_path([&](const char* path) { return ::lremovexattr(path, key); }, at_calls::remove, directory, name,
                         key);
  });
}

Result<std::vector<std::string>> RealFileSystem::list_xattrs(int file) {
  return split_names(of_unknown_size([&](char* into, std::size_t size) { return ::flistxattr(file, into, size); }));
}

Result<std::vector<std::string>> RealFileSystem::list_xattrs(int directory, const std::string& name) {
  return split_names(of_unknown_size([&](char* into, std::size_t size) {
    return at_or_by_path([&](const char* path) { return ::llistxattr(path, into, size); }, at_calls::list, directory,
                         name, into, size);
  }));
}

Result<std::size_t> RealFileSystem::read(int file, std::span<std::byte> into, std::uint64_t offset) {
  return amount([&] { return ::pread(file, into.data(), into.size(), static_cast<off_t>(offset)); });
}

Result<std::size_t> RealFileSystem::write(int file, Bytes from, std::uint64_t offset) {
  return amount([&] { return ::pwrite(file, from.data(), from.size(), static_cast<off_t>(offset)); });
}

Result<std::size_t> RealFileSystem::append(int file, Bytes from) {
  // The system takes the memory as writable in its structure, and only reads it.
  const iovec piece{.iov_base = const_cast<std::byte*>(from.data()), .iov_len = from.size()};
  return amount([&] { return ::pwritev2(file, &piece, 1, 0, RWF_APPEND); });
}

Result<Done> RealFileSystem::truncate(int file, std::uint64_t size) {
  return outcome([&] { return ::ftruncate(file, static_cast<off_t>(size)); });
}

Result<Done> RealFileSystem::allocate(int file, int mode, std::uint64_t offset, std::uint64_t size) {
  return outcome([&] { return ::fallocate(file, mode, static_cast<off_t>(offset), static_cast<off_t>(size)); });
}

Result<std::uint64_t> RealFileSystem::seek(int file, std::uint64_t offset, int whence) {
  const off_t place = counted([&] { return ::lseek(file, static_cast<off_t>(offset), whence); });
  if (place < 0) return failed(errno);
  return static_cast<std::uint64_t>(place);
}

Result<std::size_t> RealFileSystem::copy_range(int from, std::uint64_t from_offset, int to, std::uint64_t to_offset,
                                               std::size_t size) {
  off_t source = static_cast<off_t>(from_offset);
  off_t target = static_cast<off_t>(to_offset);
  return amount([&] { return ::copy_file_range(from, &source, to, &target, size, 0); });
}

Result<Done> RealFileSystem::sync(int file, bool data_only) {
  return outcome([&] { return data_only ? ::fdatasync(file) : ::fsync(file); });
}

Result<Done> RealFileSystem::sync_all(int file) {
  return outcome([&] { return ::syncfs(file); });
}

bool RealFileSystem::syncs_well_as_a_whole(int file) {
  struct statfs found;
  if (counted([&] { return ::fstatfs(file, &found); }) < 0) return false;
  // Others, those in user space among them, may answer before their disks have it.
  constexpr std::array known{XFS_SUPER_MAGIC, EXT4_SUPER_MAGIC, static_cast<int>(BTRFS_SUPER_MAGIC), TMPFS_MAGIC};
  if (std::ranges::find(known, static_cast<int>(found.f_type)) == known.end()) return false;
  constexpr std::uint64_t most_waiting = 64 << 20;
  const std::optional<std::uint64_t> waiting = waiting_for_disks();
  return waiting && *waiting <= most_waiting;
}

Result<std::vector<DirectoryEntry>> RealFileSystem::read_directory(int directory, std::uint64_t offset) {
  alignas(dirent64) std::array<char, 32768> records;
  const off_t place = counted([&] { return ::lseek(directory, static_cast<off_t>(offset), SEEK_SET); });
  if (place < 0) return failed(errno);
  const ssize_t filled = counted([&] { return ::getdents64(directory, records.data(), records.size()); });
  if (filled < 0) return failed(errno);
  std::vector<DirectoryEntry> entries;
  for (const char* at = records.data(); at < records.data() + filled;) {
    const auto* record = reinterpret_cast<const dirent64*>(at);
    entries.push_back({.inode = record->d_ino,
                       .offset = static_cast<std::uint64_t>(record->d_off),
                       .type = record->d_type,
                       .name = record->d_name});
    at += record->d_reclen;
  }
  return entries;
}

}  // namespace mortar
