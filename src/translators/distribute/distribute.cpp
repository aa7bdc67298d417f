#include "translators/distribute/distribute.h"

#include <fmt/format.h>

#include <algorithm>

#include "translators/distribute/listing.h"
#include "translators/distribute/rename.h"
#include "translators/distribute/sole_subvolume.h"

namespace mortar {

namespace {

Result<NameHash> hash_of(const DistributeOptions& options) {
  return NameHash::make(options.rsync_hash_regex, options.extra_hash_regex);
}

}  // namespace

Result<std::unique_ptr<Translator>> Distribute::make(World& world, const VolumeSection& section) {
  Result<DistributeOptions> options = read_options<DistributeOptions>(section);
  if (!options) return std::unexpected(options.error());
  if (section.subvolumes.size() == 1) {
    return std::make_unique<distribute::SoleSubvolume>(section.name, options->attribute_prefix);
  }
  Result<NameHash> hash = hash_of(*options);
  if (!hash) return std::unexpected(hash.error());
  if (section.subvolumes.empty()) {
    return failed(EINVAL, fmt::format("volume {}: {} needs at least one subvolume", section.name, section.type));
  }
  return std::make_unique<Distribute>(world, section.name, std::move(*options), std::move(*hash));
}

Distribute::Distribute(World& world, std::string name, DistributeOptions options, NameHash hash)
    : Intercept(std::move(name)), volume_(world, *this, background_, std::move(options), std::move(hash)) {}

Distribute::~Distribute() = default;

Task<> Distribute::start() {
  volume_.start();
  decided_.assign(children().size(), false);
  return ready<Done>(done);
}

Task<> Distribute::stop() {
  co_await background_.finished();
  co_return done;
}

Result<Done> Distribute::reconfigure(const VolumeSection& section) {
  Result<DistributeOptions> options = read_options<DistributeOptions>(section);
  if (!options) return std::unexpected(options.error());
  Result<NameHash> hash = hash_of(*options);
  if (!hash) return std::unexpected(hash.error());
  if (options->attribute_prefix != volume_.options.attribute_prefix) return failed(ENOTSUP);
  volume_.options = std::move(*options);
  volume_.hash = std::move(*hash);
  return done;
}

// The volume is up with its first subvolume, once it is known of each whether it is there: before that, names that hash
// to one that is about to come would be refused. It is down when all are.
void Distribute::notified(const Notice& notice, Translator& child) {
  const auto place = static_cast<std::size_t>(std::ranges::find(children(), &child) - children().begin());
  const bool comes = std::holds_alternative<notice::ChildUp>(notice);
  const bool goes = std::holds_alternative<notice::ChildDown>(notice);
  if (!comes && !goes) return raise(notice);
  const bool was_up = is_up_;
  volume_.set_up(place, comes);
  decided_[place] = true;
  const bool any_up = volume_.any_up();
  const bool all_decided = std::ranges::find(decided_, false) == decided_.end();
  // Directories may have been changed on the others meanwhile.
  if (comes) {
    volume_.memory.directories.clear();
    volume_.refused_heals.clear();
  }
  is_up_ = any_up && (was_up || all_decided);
  if (is_up_ && !was_up) raise(notice::ChildUp{});
  if (!any_up && all_decided) raise(notice::ChildDown{});
}

void Distribute::dump_state(std::string& out) const {
  out += fmt::format("subvolume_cnt={}\nsearch_unhashed={}\nlookup_optimize={}\nvol_commit_hash={:#x}\n",
                     children().size(), volume_.options.lookup_unhashed, volume_.options.lookup_optimize ? 1 : 0,
                     volume_.commit_hash());
  out += fmt::format("directories={}\nplaces={}\n", volume_.memory.directories.size(), volume_.memory.places.size());
  for (Place place = 0; place < children().size(); ++place) {
    out += fmt::format("subvolumes[{}]={}\nsubvolume_status[{}]={}\n", place, volume_.subvolume(place).name(), place,
                       volume_.is_up(place) ? 1 : 0);
  }
}

// ---- Where operations go.

template <class Operation>
Task<typename Operation::Reply> Distribute::around(const Call& call, const Operation& operation) {
  if constexpr (requires { act(call, operation); }) {
    return act(call, operation);
  } else if constexpr (requires { operation.gfid; }) {
    return on_object(call, operation);
  } else {
    return ready<typename Operation::Reply>(failed(EOPNOTSUPP));
  }
}

template <class Operation>
Task<typename Operation::Reply> Distribute::on_object(const Call& call, const Operation& operation) {
  const Where where = co_await tried(find_subject(call, operation));
  if (where.directory) {
    typename Operation::Reply reply = co_await tried(on_directory(call, operation, where.directory));
    co_return std::move(reply);
  }
  typename Operation::Reply reply = co_await tried(on_file(call, operation, *where.place));
  co_return std::move(reply);
}

template <class Operation>
Task<Where> Distribute::find_subject(const Call& call, const Operation& operation) {
  if constexpr (WithDescriptor<Operation>) {
    return open_objects_.find_open(call, operation.gfid, operation.fd);
  } else {
    return finder_.find(call, operation.gfid);
  }
}

template <class Operation>
Task<typename Operation::Reply> Distribute::on_file(const Call& call, const Operation& operation, Place place) {
  if constexpr (requires { xattr_changes_.on_file(call, operation, place); }) {
    return xattr_changes_.on_file(call, operation, place);
  } else if constexpr (requires { xattr_reads_.on_file(call, operation, place); }) {
    return xattr_reads_.on_file(call, operation, place);
  } else {
    return files_.on_file(call, operation, place);
  }
}

template <class Operation>
Task<typename Operation::Reply> Distribute::on_directory(const Call& call, const Operation& operation,
                                                         DirectoryPointer directory) {
  if constexpr (requires { directory_attributes_.on_directory(call, operation, directory); }) {
    return directory_attributes_.on_directory(call, operation, std::move(directory));
  } else if constexpr (requires { xattr_changes_.on_directory(call, operation, directory); }) {
    return xattr_changes_.on_directory(call, operation, std::move(directory));
  } else if constexpr (requires { xattr_reads_.on_directory(call, operation, directory); }) {
    return xattr_reads_.on_directory(call, operation, std::move(directory));
  } else {
    // One subvolume answers for all.
    return descriptors_.at_place(call, operation, volume_.speaker(*directory));
  }
}

Task<fop::Lookup::Reply> Distribute::act(const Call& call, const fop::Lookup& lookup) {
  if (lookup.name.empty()) return finder_.discover(call, lookup);
  return finder_.look_up(call, lookup);
}

Task<fop::Create::Reply> Distribute::act(const Call& call, const fop::Create& create) {
  return file_maker_.create(call, create);
}

Task<fop::Made> Distribute::act(const Call& call, const fop::Mknod& mknod) { return file_maker_.mknod(call, mknod); }

Task<fop::Made> Distribute::act(const Call& call, const fop::Symlink& symlink) {
  return file_maker_.symlink(call, symlink);
}

Task<fop::Made> Distribute::act(const Call& call, const fop::Mkdir& mkdir) {
  return directory_maker_.mkdir(call, mkdir);
}

Task<fop::Changed> Distribute::act(const Call& call, const fop::Unlink& unlink) {
  return file_remover_.unlink(call, unlink);
}

Task<fop::Changed> Distribute::act(const Call& call, const fop::Rmdir& rmdir) {
  return directory_remover_.rmdir(call, rmdir);
}

Task<fop::Rename::Reply> Distribute::act(const Call& call, const fop::Rename& rename) {
  distribute::Renaming renaming(volume_, link_files_, finder_, copy_healer_, emptiness_, call, rename);
  fop::Rename::Reply reply = co_await tried(renaming.run());
  co_return std::move(reply);
}

Task<fop::Made> Distribute::act(const Call& call, const fop::Link& link) { return linker_.link(call, link); }

Task<fop::Opened> Distribute::act(const Call& call, const fop::Open& open) { return open_objects_.open(call, open); }

Task<fop::Opened> Distribute::act(const Call& call, const fop::Opendir& open) {
  return open_objects_.opendir(call, open);
}

Task<fop::Acknowledged> Distribute::act(const Call& call, const fop::Release& release) {
  return open_objects_.release(call, release);
}

Task<fop::Acknowledged> Distribute::act(const Call& call, const fop::Releasedir& release) {
  return open_objects_.releasedir(call, release);
}

Task<fop::CopyFileRange::Reply> Distribute::act(const Call& call, const fop::CopyFileRange& copy) {
  return open_objects_.copy_file_range(call, copy);
}

Task<fop::Readdirp::Reply> Distribute::act(const Call& call, const fop::Readdirp& readdir) {
  distribute::Listing listing(volume_, finder_, descriptors_, call, readdir);
  fop::Readdirp::Reply reply = co_await tried(listing.run());
  co_return std::move(reply);
}

// Attributes and the names in link files tell what is no entry.
Task<fop::Readdir::Reply> Distribute::act(const Call& call, const fop::Readdir& readdir) {
  const fop::Readdirp with_attributes{
      .gfid = readdir.gfid, .fd = readdir.fd, .offset = readdir.offset, .size = readdir.size, .xdata = readdir.xdata};
  fop::Readdirp::Reply listed = co_await tried(act(call, with_attributes));
  fop::Readdir::Reply reply;
  reply.op_ret = listed.op_ret;
  reply.op_errno = listed.op_errno;
  reply.entries.elements.reserve(listed.entries.elements.size());
  for (EntryPlus& entry : listed.entries.elements) {
    reply.entries.elements.push_back({.inode = entry.inode,
                                      .offset = entry.offset,
                                      .name_length = entry.name_length,
                                      .type = entry.type,
                                      .name = std::move(entry.name)});
  }
  co_return std::move(reply);
}

Task<fop::Statfs::Reply> Distribute::act(const Call& call, const fop::Statfs& statfs) {
  return usage_.statfs(call, statfs);
}

// What a client asks of all bricks.
Task<fop::Acknowledged> Distribute::act(const Call& call, const fop::Ipc& ipc) {
  AnswersOf<fop::Ipc> answers = co_await tried(on_each(children(), call, ipc));
  for (Result<fop::Acknowledged>& answer : answers) {
    if (!answer && answer.error().number() != ENOTCONN) co_return answer.error();
  }
  co_return fop::Acknowledged{};
}

}  // namespace mortar
