#include "translators/posix/posix.h"

#include <fmt/format.h>

#include "translators/posix/data.h"
#include "translators/posix/jobs.h"
#include "wire/files_to_sync.h"
#include "wire/own_keys.h"

namespace mortar::posix {

namespace {

// Content up to this size is likely to be in memory, or to go there.
constexpr std::uint32_t quick_size = 64 << 10;
// How often an entry may be replaced by others before who wants it gives up.
constexpr int most_attempts = 16;

SubjectWish wish(const Gfid& gfid, bool exclusive) {
  SubjectWish wish;
  wish.gfid = gfid;
  wish.exclusive = exclusive;
  return wish;
}

// A shared lock serves reading; setting a time of access does not.
bool writes_times(const Call& call) { return call.stamps != 0; }

Weight weight_of_content(std::uint32_t size, std::uint32_t flags, Weight quick) {
  constexpr std::uint32_t synchronous = 010000 | 04000000;  // O_DSYNC, O_SYNC
  const bool waits = size > quick_size || (flags & synchronous) != 0 || (flags & open_flag::direct) != 0;
  return waits ? Weight::slow : quick;
}

}  // namespace

template <class Request>
Task<typename Request::Reply> Posix::on_object(const Call& call, const Request& request, bool exclusive, Weight weight,
                                               Core::Job<Request> job) {
  SubjectWishes wishes;
  wishes[0] = wish(request.gfid, exclusive);
  return core_->run(call, request, std::move(wishes), weight, job);
}

template <class Request>
Task<typename Request::Reply> Posix::on_descriptor(const Call& call, const Request& request, bool exclusive,
                                                   Weight weight, Core::Job<Request> job, bool lists) {
  Result<SubjectWish> object = wish_for(request.gfid, request.fd, exclusive);
  if (!object) return ready<typename Request::Reply>(std::unexpected(object.error()));
  SubjectWishes wishes;
  wishes[0] = std::move(*object);
  wishes[0].lists = lists;
  return core_->run(call, request, std::move(wishes), weight, job);
}

template <class Request>
Task<typename Request::Reply> Posix::make_entry(const Call& call, const Request& request, Core::Job<Request> job) {
  SubjectWishes wishes;
  wishes[0] = wish(request.parent, true);
  wishes[1] = wish(request.xdata.gfid("gfid-req").value_or(null_gfid), true);
  typename Request::Reply reply = co_await tried(core_->run(call, request, std::move(wishes), Weight::names, job));
  core_->hints.learn(request.parent, request.name, reply.iatt.gfid);
  co_return std::move(reply);
}

template <class Request>
Task<fop::Changed> Posix::remove_entry(const Call& call, const Request& request, Core::Job<Request> job) {
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    SubjectWishes wishes;
    wishes[0] = wish(request.parent, true);
    const Gfid there = co_await tried(core_->identify(request.parent, request.name, attempt == 0));
    wishes[1] = wish(there, true);
    Result<fop::Changed> reply = co_await core_->run(call, request, std::move(wishes), Weight::names, job);
    if (reply) core_->hints.learn(request.parent, request.name, null_gfid);
    if (reply || reply.error().number() != job::name_moved) co_return reply;
  }
  co_return Error(ESTALE);
}

Result<SubjectWish> Posix::wish_for(const Gfid& gfid, const Fd& fd, bool exclusive) const {
  SubjectWish object = wish(gfid, exclusive);
  object.has_descriptor = true;
  if (!fd.open) return fd.remote == Fd::anonymous ? Result<SubjectWish>(std::move(object)) : failed(EBADF);
  object.context = fd.open->contexts.get<OpenContext>(this);
  if (!object.context) return failed(EBADF);
  object.gfid = object.context->inode->gfid;
  return object;
}

Task<fop::Acknowledged> Posix::release(const Fd& fd) {
  if (fd.open) fd.open->contexts.erase(this);
  return ready<fop::Acknowledged>(fop::Acknowledged{});
}

// --- Names

