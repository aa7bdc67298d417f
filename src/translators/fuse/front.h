// The front of a client graph: what the kernel asks of the mount becomes operations on the graph's top translator.
//
// Each request is a coroutine of its own, which ends by answering. Requests name objects by numbers of the inode table
// and open files by numbers of the handle table.
//
// Graphs can be switched under way: requests that began finish on the old graph, new ones go to the new, open files are
// opened there at their next use, and an old graph is stopped when nothing holds it any more.
#pragma once

#include <list>
#include <unordered_map>

#include "base/task_set.h"
#include "translators/fuse/attributes.h"
#include "translators/fuse/complaints.h"
#include "translators/fuse/groups.h"
#include "translators/fuse/handle.h"
#include "translators/fuse/kernel_cache.h"
#include "translators/fuse/listing_habit.h"
#include "translators/fuse/look_ahead.h"
#include "translators/fuse/new_gfids.h"
#include "translators/fuse/news.h"
#include "translators/fuse/request.h"
#include "translators/fuse/walk_ahead.h"

namespace mortar::fuse {

class Front {
 public:
  Front(World& world, MountOptions options);

  const MountOptions& options() const { return options_; }
  // The graph new requests go to.
  void use(std::shared_ptr<MountedGraph> graph);
  void set_root(const Gfid& gfid) { inodes_.set_root(gfid); }
  void set_kernel_cache(KernelCache* kernel) { kernel_ = kernel; }
  // Requests under way.
  std::size_t busy() const { return requests_.running(); }
  // The mount is gone: nobody waits for the answers any more.
  void end_requests() { requests_.cancel(); }
  // After that: gives back what is open and stops the graphs.
  Task<> stop();

  // Starts a request; `handler` is one of those below. A handle is brought to the current graph first.
  template <class... Given, class... Values>
  void begin(Arrived arrived, Task<> (Front::*handler)(Request&, Given...), Values&&... values) {
    requests_.start(serve(Request(arrived, asked()), nullptr, handler, Given(std::forward<Values>(values))...));
  }
  template <class... Given, class... Values>
  void begin_with(std::uint64_t handle, Arrived arrived, Task<> (Front::*handler)(Request&, HandlePointer, Given...),
                  Values&&... values) {
    const HandlePointer open = find_handle(handle);
    requests_.start(serve(Request(arrived, asked()), open, handler, open, Given(std::forward<Values>(values))...));
  }
  // The same for handlers that cannot do without the handle: EBADF where there is none of that number.
  template <class... Given, class... Values>
  void begin_on(std::uint64_t handle, Arrived arrived, Task<> (Front::*handler)(Request&, HandlePointer, Given...),
                Values&&... values) {
    if (find_handle(handle)) {
      begin_with(handle, arrived, handler, std::forward<Values>(values)...);
    } else {
      Request(arrived).fail(EBADF);
    }
  }

  // Sections of a state dump: the mount, the table of inodes, the requests, each graph in use.
  void dump_state(std::string& out) const;
  std::string mount_section() const;

  void forget(std::uint64_t inode, std::uint64_t count) { inodes_.forget(inode, count); }

  // Names (front_entries.cpp).
  Task<> lookup(Request& request, std::uint64_t parent, std::string name);
  Task<> mknod(Request& request, std::uint64_t parent, std::string name, std::uint32_t mode, std::uint64_t device);
  Task<> mkdir(Request& request, std::uint64_t parent, std::string name, std::uint32_t mode);
  Task<> symlink(Request& request, std::string target, std::uint64_t parent, std::string name);
  Task<> link(Request& request, std::uint64_t inode, std::uint64_t parent, std::string name);
  Task<> create(Request& request, std::uint64_t parent, std::string name, std::uint32_t mode, std::uint32_t flags);
  Task<> unlink(Request& request, std::uint64_t parent, std::string name);
  Task<> rmdir(Request& request, std::uint64_t parent, std::string name);
  Task<> rename(Request& request, std::uint64_t parent, std::string name, std::uint64_t new_parent,
                std::string new_name, unsigned flags);
  Task<> readlink(Request& request, std::uint64_t inode);

  // Attributes (front_attributes.cpp). The handle may be null.
  Task<> getattr(Request& request, HandlePointer handle, std::uint64_t inode);
  Task<> setattr(Request& request, HandlePointer handle, std::uint64_t inode, struct stat wanted, int to_set,
                 bool clears_set_ids);
  Task<> access(Request& request, std::uint64_t inode, std::uint32_t mask);
  Task<> statfs(Request& request, std::uint64_t inode);

  // Extended attributes (front_xattrs.cpp).
  Task<> setxattr(Request& request, std::uint64_t inode, std::string name, Slice value, std::uint32_t flags);
  Task<> getxattr(Request& request, std::uint64_t inode, std::string name, std::size_t size);
  Task<> listxattr(Request& request, std::uint64_t inode, std::size_t size);
  Task<> removexattr(Request& request, std::uint64_t inode, std::string name);

