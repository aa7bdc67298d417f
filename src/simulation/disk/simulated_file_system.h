// A POSIX file system in memory that may crash between any two calls. It answers as ext4 does to root (without atime).
//
//   SimulatedFileSystem disk(clock);
//   disk.on_call([&](const DiskCall& call) { if (call.modifying) states.push_back(disk.state()); return 0; });
//   ...
//   SimulatedFileSystem after(clock, states[7].after_crash(SurvivalRule::prefix(3)));
//
// One Simulation's hosts have one each; it also stands alone in tests. Open files carry numbers that are never used
// twice, so handles that were open when the power went are harmless: EBADF.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/file_system.h"
#include "simulation/disk/disk_state.h"

namespace mortar {

// A call that is about to be carried out.
struct DiskCall {
  std::uint64_t number = 0;  // among all calls, or among the modifying ones where it is one; from 1
  bool modifying = false;
  std::string_view name;  // of the method
  std::string_view text;  // the name it is about, or what is written
  InodeNumber inode = 0;  // of the open file, where it is about one
};

class SimulatedFileSystem final : public FileSystem {
 public:
  using Clock = std::function<Moment()>;

  explicit SimulatedFileSystem(Clock clock) : clock_(std::move(clock)) {}
  SimulatedFileSystem(Clock clock, DiskState state) : clock_(std::move(clock)), state_(std::move(state)) {}

  const DiskState& state() const { return state_; }
  // Goes back to a state; closes all files.
  void restore(DiskState state);
  void lose_power(const SurvivalRule& rule) { restore(state_.after_crash(rule)); }

  std::uint64_t calls() const { return calls_; }
  std::uint64_t modifying_calls() const { return modifying_calls_; }
  std::size_t open_files() const { return open_.size(); }
  // Sees every call before it is carried out; what is not 0 is the errno the call fails with instead.
  void on_call(std::function<int(const DiskCall&)> hook) { hooks_.push_back(std::move(hook)); }
  // The n-th modifying call (from 1, over the life of this object) fails.
  void fail_modifying_call(std::uint64_t number, int error) { failures_[number] = error; }
  // How many bytes of data and directories there is room for.
  void set_capacity(std::uint64_t bytes) { capacity_pages_ = bytes / page_size; }
  void lift_capacity() { capacity_pages_.reset(); }
  void set_device(std::uint64_t device) { device_ = device; }

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
  bool syncs_well_as_a_whole(int) override { return true; }
  Result<std::vector<DirectoryEntry>> read_directory(int directory, std::uint64_t offset) override;

 private:
  struct Open {
    InodeNumber inode = 0;
    int flags = 0;
  };
  // Where a path leads: the directory of its last component, that component, and what is there (0: nothing).
  struct Place {
    InodeNumber directory = 0;
    std::string name;
    InodeNumber inode = 0;
    bool wants_directory = false;  // the path ended with a slash
    bool is_dots = false;          // ".", ".." or the root: no name of its own
  };
  enum class Follow { no, yes };

  // Counts the call, shows it to the hooks and fails it where it shall fail.
  Result<Done> enter(std::string_view name, bool modifying, std::string_view text, int file = -1);
  Result<Place> walk(int directory, const std::string& path, Follow last) const;
  // As walk, ENOENT where nothing is there.
  Result<Place> find(int directory, const std::string& path, Follow last) const;
  // As walk, EEXIST where something is there; ENOENT in a removed directory.
  Result<Place> vacant(int directory, const std::string& path, bool for_directory) const;
  static std::string without_slashes(std::string path);
  Result<InodeNumber> start_of(int directory, const std::string& path) const;
  // EBADF for one that is not open or, where it matters, not for that.
  Result<Open> opened(int file) const;
  Result<InodeNumber> readable(int file) const;
  Result<InodeNumber> writable(int file) const;
  Result<InodeNumber> for_attributes(int file) const;
  // ESPIPE for a pipe, which has no offsets.
  Result<Done> seekable(int file) const;

  InodeAttributes attributes(InodeNumber number) const { return state_.inode(number).attributes; }
  Moment now() const { return clock_(); }
  bool is_directory(InodeNumber number) const;
  bool is_open(InodeNumber number) const;
  bool has_reader(InodeNumber number) const;
  bool is_inside(InodeNumber number, InodeNumber ancestor) const;
  std::uint64_t free_pages() const;
  OpenFile hand_out(InodeNumber number, int flags);
  FileStatus status_of(InodeNumber number) const;
  // The directory's attributes after a change of its entries.
  PutInode changed_directory(InodeNumber number, int link_change) const;
  Result<InodeNumber> create(const Place& place, std::uint32_t mode, std::uint64_t device, const std::string& target);
  // Adds what makes an inode lose a name.
  void lose_name(Transaction& transaction, InodeNumber number) const;
  void forget_unused(InodeNumber number);
  Result<Done> exchange(const Place& from, const Place& to);
  Result<Done> check_replaced(const Place& from, const Place& to) const;
  Result<Done> replace(const Place& from, const Place& to);
  void put(InodeNumber number, InodeAttributes attributes);

  Result<Done> set_mode(InodeNumber number, std::uint32_t mode);
  Result<Done> set_owner(InodeNumber number, std::uint32_t uid, std::uint32_t gid);
  Result<Done> set_times(InodeNumber number, const Moment* accessed, const Moment* modified);
  Result<std::string> xattr_of(InodeNumber number, std::string_view key) const;
  Result<Done> put_xattr(InodeNumber number, std::string_view key, Bytes value, int flags);
  Result<Done> drop_xattr(InodeNumber number, std::string_view key);
  std::vector<std::string> xattrs_of(InodeNumber number) const;

  Result<std::size_t> write_at(InodeNumber number, int flags, Bytes from, std::uint64_t offset);
  Result<Done> resize(InodeNumber number, std::uint64_t size);
  Result<Done> synced(InodeNumber number, bool data_only);

  Clock clock_;
  DiskState state_;
  std::map<int, Open> open_;
  int last_file_ = 2;
  std::uint64_t calls_ = 0;
  std::uint64_t modifying_calls_ = 0;
  std::vector<std::function<int(const DiskCall&)>> hooks_;
  std::map<std::uint64_t, int> failures_;
  std::optional<std::uint64_t> capacity_pages_;
  std::uint64_t device_ = 0x801;
};

}  // namespace mortar