Task<fop::Lookup::Reply> Posix::perform(const Call& call, const fop::Lookup& request) {
  SubjectWishes wishes;
  const bool is_named = !request.parent.is_null() && !request.name.empty();
  // A named object is not locked: which it is shows only once the name was read.
  if (is_named) wishes[0] = wish(request.parent, false);
  const bool has_guess = !is_named || !request.gfid.is_null();
  wishes[1] = wish(has_guess ? request.gfid : core_->hints.guess(request.parent, request.name), false);
  wishes[1].locked = !is_named;
  const Weight weight = request.xdata.has(own_key::readable_content) ? Weight::read : Weight::names;
  Result<fop::Lookup::Reply> reply = co_await core_->run(call, request, std::move(wishes), weight, &job::lookup);
  if (reply && is_named) core_->hints.learn(request.parent, request.name, reply->iatt.gfid);
  if (reply || reply.error().number() != job::needs_repair) co_return reply;
  fop::Lookup::Reply repaired = co_await tried(look_up_repaired(call, request));
  co_return repaired;
}

Task<fop::Lookup::Reply> Posix::look_up_repaired(const Call& call, const fop::Lookup& request) {
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    SubjectWishes wishes;
    wishes[0] = wish(request.parent, true);
    const Gfid there = co_await tried(core_->identify(request.parent, request.name, attempt == 0));
    wishes[1] = wish(there.is_null() ? request.xdata.gfid("gfid-req").value_or(null_gfid) : there, true);
    Result<fop::Lookup::Reply> reply =
        co_await core_->run(call, request, std::move(wishes), Weight::names, &job::lookup_repaired);
    if (reply || reply.error().number() != job::name_moved) co_return reply;
  }
  co_return Error(ESTALE);
}

Task<fop::Made> Posix::perform(const Call& call, const fop::Mknod& request) {
  return make_entry(call, request, job::mknod);
}
Task<fop::Made> Posix::perform(const Call& call, const fop::Mkdir& request) {
  return make_entry(call, request, job::mkdir);
}
Task<fop::Made> Posix::perform(const Call& call, const fop::Symlink& request) {
  return make_entry(call, request, job::symlink);
}

Task<fop::Create::Reply> Posix::perform(const Call& call, const fop::Create& request) {
  Result<fop::Create::Reply> reply = co_await make_entry(call, request, job::create);
  const bool may_exist = (creation_flags(request.flags) & open_flag::exclusive) == 0;
  if (reply || reply.error().number() != EEXIST || !may_exist) co_return reply;
  fop::Create::Reply existing = co_await tried(open_existing(call, request));
  co_return existing;
}

Task<fop::Create::Reply> Posix::open_existing(const Call& call, const fop::Create& request) {
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    SubjectWishes wishes;
    wishes[0] = wish(request.parent, false);
    const Gfid there = co_await tried(core_->identify(request.parent, request.name, attempt == 0));
    if (there.is_null()) co_return Error(ESTALE);
    wishes[1] = wish(there, true);
    Result<fop::Create::Reply> reply =
        co_await core_->run(call, request, std::move(wishes), Weight::names, &job::create_existing);
    if (reply || reply.error().number() != job::name_moved) co_return reply;
  }
  co_return Error(ESTALE);
}

Task<fop::Made> Posix::perform(const Call& call, const fop::Link& request) {
  SubjectWishes wishes;
  wishes[0] = wish(request.new_parent, true);
  wishes[1] = wish(request.gfid, true);
  fop::Made reply = co_await tried(core_->run(call, request, std::move(wishes), Weight::names, &job::link));
  core_->hints.learn(request.new_parent, request.new_name, reply.iatt.gfid);
  co_return std::move(reply);
}

Task<fop::Changed> Posix::perform(const Call& call, const fop::Unlink& request) {
  return remove_entry(call, request, job::unlink);
}
Task<fop::Changed> Posix::perform(const Call& call, const fop::Rmdir& request) {
  return remove_entry(call, request, job::rmdir);
}

Task<fop::Rename::Reply> Posix::perform(const Call& call, const fop::Rename& request) {
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    SubjectWishes wishes;
    wishes[0] = wish(request.old_parent, true);
    wishes[1] = wish(request.new_parent, true);
    const Gfid moved = co_await tried(core_->identify(request.old_parent, request.old_name, attempt == 0));
    const Gfid replaced = co_await tried(core_->identify(request.new_parent, request.new_name, attempt == 0));
    wishes[2] = wish(moved, true);
    wishes[3] = wish(replaced, true);
    Result<fop::Rename::Reply> reply =
        co_await core_->run(call, request, std::move(wishes), Weight::names, &job::rename);
    if (reply) {
      core_->hints.learn(request.old_parent, request.old_name, null_gfid);
      core_->hints.learn(request.new_parent, request.new_name, moved);
    }
    if (reply || reply.error().number() != job::name_moved) co_return reply;
  }
  co_return Error(ESTALE);
}