  // Open files (front_files.cpp).
  Task<> open(Request& request, std::uint64_t inode, std::uint32_t flags);
  Task<> read(Request& request, HandlePointer handle, std::size_t size, std::uint64_t offset, std::uint64_t owner);
  Task<> write(Request& request, HandlePointer handle, Slice data, std::uint64_t offset, std::uint64_t owner,
               bool clears_set_ids);
  Task<> flush(Request& request, HandlePointer handle, std::uint64_t owner);
  // `unlock`: whole-file locks of that owner go with the file.
  Task<> release(Request& request, HandlePointer handle, bool unlock, std::uint64_t owner);
  Task<> fsync(Request& request, HandlePointer handle, bool data_only);
  Task<> fallocate(Request& request, HandlePointer handle, int mode, std::uint64_t offset, std::uint64_t size);
  Task<> copy_file_range(Request& request, HandlePointer from, std::uint64_t from_offset, std::uint64_t to,
                         std::uint64_t to_offset, std::size_t size);
  Task<> lseek(Request& request, HandlePointer handle, std::uint64_t offset, int whence);

  // Locks (front_locks.cpp).
  Task<> getlk(Request& request, HandlePointer handle, struct flock lock, std::uint64_t owner);
  // `posix`: flush gives such a lock back; the others go with the file.
  Task<> setlk(Request& request, HandlePointer handle, struct flock lock, std::uint64_t owner, bool wait, bool posix);

  // Directories (front_directories.cpp).
  Task<> opendir(Request& request, std::uint64_t inode, std::uint32_t flags);
  Task<> readdir(Request& request, HandlePointer handle, std::size_t size, std::uint64_t offset);
  Task<> readdirplus(Request& request, HandlePointer handle, std::size_t size, std::uint64_t offset);
  Task<> releasedir(Request& request, HandlePointer handle);
  Task<> fsyncdir(Request& request, HandlePointer handle, bool data_only);

 private:
  using GraphPointer = std::shared_ptr<MountedGraph>;

  template <class... Given>
  Task<> serve(Request request, HandlePointer handle, Task<> (Front::*handler)(Request&, Given...), Given... given) {
    Result<Done> served = done;
    if (!settled_.is_set()) {
      co_await settled_.wait();
    }
    if (handle && handle->graph != graph_) {
      served = co_await migrate(handle);
    }
    if (served) {
      served = co_await (this->*handler)(request, std::move(given)...);
    }
    if (!served) {
      complaints_.note(served.error(), request.by());
      request.fail(served.error().number());
    }
    if (!retired_.empty()) stop_unused_graphs();
    co_return done;
  }

  Asked asked() const { return news_.now(world_.now()); }
  Call call_of(const Request& request);
  // ESTALE where the kernel names what it gave back.
  Result<InodePointer> known(std::uint64_t number) const;

  // How long an answer is to be believed (caches.cpp).
  double entry_term() const;
  double attribute_term() const;
  // What is left of a term for what was asked then; nothing where there was news meanwhile.
  double left_of(double term, const Asked& asked, const Inode& inode) const;
  // When attributes that were asked for then are too old to be believed.
  Instant trusted_until(const Asked& asked) const;
  Believed belief(const Iatt& iatt, const Request& request) const {
    return {iatt, trusted_until(request.asked()), removals_};
  }
  void learn_capability(Inode& inode, const Asked& asked, bool absent);

  // Entries for the kernel (front_entries.cpp).
  fuse_entry_param entry_of(const Asked& asked, Inode& inode, const Iatt& iatt, std::uint64_t parent,
                            std::string_view name);
  InodePointer introduce(const Gfid& gfid, std::uint64_t parent, std::string_view name);
  // What is known of the inode without asking; null where that is nothing.
  const Believed* believed(const Inode& inode) const;
  Result<InodePointer> refer(const Iatt& iatt, std::uint64_t parent, const std::string& name);
  void answer_entry(Request& request, Inode& inode, const Iatt& iatt, std::uint64_t parent,
                    std::string_view name);
  // Nothing where names and attributes are to be asked for each time, or bricks do not tell of changes.
  std::optional<LookAhead::Source> to_look_ahead(const GraphPointer& graph) const;
  // What was listed ahead, where the kernel does not know it yet: false where that is nothing.
  bool answer_from_listing(Request& request, const Call& call, const Inode& directory, const std::string& name);
  void answer_attributes(Request& request, Inode& inode, const Iatt& iatt);
  Task<> answer_made(Request& request, const fop::Made& made, std::uint64_t parent, std::string name);
  Task<> look_up_self(Request& request, std::uint64_t number);
  // The mode of a new object, less the umask where the kernel left that to us and no default ACL replaces it.
  Task<std::uint32_t> mode_of_new(const Call& call, InodePointer parent, std::uint32_t mode, std::uint32_t umask);

  Task<Iatt> attributes_of(const Call& call, InodePointer inode, HandlePointer handle);
  Task<Iatt> set_attributes(const Call& call, InodePointer inode, HandlePointer handle, Iatt wanted,
                            std::int32_t valid);
  Task<Iatt> truncate(const Call& call, InodePointer inode, HandlePointer handle, std::uint64_t size);

