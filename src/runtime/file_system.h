// A file system as posix storage uses it: the system calls, one to one, nothing more. They block; who calls them
// decides where. The simulated twin keeps what was synced apart from what was not and can stop between any two calls.
//
// Names are relative to a directory handle. Nothing follows a symbolic link in the last component unless it says so.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/iatt.h"
#include "base/result.h"

namespace mortar {

// What statx tells, in the system's own terms.
struct FileStatus {
  std::uint64_t inode = 0;
  std::uint64_t device = 0;
  std::uint64_t rdev = 0;
  std::uint64_t size = 0;
  std::uint64_t blocks = 0;  // of 512 bytes
  std::uint32_t mode = 0;
  std::uint32_t links = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t block_size = 0;
  Moment accessed;
  Moment modified;
  Moment changed;
  bool is_regular() const { return (mode & type_mask) == 0100000; }
  bool is_directory() const { return (mode & type_mask) == 0040000; }
  bool is_symlink() const { return (mode & type_mask) == 0120000; }
  friend bool operator==(const FileStatus&, const FileStatus&) = default;

 private:
  static constexpr std::uint32_t type_mask = 0170000;
};

struct FileSystemStatus {
  std::uint64_t block_size = 0, fragment_size = 0, blocks = 0, free = 0, available = 0;
  std::uint64_t files = 0, files_free = 0, files_available = 0, id = 0, flags = 0, name_max = 0;
};

struct DirectoryEntry {
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;  // the position behind this entry
  std::uint8_t type = 0;     // DT_*
  std::string name;
};

// An open file or directory; closes when it dies. -1 stands for none.
class OpenFile {
 public:
  OpenFile() = default;
  OpenFile(class FileSystem& files, int number) : files_(&files), number_(number) {}
  OpenFile(OpenFile&& other) noexcept : files_(other.files_), number_(std::exchange(other.number_, -1)) {}
  OpenFile& operator=(OpenFile&& other) noexcept;
  ~OpenFile() { close(); }
  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  void close();

 private:
  class FileSystem* files_ = nullptr;
  int number_ = -1;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // Stands for "the name is an absolute path".
  static constexpr int no_directory = -100;

  // Flags are those of open(2); O_CLOEXEC and O_NOFOLLOW are added (but not for an absolute path, which an
  // administrator gave and which may lead through links).
  virtual Result<OpenFile> open(int directory, const std::string& name, int flags, std::uint32_t mode) = 0;
  virtual void close(int file) = 0;
  virtual Result<FileStatus> status(int directory, const std::string& name) = 0;
  virtual Result<FileStatus> status(int file) = 0;
  virtual Result<FileSystemStatus> file_system_status(int file) = 0;

  virtual Result<Done> make_directory(int directory, const std::string& name, std::uint32_t mode) = 0;
  virtual Result<Done> make_node(int directory, const std::string& name, std::uint32_t mode, std::uint64_t device) = 0;
  virtual Result<Done> make_symlink(const std::string& target, int directory, const std::string& name) = 0;
  virtual Result<std::string> read_symlink(int directory, const std::string& name) = 0;
  virtual Result<Done> link(int from, const std::string& name, int to, const std::string& new_name) = 0;
  // Flags are those of renameat2(2).
  virtual Result<Done> rename(int from, const std::string& name, int to, const std::string& new_name,
                              unsigned flags) = 0;
  virtual Result<Done> unlink(int directory, const std::string& name) = 0;
  virtual Result<Done> remove_directory(int directory, const std::string& name) = 0;

  virtual Result<Done> change_mode(int directory, const std::string& name, std::uint32_t mode) = 0;
  virtual Result<Done> change_mode(int file, std::uint32_t mode) = 0;
  // -1 leaves an id as it is.
  virtual Result<Done> change_owner(int directory, const std::string& name, std::uint32_t uid, std::uint32_t gid) = 0;
  virtual Result<Done> change_owner(int file, std::uint32_t uid, std::uint32_t gid) = 0;
  // An absent time is left as it is.
  virtual Result<Done> change_times(int directory, const std::string& name, const Moment* accessed,
                                    const Moment* modified) = 0;
  virtual Result<Done> change_times(int file, const Moment* accessed, const Moment* modified) = 0;

  // The forms with a name work on that object itself, also on a symbolic link; value sizes are the caller's to bound.
  virtual Result<std::string> get_xattr(int file, const char* key) = 0;
  virtual Result<std::string> get_xattr(int directory, const std::string& name, const char* key) = 0;
  // Flags are those of setxattr(2).
  virtual Result<Done> set_xattr(int file, const char* key, Bytes value, int flags) = 0;
  virtual Result<Done> set_xattr(int directory, const std::string& name, const char* key, Bytes value, int flags) = 0;
  virtual Result<Done> remove_xattr(int file, const char* key) = 0;
  virtual Result<Done> remove_xattr(int directory, const std::string& name, const char* key) = 0;
  virtual Result<std::vector<std::string>> list_xattrs(int file) = 0;
  virtual Result<std::vector<std::string>> list_xattrs(int directory, const std::string& name) = 0;

  virtual Result<std::size_t> read(int file, std::span<std::byte> into, std::uint64_t offset) = 0;
  virtual Result<std::size_t> write(int file, Bytes from, std::uint64_t offset) = 0;
  // At the end, whatever the offset.
  virtual Result<std::size_t> append(int file, Bytes from) = 0;
  virtual Result<Done> truncate(int file, std::uint64_t size) = 0;
  // Mode is that of fallocate(2).
  virtual Result<Done> allocate(int file, int mode, std::uint64_t offset, std::uint64_t size) = 0;
  virtual Result<std::uint64_t> seek(int file, std::uint64_t offset, int whence) = 0;
  virtual Result<std::size_t> copy_range(int from, std::uint64_t from_offset, int to, std::uint64_t to_offset,
                                         std::size_t size) = 0;
  virtual Result<Done> sync(int file, bool data_only) = 0;
  virtual Result<Done> sync_all(int file) = 0;
  // Whether sync_all brings all to the disk for certain, and hardly waits for what others have written.
  virtual bool syncs_well_as_a_whole(int file) = 0;

  // Entries from a position (0 or an offset an entry gave) on, "." and ".." among them, as many as one call yields;
  // empty at the end.
  virtual Result<std::vector<DirectoryEntry>> read_directory(int directory, std::uint64_t offset) = 0;

  // Whole small files by absolute path; one longer than `most` is EFBIG. Writing is atomic and durable: new file (the
  // name with .tmp behind), fsync, rename, fsync of the folder.
  Result<std::string> read_file(const std::string& path, std::size_t most = 16 << 20);
  Result<Done> write_file(const std::string& path, std::string_view content, std::uint32_t mode = 0600);
  // With its parents; one that exists is fine.
  Result<Done> make_directories(const std::string& path, std::uint32_t mode = 0755);
  // Whatever it is, with all below; links are removed, not followed. What does not exist is fine.
  Result<Done> remove_tree(const std::string& path);
};

inline void OpenFile::close() {
  if (number_ >= 0) files_->close(std::exchange(number_, -1));
}

inline OpenFile& OpenFile::operator=(OpenFile&& other) noexcept {
  close();
  files_ = other.files_;
  number_ = std::exchange(other.number_, -1);
  return *this;
}

}  // namespace mortar