// --- Attributes

Task<fop::Attributes> Posix::perform(const Call& call, const fop::Stat& request) {
  return on_object(call, request, false, Weight::names, job::stat);
}
Task<fop::Attributes> Posix::perform(const Call& call, const fop::Fstat& request) {
  return on_descriptor(call, request, false, Weight::names, job::fstat);
}
Task<fop::Changed> Posix::perform(const Call& call, const fop::Setattr& request) {
  return on_object(call, request, true, Weight::names, job::setattr);
}
Task<fop::Changed> Posix::perform(const Call& call, const fop::Fsetattr& request) {
  return on_descriptor(call, request, true, Weight::names, job::fsetattr);
}
Task<fop::Readlink::Reply> Posix::perform(const Call& call, const fop::Readlink& request) {
  return on_object(call, request, false, Weight::names, job::readlink);
}
Task<fop::Acknowledged> Posix::perform(const Call& call, const fop::Access& request) {
  return on_object(call, request, false, Weight::names, job::access);
}
Task<fop::Statfs::Reply> Posix::perform(const Call& call, const fop::Statfs& request) {
  return on_object(call, request, false, Weight::names, job::statfs);
}

Task<fop::Acknowledged> Posix::perform(const Call& call, const fop::Setxattr& request) {
  return on_object(call, request, true, Weight::names, job::setxattr);
}
Task<fop::Acknowledged> Posix::perform(const Call& call, const fop::Fsetxattr& request) {
  const Weight weight = request.values.has("trusted.glusterfs.durable-op") ? Weight::slow : Weight::names;
  return on_descriptor(call, request, true, weight, job::fsetxattr);
}
Task<fop::Values> Posix::perform(const Call& call, const fop::Getxattr& request) {
  // Reading a whole directory may take long.
  const Weight weight = request.name.starts_with("glusterfs.get_real_filename:") ? Weight::slow : Weight::names;
  return on_object(call, request, false, weight, job::getxattr);
}
Task<fop::Values> Posix::perform(const Call& call, const fop::Fgetxattr& request) {
  return on_descriptor(call, request, false, Weight::names, job::fgetxattr);
}
Task<fop::Acknowledged> Posix::perform(const Call& call, const fop::Removexattr& request) {
  return on_object(call, request, true, Weight::names, job::removexattr);
}
Task<fop::Acknowledged> Posix::perform(const Call& call, const fop::Fremovexattr& request) {
  return on_descriptor(call, request, true, Weight::names, job::fremovexattr);
}
Task<fop::Values> Posix::perform(const Call& call, const fop::Xattrop& request) {
  return on_object(call, request, true, Weight::names, job::xattrop);
}
Task<fop::Values> Posix::perform(const Call& call, const fop::Fxattrop& request) {
  return on_descriptor(call, request, true, Weight::names, job::fxattrop);
}

// --- Content

