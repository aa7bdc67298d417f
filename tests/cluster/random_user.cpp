#include "random_user.h"

#include <fmt/format.h>
#include <linux/xattr.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>

#include "snapshot.h"
#include "totals.h"

namespace mortar::sim {

namespace {

constexpr std::size_t most_handles = 6;
constexpr std::size_t most_good_paths = 12;
constexpr std::uint64_t longest_file = 12'000;

template <class T, std::size_t size>
const T& pick(Random& random, const T (&from)[size]) {
  return from[random.below(size)];
}

Result<Done> dropped(const auto& result) { return result ? Result<Done>(done) : std::unexpected(result.error()); }

}  // namespace

Habits Habits::random(Random& random) {
  Habits habits;
  habits.names = random.between(2, 5);
  habits.depth = random.between(1, 3);
  habits.trust = pick(random, {0.0, 0.05, 0.3});
  // Each action is left out of some runs and is what others are mostly made of.
  for (const RandomUser::Choice& choice : RandomUser::choices()) {
    habits.weights.push_back(choice.weight * pick<std::uint32_t>(random, {0, 1, 1, 1, 1, 3}));
  }
  habits.weights.front() += 1;
  return habits;
}

void Habits::leave_content_alone() {
  const std::set<std::string_view> left_out{"write", "truncate", "ftruncate", "fsync", "fsyncdir"};
  for (std::size_t at = 0; at < weights.size(); ++at) {
    if (left_out.contains(RandomUser::choices()[at].name)) weights[at] = 0;
  }
}

const std::vector<RandomUser::Choice>& RandomUser::choices() {
  using User = RandomUser;
  static const std::vector<Choice> all{{"look", 10, &User::look},
                                       {"create", 16, &User::create},
                                       {"open", 8, &User::open},
                                       {"read", 10, &User::read},
                                       {"write", 16, &User::write},
                                       {"truncate", 3, &User::cut},
                                       {"ftruncate", 3, &User::cut_open},
                                       {"fsync", 3, &User::sync},
                                       {"close", 5, &User::close_one},
                                       {"mkdir", 10, &User::make_directory},
                                       {"rmdir", 6, &User::remove_directory},
                                       {"mknod", 3, &User::make_node},
                                       {"symlink", 4, &User::make_symlink},
                                       {"readlink", 3, &User::read_symlink},
                                       {"link", 6, &User::link},
                                       {"unlink", 12, &User::unlink},
                                       {"rename", 16, &User::rename},
                                       {"chmod", 4, &User::change_mode},
                                       {"chown", 3, &User::change_owner},
                                       {"utimes", 3, &User::change_times},
                                       {"setxattr", 5, &User::set_xattr},
                                       {"getxattr", 4, &User::get_xattr},
                                       {"removexattr", 2, &User::remove_xattr},
                                       {"readdir", 6, &User::read_directory},
                                       {"fsyncdir", 1, &User::sync_directory},
                                       {"statfs", 1, &User::statfs},
                                       {"lock", 6, &User::lock}};
  return all;
}

RandomUser::RandomUser(std::size_t index, Translator& top, Random random, Habits habits, ListingSink on_listing)
    : index_(index), top_(top), random_(random), habits_(std::move(habits)), on_listing_(std::move(on_listing)) {}

Call RandomUser::call() {
  Call call;
  call.pid = static_cast<std::int32_t>(1000 + index_);
  return call;
}

Gfid RandomUser::new_gfid() { return random_gfid(random_); }

std::string RandomUser::new_bytes(std::size_t size) {
  const std::uint64_t tag = (index_ + 1) << 48 | ++made_;
  std::string bytes(size, '\0');
  for (std::size_t at = 0; at < size; at += sizeof tag) {
    std::memcpy(bytes.data() + at, &tag, std::min(sizeof tag, size - at));
  }
  return bytes;
}

std::vector<std::string> RandomUser::random_path() {
  std::vector<std::string> path(random_.between(1, habits_.depth));
  for (std::string& name : path) name = std::string(1, static_cast<char>('a' + random_.below(habits_.names)));
  return path;
}

std::vector<std::string> RandomUser::good_path() {
  if (good_paths_.empty() || random_.chance(0.2)) return random_path();
  return good_paths_[random_.below(good_paths_.size())];
}

Task<> RandomUser::act() {
  ++totals().operations;
  std::uint64_t sum = 0;
  for (std::uint32_t weight : habits_.weights) sum += weight;
  std::uint64_t drawn = random_.below(sum);
  std::size_t which = 0;
  while (drawn >= habits_.weights[which]) drawn -= habits_.weights[which++];
  return (this->*choices()[which].action)();
}

// ---- names

Task<Iatt> RandomUser::look_up(Gfid parent, std::string name) {
  const auto place = std::pair(parent, name);
  if (auto known = known_.find(place); known != known_.end() && random_.chance(habits_.trust)) co_return known->second;
  fop::Lookup lookup{.parent = parent, .name = name};
  lookup.xdata.set("gfid-req", new_gfid());
  const Result<fop::Lookup::Reply> reply = co_await top_.perform(call(), lookup);
  if (!reply) {
    known_.erase(place);
    co_return reply.error();
  }
  known_[place] = reply->iatt;
  co_return reply->iatt;
}

Task<RandomUser::Place> RandomUser::resolve(std::vector<std::string> path) {
  Place place{.parent = root_gfid, .name = path.front(), .there = std::nullopt};
  for (std::size_t at = 0;; ++at) {
    place.name = path[at];
    const Result<Iatt> found = co_await look_up(place.parent, place.name);
    if (at + 1 == path.size()) {
      if (!found && found.error().number() != ENOENT) co_return found.error();
      if (!found) co_return place;
      place.there = *found;
      good_paths_.push_back(std::move(path));
      if (good_paths_.size() > most_good_paths) good_paths_.erase(good_paths_.begin());
      co_return place;
    }
    if (!found) co_return found.error();
    if (!found->is_directory()) co_return Error(ENOTDIR);
    place.parent = found->gfid;
  }
}

Task<Iatt> RandomUser::random_object() {
  if (random_.chance(0.05)) {
    const fop::Lookup lookup{.gfid = root_gfid};
    const fop::Lookup::Reply root = co_await tried(top_.perform(call(), lookup));
    co_return root.iatt;
  }
  const Place place = co_await tried(good_place());
  if (!place.there) co_return Error(ENOENT);
  co_return *place.there;
}

Task<> RandomUser::look() {
  const Iatt found = co_await tried(random_object());
  const fop::Stat stat{.gfid = found.gfid};
  const Result<fop::Attributes> reply = co_await top_.perform(call(), stat);
  co_return dropped(reply);
}

Task<> RandomUser::make_directory() {
  const Place place = co_await tried(random_place());
  if (place.there && !random_.chance(habits_.rude)) co_return Error(EEXIST);
  const std::uint32_t mode = pick<std::uint32_t>(random_, {0755, 0755, 0700, 0777, 01777});
  fop::Mkdir mkdir{.parent = place.parent, .mode = mode, .name = place.name};
  mkdir.xdata.set("gfid-req", new_gfid());
  const Result<fop::Made> reply = co_await top_.perform(call(), mkdir);
  if (reply) known_[{place.parent, place.name}] = reply->iatt;
  co_return dropped(reply);
}

Task<> RandomUser::make_node() {
  const Place place = co_await tried(random_place());
  if (place.there && !random_.chance(habits_.rude)) co_return Error(EEXIST);
  const std::uint32_t type = random_.chance(0.5) ? S_IFREG : S_IFIFO;
  fop::Mknod mknod{.parent = place.parent, .mode = type | 0640, .name = place.name};
  mknod.xdata.set("gfid-req", new_gfid());
  const Result<fop::Made> reply = co_await top_.perform(call(), mknod);
  if (reply) known_[{place.parent, place.name}] = reply->iatt;
  co_return dropped(reply);
}

Task<> RandomUser::make_symlink() {
  const Place place = co_await tried(random_place());
  if (place.there && !random_.chance(habits_.rude)) co_return Error(EEXIST);
  fop::Symlink symlink{.parent = place.parent, .name = place.name, .target = fmt::format("../target{}", ++made_)};
  symlink.xdata.set("gfid-req", new_gfid());
  const Result<fop::Made> reply = co_await top_.perform(call(), symlink);
  if (reply) known_[{place.parent, place.name}] = reply->iatt;
  co_return dropped(reply);
}

Task<> RandomUser::read_symlink() {
  const Iatt found = co_await tried(random_object());
  if (!found.is_symlink() && !random_.chance(habits_.rude)) co_return Error(EINVAL);
  const fop::Readlink readlink{.gfid = found.gfid, .size = 4096};
  const Result<fop::Readlink::Reply> reply = co_await top_.perform(call(), readlink);
  co_return dropped(reply);
}

Task<> RandomUser::link() {
  const Iatt found = co_await tried(random_object());
  if (found.is_directory() && !random_.chance(habits_.rude)) co_return Error(EPERM);
  const Place place = co_await tried(random_place());
  if (place.there && !random_.chance(habits_.rude)) co_return Error(EEXIST);
  const fop::Link link{.gfid = found.gfid, .new_parent = place.parent, .new_name = place.name};
  const Result<fop::Made> reply = co_await top_.perform(call(), link);
  if (reply) known_[{place.parent, place.name}] = reply->iatt;
  co_return dropped(reply);
}

Task<> RandomUser::unlink() {
  const Place place = co_await tried(good_place());
  const bool fits = place.there && !place.there->is_directory();
  if (!fits && !random_.chance(habits_.rude)) co_return Error(ENOENT);
  const fop::Unlink unlink{.parent = place.parent, .name = place.name};
  known_.erase({place.parent, place.name});
  const Result<fop::Changed> reply = co_await top_.perform(call(), unlink);
  co_return dropped(reply);
}

Task<> RandomUser::remove_directory() {
  const Place place = co_await tried(good_place());
  const bool fits = place.there && place.there->is_directory();
  if (!fits && !random_.chance(habits_.rude)) co_return Error(ENOENT);
  const fop::Rmdir rmdir{.parent = place.parent, .name = place.name};
  known_.erase({place.parent, place.name});
  const Result<fop::Changed> reply = co_await top_.perform(call(), rmdir);
  co_return dropped(reply);
}

Task<> RandomUser::rename() {
  const Place from = co_await tried(good_place());
  const Place to = co_await tried(random_place());
  const bool rude = random_.chance(habits_.rude);
  if (!from.there && !rude) co_return Error(ENOENT);
  // The same name, and two names of one file: POSIX wants nothing to happen, and the kernel sees to that.
  if (from.parent == to.parent && from.name == to.name) co_return done;
  if (from.there && to.there && from.there->gfid == to.there->gfid) co_return done;
  const bool fits = !from.there || !to.there || from.there->is_directory() == to.there->is_directory();
  if (!fits && !rude) co_return Error(EISDIR);
  // A directory into itself, and over one above it: the kernel locks in an order that finds these first.
  if (from.there && from.there->gfid == to.parent) co_return Error(EINVAL);
  if (to.there && to.there->gfid == from.parent) co_return Error(ENOTEMPTY);
  const fop::Rename rename{
      .old_parent = from.parent, .new_parent = to.parent, .old_name = from.name, .new_name = to.name};
  known_.erase({from.parent, from.name});
  const Result<fop::Rename::Reply> reply = co_await top_.perform(call(), rename);
  if (reply) known_[{to.parent, to.name}] = reply->iatt;
  co_return dropped(reply);
}

// ---- attributes

Task<> RandomUser::change_mode() {
  const Iatt found = co_await tried(random_object());
  if (found.is_symlink()) co_return done;
  fop::Setattr set{.gfid = found.gfid, .valid = set_attribute::mode};
  const bool directory = found.is_directory();
  // What is made in a directory with the set-group-id bit gets its group, which concurrent runs could not judge.
  const std::uint32_t with_set_id = habits_.in_blocks ? 0775 : 02775;
  set.iatt.mode = directory ? pick<std::uint32_t>(random_, {0755, 0700, 01777, with_set_id, 0})
                            : pick<std::uint32_t>(random_, {0644, 0600, 0755, 0, 0666});
  const Result<fop::Changed> reply = co_await top_.perform(call(), set);
  co_return dropped(reply);
}

Task<> RandomUser::change_owner() {
  const Iatt found = co_await tried(random_object());
  fop::Setattr set{.gfid = found.gfid, .valid = set_attribute::uid};
  if (random_.chance(0.5)) set.valid |= set_attribute::gid;
  set.iatt.uid = pick<std::uint32_t>(random_, {0, 1000, 1001});
  set.iatt.gid = pick<std::uint32_t>(random_, {0, 1000, 2000});
  const Result<fop::Changed> reply = co_await top_.perform(call(), set);
  co_return dropped(reply);
}

Task<> RandomUser::change_times() {
  const Iatt found = co_await tried(random_object());
  fop::Setattr set{.gfid = found.gfid, .valid = set_attribute::modified | set_attribute::accessed};
  set.iatt.modified = {static_cast<std::int64_t>(1'700'000'000 + random_.below(1000)), 5};
  set.iatt.accessed = set.iatt.modified;
  const Result<fop::Changed> reply = co_await top_.perform(call(), set);
  co_return dropped(reply);
}

Task<> RandomUser::set_xattr() {
  const Iatt found = co_await tried(random_object());
  if (!found.is_directory() && !found.is_regular()) co_return Error(EPERM);
  fop::Setxattr set{.gfid = found.gfid};
  set.flags = pick<std::uint32_t>(random_, {0, 0, 0, XATTR_CREATE, XATTR_REPLACE});
  set.values.set_bytes(pick<const char*>(random_, {"user.color", "user.size"}), as_bytes(new_bytes(16)));
  const Result<fop::Acknowledged> reply = co_await top_.perform(call(), set);
  co_return dropped(reply);
}

Task<> RandomUser::get_xattr() {
  const Iatt found = co_await tried(random_object());
  if (!found.is_directory() && !found.is_regular()) co_return Error(ENODATA);
  fop::Getxattr get{.gfid = found.gfid};
  get.name = pick<const char*>(random_, {"user.color", "user.size", ""});
  get.name_given = get.name.empty() ? 0 : 1;
  const Result<fop::Values> reply = co_await top_.perform(call(), get);
  co_return dropped(reply);
}

Task<> RandomUser::remove_xattr() {
  const Iatt found = co_await tried(random_object());
  if (!found.is_directory() && !found.is_regular()) co_return Error(EPERM);
  const fop::Removexattr remove{.gfid = found.gfid, .name = pick<const char*>(random_, {"user.color", "user.size"})};
  const Result<fop::Acknowledged> reply = co_await top_.perform(call(), remove);
  co_return dropped(reply);
}

Task<> RandomUser::statfs() {
  const fop::Statfs statfs{.gfid = root_gfid};
  const Result<fop::Statfs::Reply> reply = co_await top_.perform(call(), statfs);
  co_return dropped(reply);
}

// ---- directories

Task<> RandomUser::read_directory() {
  const bool with_attributes = random_.chance(0.6);
  Gfid gfid = root_gfid;
  if (random_.chance(0.8)) {
    const Iatt found = co_await tried(random_object());
    if (!found.is_directory()) co_return Error(ENOTDIR);
    gfid = found.gfid;
  }
  co_await tried(list(gfid, with_attributes));
  co_return done;
}

Task<> RandomUser::list(Gfid gfid, bool with_attributes) {
  const std::uint64_t begun = on_listing_.begins();
  const fop::Opendir opendir{.gfid = gfid};
  const fop::Opened open = co_await tried(top_.perform(call(), opendir));
  const std::uint32_t size = pick<std::uint32_t>(random_, {600, 1500, 8000});
  std::set<std::string> names;
  std::uint64_t offset = 0;
  Result<Done> listed = done;
  for (bool is_more = true; is_more;) {
    std::size_t came = 0;
    const auto take = [&](const auto& entry) {
      ++came;
      offset = entry.offset;
      if (entry.name != "." && entry.name != "..") names.insert(entry.name);
    };
    if (with_attributes) {
      const fop::Readdirp readdirp{.gfid = gfid, .fd = open.fd, .offset = offset, .size = size};
      const Result<fop::Readdirp::Reply> reply = co_await top_.perform(call(), readdirp);
      listed = dropped(reply);
      if (reply) std::ranges::for_each(reply->entries.elements, take);
    } else {
      const fop::Readdir readdir{.gfid = gfid, .fd = open.fd, .offset = offset, .size = size};
      const Result<fop::Readdir::Reply> reply = co_await top_.perform(call(), readdir);
      listed = dropped(reply);
      if (reply) std::ranges::for_each(reply->entries.elements, take);
    }
    is_more = came > 0;
  }
  if (listed) on_listing_.ended(begun, gfid, names);
  const fop::Releasedir release{.gfid = gfid, .fd = open.fd};
  co_await top_.perform(call(), release);
  co_return listed;
}

Task<> RandomUser::sync_directory() {
  const Iatt found = co_await tried(random_object());
  if (!found.is_directory()) co_return Error(ENOTDIR);
  const fop::Opendir opendir{.gfid = found.gfid};
  const fop::Opened open = co_await tried(top_.perform(call(), opendir));
  const fop::Fsyncdir fsyncdir{.gfid = found.gfid, .fd = open.fd};
  const Result<fop::Acknowledged> reply = co_await top_.perform(call(), fsyncdir);
  const fop::Releasedir release{.gfid = found.gfid, .fd = open.fd};
  co_await top_.perform(call(), release);
  co_return dropped(reply);
}

// ---- files

RandomUser::Handle* RandomUser::random_handle(bool (Handle::*fits)() const) {
  std::vector<Handle*> fitting;
  for (Handle& handle : handles_) {
    if (fits == nullptr || (handle.*fits)()) fitting.push_back(&handle);
  }
  return fitting.empty() ? nullptr : fitting[random_.below(fitting.size())];
}

Task<> RandomUser::keep(Fd fd, Gfid gfid, std::uint32_t flags) {
  Handle handle{.fd = std::move(fd), .gfid = gfid, .flags = flags, .owner = new_bytes(8)};
  handles_.push_back(std::move(handle));
  if (handles_.size() <= most_handles) co_return done;
  Handle oldest = std::move(handles_.front());
  handles_.erase(handles_.begin());
  co_await close_handle(std::move(oldest));
  co_return done;
}

Task<> RandomUser::close_handle(Handle handle) {
  Call caller = call();
  caller.lock_owner = handle.owner;
  if (handle.has_locks) {
    const fop::Flush flush{.gfid = handle.gfid, .fd = handle.fd};
    co_await top_.perform(caller, flush);
  }
  const fop::Release release{.gfid = handle.gfid, .fd = handle.fd};
  co_await top_.perform(caller, release);
  co_return done;
}

Task<> RandomUser::close(std::function<bool(const Gfid& gfid, bool has_locks)> which) {
  std::vector<Handle> closing;
  std::erase_if(handles_, [&](Handle& handle) {
    if (!which(handle.gfid, handle.has_locks)) return false;
    closing.push_back(std::move(handle));
    return true;
  });
  for (Handle& handle : closing) {
    co_await close_handle(std::move(handle));
  }
  co_return done;
}

void RandomUser::add_open(std::set<Gfid>& gfids) const {
  for (const Handle& handle : handles_) gfids.insert(handle.gfid);
}

Task<> RandomUser::create() {
  const std::vector<std::string> path = random_path();
  const Place place = co_await tried(resolve(path));
  std::uint32_t flags = open_flag::read_write;
  if (!habits_.in_blocks && random_.chance(0.2)) flags |= open_flag::append;
  if (place.there && !random_.chance(habits_.rude)) {
    if (!place.there->is_regular()) co_return Error(EISDIR);
    const fop::Open open{.gfid = place.there->gfid, .flags = flags};
    fop::Opened reply = co_await tried(top_.perform(call(), open));
    co_await keep(std::move(reply.fd), place.there->gfid, flags);
    co_return done;
  }
  if (random_.chance(0.5)) flags |= open_flag::exclusive;
  const std::uint32_t mode = pick<std::uint32_t>(random_, {0644, 0644, 0600, 0755, 0});
  fop::Create create{
      .parent = place.parent, .flags = flags | open_flag::create, .mode = S_IFREG | mode, .name = place.name};
  create.xdata.set("gfid-req", new_gfid());
  fop::Create::Reply reply = co_await tried(top_.perform(call(), create));
  known_[{place.parent, place.name}] = reply.iatt;
  co_await keep(std::move(reply.fd), reply.iatt.gfid, flags);
  co_return done;
}

Task<> RandomUser::open() {
  const Iatt found = co_await tried(random_object());
  if (!found.is_regular()) co_return Error(EISDIR);
  std::uint32_t flags = static_cast<std::uint32_t>(random_.below(3));
  if (!habits_.in_blocks && flags != 0 && random_.chance(0.2)) flags |= open_flag::append;
  const fop::Open open{.gfid = found.gfid, .flags = flags};
  fop::Opened reply = co_await tried(top_.perform(call(), open));
  co_await keep(std::move(reply.fd), found.gfid, flags);
  co_return done;
}

Task<> RandomUser::read() {
  const Handle* handle = random_handle(&Handle::reads);
  if (handle == nullptr) co_return Error(EBADF);
  fop::Read read{.gfid = handle->gfid, .fd = handle->fd};
  read.offset = habits_.in_blocks ? 0 : random_.chance(0.5) ? 0 : random_.below(longest_file);
  read.size = static_cast<std::uint32_t>(habits_.in_blocks ? most_blocks * block_size : random_.between(1, 16384));
  const Result<fop::Read::Reply> reply = co_await top_.perform(call(), read);
  co_return dropped(reply);
}

Task<> RandomUser::write() {
  const Handle* handle = random_handle(&Handle::writes);
  if (handle == nullptr) co_return Error(EBADF);
  fop::Write write{.gfid = handle->gfid, .fd = handle->fd, .flags = handle->flags};
  write.offset = habits_.in_blocks ? random_.below(most_blocks) * block_size : random_.below(longest_file);
  write.size = static_cast<std::uint32_t>(habits_.in_blocks ? block_size : random_.between(1, 3000));
  write.data.bytes = Slice::own(new_bytes(write.size));
  const Result<fop::Changed> reply = co_await top_.perform(call(), write);
  co_return dropped(reply);
}

Task<> RandomUser::cut() {
  const Iatt found = co_await tried(random_object());
  if (!found.is_regular() && !random_.chance(habits_.rude)) co_return Error(EINVAL);
  fop::Truncate truncate{.gfid = found.gfid};
  truncate.size = habits_.in_blocks ? random_.below(most_blocks) * block_size : random_.below(longest_file);
  if (random_.chance(0.3)) truncate.size = 0;
  const Result<fop::Changed> reply = co_await top_.perform(call(), truncate);
  co_return dropped(reply);
}

Task<> RandomUser::cut_open() {
  const Handle* handle = random_handle(&Handle::writes);
  if (handle == nullptr) co_return Error(EBADF);
  fop::Ftruncate truncate{.gfid = handle->gfid, .fd = handle->fd};
  truncate.size = habits_.in_blocks ? random_.below(most_blocks) * block_size : random_.below(longest_file);
  const Result<fop::Changed> reply = co_await top_.perform(call(), truncate);
  co_return dropped(reply);
}

Task<> RandomUser::sync() {
  const Handle* handle = random_handle(nullptr);
  if (handle == nullptr) co_return Error(EBADF);
  fop::Fsync fsync{.gfid = handle->gfid, .fd = handle->fd, .data_only = random_.chance(0.3) ? 1U : 0U};
  const Result<fop::Changed> reply = co_await top_.perform(call(), fsync);
  co_return dropped(reply);
}

Task<> RandomUser::close_one() {
  if (handles_.empty()) co_return Error(EBADF);
  const std::size_t which = random_.below(handles_.size());
  Handle handle = std::move(handles_[which]);
  handles_.erase(handles_.begin() + static_cast<std::ptrdiff_t>(which));
  if (handle.has_locks || random_.chance(0.5)) {
    co_await close_handle(std::move(handle));
    co_return done;
  }
  const fop::Fstat fstat{.gfid = handle.gfid, .fd = handle.fd};
  const Result<fop::Attributes> reply = co_await top_.perform(call(), fstat);
  co_await close_handle(std::move(handle));
  co_return dropped(reply);
}

Task<> RandomUser::lock() {
  Handle* handle = random_handle(nullptr);
  if (handle == nullptr) co_return Error(EBADF);
  constexpr std::uint32_t get = 0, set = 1, set_and_wait = 2;
  fop::Lk lk{.gfid = handle->gfid, .fd = handle->fd};
  Call caller = call();
  caller.lock_owner = handle->owner;
  lk.flock = {.start = random_.below(100), .length = random_.chance(0.2) ? 0 : random_.between(1, 60)};
  lk.flock.pid = static_cast<std::uint32_t>(caller.pid);
  lk.flock.owner = handle->owner;
  lk.type = handle->has_locks && random_.chance(0.5) ? Flock::unlock : handle->writes() ? Flock::write : Flock::read;
  lk.flock.type = lk.type;
  lk.command = lk.type != Flock::unlock && random_.chance(0.2) ? get : set;
  const bool holds_any = std::ranges::any_of(handles_, [](const Handle& other) { return other.has_locks; });
  // Who holds one does not wait for another: two who did could wait for each other for ever.
  if (habits_.waits_for_locks && lk.type != Flock::unlock && lk.command == set && !holds_any) {
    lk.command = set_and_wait;
  }
  if (lk.command != get && lk.type != Flock::unlock) handle->has_locks = true;
  const Result<fop::Lk::Reply> reply = co_await top_.perform(caller, lk);
  co_return dropped(reply);
}

}  // namespace mortar::sim