  // What a file allows whoever runs it (front_privileges.cpp).
  // Whether something is still true that was learnt until then.
  bool is_known_still(const std::optional<Instant>& until) const;
  void learn_mode(Inode& inode, const Asked& asked, const Iatt& iatt);
  // Before the content changes: whether take_privileges has something to look at.
  bool may_be_privileged(const Inode& inode, bool clears_set_ids) const;
  Task<> take_privileges(const Call& call, InodePointer inode, HandlePointer handle, bool clears_set_ids);
  Task<Iatt> clear_set_ids(const Call& call, InodePointer inode, HandlePointer handle, Iatt wanted);
  Task<Iatt> set_mode_as_owner(const Call& call, InodePointer inode, HandlePointer handle, const Iatt& now,
                               std::uint32_t mode);
  // A new owner takes the bits away in the same change.
  Task<> add_mode_of_new_owner(const Call& call, InodePointer inode, HandlePointer handle, Iatt& wanted,
                               std::int32_t& valid);

  // Handles (handles.cpp).
  HandlePointer find_handle(std::uint64_t number) const;
  HandlePointer add_handle(InodePointer inode, GraphPointer graph, Fd fd, std::uint32_t flags, bool directory);
  void drop_handle(Handle& handle);
  fuse_file_info file_info(const Handle& handle) const;
  // Flags as the graph gets them: with the writeback cache the kernel reads and appends on its own account.
  std::uint32_t flags_to_open(std::uint32_t flags) const;
  // An open handle of the object on the current graph, for what the kernel names by inode only.
  HandlePointer any_handle(const Inode& inode, bool writable) const;
  Task<> migrate(HandlePointer handle);
  // Gives a descriptor back in the background.
  void release_later(Call call, GraphPointer graph, Gfid gfid, Fd fd, bool directory);
  void stop_unused_graphs();
  Task<> settle(GraphPointer graph);

  // Directories.
  // Those from there on, of the first `size` bytes as the brick charges entries.
  Task<FetchedEntries> entries_from(Call call, std::shared_ptr<Translator> graph, Gfid gfid, Fd fd,
                                    std::uint64_t offset, std::size_t size, bool with_attributes);
  // Of the pages behind the first.
  bool wants_attributes(const Handle& handle, std::uint64_t offset) const;
  // In the first page of several.
  void leave_probe(Handle& handle);
  // Makes `fetched` begin at the offset, unless it does already.
  Task<> fetch_entries(const Call& call, HandlePointer handle, std::size_t size, std::uint64_t offset,
                       bool with_attributes);
  bool are_fresh(const FetchedEntries& fetched, std::uint64_t offset, bool with_attributes) const;
  Task<> fill(std::shared_ptr<EntriesAhead> ahead, Task<FetchedEntries> entries);
  std::size_t add_plain_entry(Request& request, const EntryPlus& entry, std::span<char> room) const;
  std::size_t add_entry_with_attributes(Request& request, Handle& handle, const EntryPlus& entry, std::span<char> room,
                                        std::vector<std::uint64_t>& referred);

  bool hides_xattr(std::string_view name) const;
  Task<Slice> xattr_value(const Call& call, InodePointer inode, std::string name);
  Task<fop::Values> get_xattrs(const Call& call, InodePointer inode, std::string name);
  Task<> remove_xattr(const Call& call, InodePointer inode, std::string name);

  // Changes by others (caches.cpp).
  void heard(const notice::CacheInvalidation& invalidation);
  void heard_of(const Gfid& gfid, std::uint32_t flags);
  void forget(Inode& inode, std::uint32_t flags);
  void forget_all();

  Task<> take_lock(Call call, HandlePointer handle, fop::Lk lock, Completion<fop::Lk::Reply> granted);
  Task<> withdraw_lock(Call call, HandlePointer handle, Flock flock);

  World& world_;
  const MountOptions options_;
  InodeTable inodes_;
  Groups groups_;
  GraphPointer graph_;
  std::list<GraphPointer> retired_;
  Event settled_;  // no old graph has anything to write
  unsigned unsettled_ = 0;
  std::unordered_map<std::uint64_t, HandlePointer> handles_;
  std::uint64_t last_handle_ = 0;
  std::uint64_t changes_ = 0;   // operations through this mount that changed attributes, begun or ended
  std::uint64_t removals_ = 0;  // of directories: any of them may be one that attributes are remembered of
  News news_;
  NewGfids new_gfids_{world_};
  Complaints complaints_{world_};
  KernelCache* kernel_ = nullptr;
  LookAhead look_ahead_;
  WalkAhead walk_ahead_;
  ListingHabit listing_habit_;
  std::size_t page_size_ = 4096;  // that the kernel asked for last, at the beginning of a directory
  // Declared last: what runs uses all of the above.
  TaskSet background_;
  TaskSet requests_;
};

}  // namespace mortar::fuse