Task<fop::Opened> Posix::perform(const Call& call, const fop::Open& request) {
  const bool changes = writes_times(call) || (request.flags & open_flag::truncate) != 0;
  const Weight weight = (request.flags & open_flag::truncate) != 0 ? Weight::slow : Weight::names;
  return on_object(call, request, changes, weight, job::open);
}
Task<fop::Read::Reply> Posix::perform(const Call& call, const fop::Read& request) {
  return on_descriptor(call, request, writes_times(call), weight_of_content(request.size, request.flags, Weight::read),
                       job::read);
}
Task<fop::Changed> Posix::perform(const Call& call, const fop::Write& request) {
  const auto size = static_cast<std::uint32_t>(request.data.bytes.size());
  return on_descriptor(call, request, true, weight_of_content(size, request.flags, Weight::write), job::write);
}
Task<fop::Changed> Posix::perform(const Call& call, const fop::Truncate& request) {
  return on_object(call, request, true, Weight::slow, job::truncate);
}
Task<fop::Changed> Posix::perform(const Call& call, const fop::Ftruncate& request) {
  return on_descriptor(call, request, true, Weight::slow, job::ftruncate);
}
// Locks are given back above; data stays where it is.
Task<fop::Acknowledged> Posix::perform(const Call&, const fop::Flush&) {
  return ready<fop::Acknowledged>(fop::Acknowledged{});
}
Task<fop::Changed> Posix::perform(const Call& call, const fop::Fsync& request) {
  if (request.xdata.has(own_key::files_to_sync)) return sync_many(request);
  Result<SubjectWish> object = wish_for(request.gfid, request.fd, false);
  if (!object) return ready<fop::Changed>(std::unexpected(object.error()));
  SubjectWishes wishes;
  wishes[0] = std::move(*object);
  // Writers need not wait until the disk is done.
  wishes[0].locked = false;
  const bool in_batch = wishes[0].context && request.xdata.has("batch-fsync") && FsyncBatch::is_wanted(*core_->options);
  if (in_batch) return flush_in_batch(call, request, std::move(wishes));
  return core_->run(call, request, std::move(wishes), Weight::slow, job::fsync);
}
Task<fop::Changed> Posix::perform(const Call& call, const fop::Fallocate& request) {
  return on_descriptor(call, request, true, Weight::slow, job::fallocate);
}
Task<fop::Changed> Posix::perform(const Call& call, const fop::Discard& request) {
  return on_descriptor(call, request, true, Weight::slow, job::discard);
}
Task<fop::Changed> Posix::perform(const Call& call, const fop::Zerofill& request) {
  return on_descriptor(call, request, true, Weight::slow, job::zerofill);
}
Task<fop::Seek::Reply> Posix::perform(const Call& call, const fop::Seek& request) {
  return on_descriptor(call, request, false, Weight::slow, job::seek);
}
Task<fop::Rchecksum::Reply> Posix::perform(const Call& call, const fop::Rchecksum& request) {
  return on_descriptor(call, request, false, Weight::slow, job::rchecksum);
}
Task<fop::CopyFileRange::Reply> Posix::perform(const Call& call, const fop::CopyFileRange& request) {
  Result<SubjectWish> source = wish_for(request.in_gfid, request.fd_in, writes_times(call));
  Result<SubjectWish> destination = wish_for(request.out_gfid, request.fd_out, true);
  if (!source || !destination) return ready<fop::CopyFileRange::Reply>(failed(EBADF));
  SubjectWishes wishes;
  wishes[0] = std::move(*source);
  wishes[1] = std::move(*destination);
  return core_->run(call, request, std::move(wishes), Weight::slow, job::copy_file_range);
}

Task<fop::Changed> Posix::flush_in_batch(const Call& call, const fop::Fsync& request, SubjectWishes wishes) {
  co_await tried(batch_.flush(core_->options, wishes[0].context->file));
  fop::Changed reply = co_await tried(core_->run(call, request, std::move(wishes), Weight::names, &job::fsync_done));
  co_return reply;
}

Task<fop::Changed> Posix::sync_many(const fop::Fsync& request) {
  if (!core_->brick) co_return Error(ENOTCONN);
  const Gate::Pass pass = co_await tried(core_->gate.enter());
  std::vector<Gfid> files = co_await tried(files_to_sync(request.xdata));
  const std::size_t count = files.size();
  co_await tried(many_.sync(core_->brick, core_->options, std::move(files)));
  fop::Changed reply;
  reply.xdata.set(own_key::files_to_sync, std::uint64_t{count});
  co_return std::move(reply);
}

// --- Directories

Task<fop::Opened> Posix::perform(const Call& call, const fop::Opendir& request) {
  return on_object(call, request, false, Weight::names, job::opendir);
}
Task<fop::Readdir::Reply> Posix::perform(const Call& call, const fop::Readdir& request) {
  return on_descriptor(call, request, false, Weight::slow, job::readdir, true);
}
Task<fop::Readdirp::Reply> Posix::perform(const Call& call, const fop::Readdirp& request) {
  return on_descriptor(call, request, false, Weight::slow, job::readdirp, true);
}
Task<fop::Acknowledged> Posix::perform(const Call& call, const fop::Fsyncdir& request) {
  return on_descriptor(call, request, false, Weight::slow, job::fsyncdir);
}
Task<fop::Acknowledged> Posix::perform(const Call&, const fop::Release& request) { return release(request.fd); }
Task<fop::Acknowledged> Posix::perform(const Call&, const fop::Releasedir& request) { return release(request.fd); }

}  // namespace mortar::posix
