// FileSystem over Linux's system calls. No state but a counter: every call may be made on any thread.
#pragma once

#include <cstdint>

#include "runtime/file_system.h"

namespace mortar {

class RealFileSystem : public FileSystem {
 public:
  // Calls made by this process so far, all threads together; for tests of what an operation costs.
  static std::uint64_t calls();

  Result<OpenFile> open(int directory, const std::string& name, int flags, std::uint32_t mode) override;
  void close(int file) override;
  Result<FileStatus> status(int directory, const std::string& name) override;
  Result<FileStatus> status(int file) override;
  Result<FileSystemStatus> file_system_status(int file) override;

  Result<Done> make_directory(int directory, const std::string& name, std::uint32_t mode) override;
  Result<Done> make_node(int directory, const std::string& name, std::uint32_t mode, std::uint64_t device) override;
  Result<Done> make_symlink(const std::string& target, int directory, const std::string& name) override;
  Result<std::string> read_symlink(int directory, const std::string& name) override;
  Result<Done> link(int from, const std::string& name, int to, const std::string& new_name) override;
  Result<Done> rename(int from, const std::string& name, int to, const std::string& new_name, unsigned flags) override;
  Result<Done> unlink(int directory, const std::string& name) override;
  Result<Done> remove_directory(int directory, const std::string& name) override;

  Result<Done> change_mode(int directory, const std::string& name, std::uint32_t mode) override;
  Result<Done> change_mode(int file, std::uint32_t mode) override;
  Result<Done> change_owner(int directory, const std::string& name, std::uint32_t uid, std::uint32_t gid) override;
  Result<Done> change_owner(int file, std::uint32_t uid, std::uint32_t gid) override;
  Result<Done> change_times(int directory, const std::string& name, const Moment* accessed,
                            const Moment* modified) override;
  Result<Done> change_times(int file, const Moment* accessed, const Moment* modified) override;

  Result<std::string> get_xattr(int file, const char* key) override;
  Result<std::string> get_xattr(int directory, const std::string& name, const char* key) override;
  Result<Done> set_xattr(int file, const char* key, Bytes value, int flags) override;
  Result<Done> set_xattr(int directory, const std::string& name, const char* key, Bytes value, int flags) override;
  Result<Done> remove_xattr(int file, const char* key) override;
  Result<Done> remove_xattr(int directory, const std::string& name, const char* key) override;
  Result<std::vector<std::string>> list_xattrs(int file) override;
  Result<std::vector<std::string>> list_xattrs(int directory, const std::string& name) override;

  Result<std::size_t> read(int file, std::span<std::byte> into, std::uint64_t offset) override;
  Result<std::size_t> write(int file, Bytes from, std::uint64_t offset) override;
  Result<std::size_t> append(int file, Bytes from) override;
  Result<Done> truncate(int file, std::uint64_t size) override;
  Result<Done> allocate(int file, int mode, std::uint64_t offset, std::uint64_t size) override;
  Result<std::uint64_t> seek(int file, std::uint64_t offset, int whence) override;
  Result<std::size_t> copy_range(int from, std::uint64_t from_offset, int to, std::uint64_t to_offset,
                                 std::size_t size) override;
  Result<Done> sync(int file, bool data_only) override;
  Result<Done> sync_all(int file) override;
  bool syncs_well_as_a_whole(int file) override;

  Result<std::vector<DirectoryEntry>> read_directory(int directory, std::uint64_t offset) override;
};

}  // namespace mortar
