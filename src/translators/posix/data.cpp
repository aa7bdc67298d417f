// Opening, reading, writing, truncating, flushing.
#include "translators/posix/data.h"

#include <fcntl.h>

#include <algorithm>

#include "translators/posix/jobs.h"
#include "translators/posix/wanted.h"

namespace mortar::posix {

namespace {

constexpr const char* protect_key = "trusted.glusterfs.protect.writes";
constexpr std::size_t direct_alignment = 4096;

// Memory that direct input and output can use.
class Aligned {
 public:
  explicit Aligned(std::size_t size) : memory_(size + direct_alignment), size_(size) {
    const auto address = reinterpret_cast<std::uintptr_t>(memory_.data());
    skip_ = (direct_alignment - address % direct_alignment) % direct_alignment;
  }
  std::span<std::byte> bytes() { return memory_.bytes().subspan(skip_, size_); }
  Slice share(std::size_t used) const { return memory_.share(skip_, used); }

 private:
  Buffer memory_;
  std::size_t size_;
  std::size_t skip_ = 0;
};

Result<std::size_t> read_all(FileSystem& files, int file, std::span<std::byte> into, std::uint64_t offset) {
  std::size_t used = 0;
  while (used < into.size()) {
    Result<std::size_t> read = files.read(file, into.subspan(used), offset + used);
    if (!read) return used > 0 ? used : read;
    if (*read == 0) break;
    used += *read;
  }
  return used;
}

Result<std::size_t> write_all(FileSystem& files, int file, Bytes from, std::uint64_t offset) {
  std::size_t used = 0;
  while (used < from.size()) {
    Result<std::size_t> written = files.write(file, from.subspan(used), offset + used);
    if (!written) return used > 0 ? used : written;
    if (*written == 0) return failed(EIO);
    used += *written;
  }
  return used;
}

bool is_direct(const Work& work, std::uint32_t flags) {
  return work.options->direct || (flags & open_flag::direct) != 0;
}

// A rebalance marks the file it fills; writes that others repeat there mark it, so that it knows what not to overwrite.
Result<Done> settle_write_protection(const Work& work, const Content& content, const Dictionary& xdata) {
  if (xdata.has(protect_key)) {
    return work.attributes().set(content.place(), protect_key, as_bytes(std::string_view("\1", 1)), 0);
  }
  if (xdata.has("glusterfs.avoid.overwrite") && work.attributes().get(content.place(), protect_key)) {
    return failed(EBUSY);
  }
  return done;
}

// Overwriting what is there takes no space, unless there are holes.
bool takes_space(const Iatt& before, std::uint64_t offset, std::uint64_t size) {
  if (offset > before.size || size > before.size - offset) return true;
  return before.blocks < before.size / 512;
}

template <class Request>
Result<fop::Changed> finish_change(const Work& work, Subject& object, const Content& content, const Request& request) {
  fop::Changed reply;
  if (Result<Done> timed = stamp_object(work, object, content.place()); !timed) return std::unexpected(timed.error());
  Result<Iatt> after = observe_changed(work, object, content.place());
  if (!after) return std::unexpected(after.error());
  reply.before = content.before;
  reply.after = *after;
  const Result<Done> answered = answer_wanted(work, object, content.place(), *after, request.xdata, reply.xdata);
  if (!answered) return std::unexpected(answered.error());
  return reply;
}

Result<fop::Changed> answer_fsync(const Work& work, Subject& object, const Content& content,
                                  const fop::Fsync& request) {
  Result<Iatt> after = observe_changed(work, object, content.place());
  if (!after) return std::unexpected(after.error());
  fop::Changed reply;
  reply.before = content.before;
  reply.after = *after;
  const Result<Done> answered = answer_wanted(work, object, content.place(), *after, request.xdata, reply.xdata);
  if (!answered) return std::unexpected(answered.error());
  return reply;
}

template <class Request>
Result<fop::Changed> set_size(Work& work, const Request& request) {
  Subject& object = work.subjects[0];
  Result<Content> content = open_content(work, object, true);
  if (!content) return std::unexpected(content.error());
  if (request.size > static_cast<std::uint64_t>(INT64_MAX)) return failed(EFBIG);
  if (Result<Done> cut = work.files().truncate(content->file->number(), request.size); !cut) {
    return std::unexpected(cut.error());
  }
  return finish_change(work, object, *content, request);
}

}  // namespace

int host_open_flags(const Work& work, std::uint32_t flags) {
  int host = static_cast<int>(flags & open_flag::access_mode);
  if (host == 3) host = O_RDWR;
  if ((flags & open_flag::truncate) != 0) host |= O_TRUNC;
  if ((flags & open_flag::append) != 0) host |= O_APPEND;
  if ((flags & open_flag::sync) != 0) host |= O_SYNC;
  if ((flags & open_flag::no_access_time) != 0) host |= O_NOATIME;
  if (is_direct(work, flags)) host |= O_DIRECT;
  return host;
}

namespace {

Result<std::shared_ptr<OpenFile>> open_anonymous(const Work& work, Subject& object, bool to_write) {
  if (object.anonymous && object.has_descriptor) return object.anonymous;
  // Callers who open nothing tend to come back: one handle serves them for everything.
  Result<std::shared_ptr<OpenFile>> open = open_regular(work, object, O_RDWR, object.has_descriptor);
  if (open && object.has_descriptor && !object.parked) object.anonymous = *open;
  // On a read-only file system reading still works.
  if (!open && !to_write) open = open_regular(work, object, O_RDONLY, object.has_descriptor);
  return open;
}

}  // namespace

Result<Content> open_content(const Work& work, Subject& object, bool to_write) {
  for (int attempt = 0;; ++attempt) {
    Result<std::shared_ptr<OpenFile>> file = object.file;
    if (!object.file) file = open_anonymous(work, object, to_write);
    if (!file) return std::unexpected(file.error());
    Content content{std::move(*file), {}};
    Result<Iatt> before = observe(work, object, content.place());
    if (!before) return std::unexpected(before.error());
    if (before->is_directory()) return failed(EISDIR);
    content.before = *before;
    // A kept handle of a file that was removed behind our back: another may have taken its place.
    const bool is_gone = content.file == object.anonymous && before->links == 0 && attempt == 0;
    if (!is_gone) return content;
    object.anonymous.reset();
    object.memory.reset();
  }
}

namespace job {

Result<fop::Opened> open(Work& work, const fop::Open& request) {
  Subject& object = work.subjects[0];
  // A file that lost its last name is opened once more by who finds it through an open descriptor (/proc/self/fd).
  Result<Found> found = find_and_observe(work, object, true);
  if (!found) return std::unexpected(found.error());
  fop::Opened reply;
  work.opened_flags = request.flags;
  if (found->iatt.is_directory()) {
    // Stock hands out a descriptor for a directory here, too.
    work.opened = object.directory;
    work.opened_directory = true;
  } else {
    Result<std::shared_ptr<OpenFile>> file = open_regular(work, object, host_open_flags(work, request.flags), true);
    if (!file) return std::unexpected(file.error());
    work.opened = std::move(*file);
    if (work.call->stamps != 0) {
      const Place place = Place::open(work.opened->number());
      if (Result<Done> timed = stamp_object(work, object, place); !timed) return std::unexpected(timed.error());
    }
  }
  const Result<Done> answered = answer_wanted(work, object, found->place, found->iatt, request.xdata, reply.xdata);
  if (!answered) return std::unexpected(answered.error());
  return reply;
}

Result<fop::Read::Reply> read(Work& work, const fop::Read& request) {
  Subject& object = work.subjects[0];
  Result<Content> content = open_content(work, object, false);
  if (!content) return std::unexpected(content.error());
  const std::uint64_t file_size = content->before.size;
  const std::uint64_t left = request.offset < file_size ? file_size - request.offset : 0;
  // Not more memory than there is to read; a direct read wants whole blocks.
  std::size_t size = std::min<std::uint64_t>(request.size, left);
  if (is_direct(work, request.flags)) {
    size = std::min<std::size_t>(request.size, (size + direct_alignment - 1) & ~(direct_alignment - 1));
  }
  Aligned buffer(size);
  Result<std::size_t> used = read_all(work.files(), content->file->number(), buffer.bytes(), request.offset);
  if (!used) return std::unexpected(used.error());
  fop::Read::Reply reply;
  reply.op_ret = static_cast<std::int32_t>(*used);
  reply.size = static_cast<std::uint32_t>(*used);
  reply.data.bytes = buffer.share(*used);
  const bool at_end = file_size == 0 || request.offset >= file_size || *used >= file_size - request.offset;
  reply.op_errno = at_end ? ENOENT : 0;
  reply.iatt = content->before;
  if (work.call->stamps != 0) {
    if (Result<Done> timed = stamp_object(work, object, content->place()); !timed) {
      return std::unexpected(timed.error());
    }
    Result<Iatt> after = observe_changed(work, object, content->place());
    if (!after) return std::unexpected(after.error());
    reply.iatt = *after;
  }
  const Result<Done> answered = answer_wanted(work, object, content->place(), reply.iatt, request.xdata, reply.xdata);
  if (!answered) return std::unexpected(answered.error());
  return reply;
}

Result<fop::Changed> write(Work& work, const fop::Write& request) {
  Subject& object = work.subjects[0];
  Result<Content> content = open_content(work, object, true);
  if (!content) return std::unexpected(content.error());
  const Bytes data = request.data.bytes.bytes();
  if (data.size() > INT32_MAX || request.offset > INT64_MAX - data.size()) return failed(EFBIG);
  if (takes_space(content->before, request.offset, data.size())) {
    if (Result<Done> space = check_space(work, request.xdata); !space) return std::unexpected(space.error());
  }
  if (Result<Done> allowed = settle_write_protection(work, *content, request.xdata); !allowed) {
    return std::unexpected(allowed.error());
  }
  const bool direct =
      is_direct(work, request.flags) && reinterpret_cast<std::uintptr_t>(data.data()) % direct_alignment != 0;
  Aligned aligned(direct ? data.size() : 0);
  if (direct) std::ranges::copy(data, aligned.bytes().begin());
  Result<std::size_t> written =
      write_all(work.files(), content->file->number(), direct ? Bytes(aligned.bytes()) : data, request.offset);
  if (!written) return std::unexpected(written.error());
  Result<fop::Changed> reply = finish_change(work, object, *content, request);
  if (!reply) return reply;
  constexpr std::uint32_t host_sync = O_SYNC;
  if ((request.flags & host_sync) != 0) {
    const bool data_only = (request.flags & host_sync) == O_DSYNC;
    if (Result<Done> synced = work.files().sync(content->file->number(), data_only); !synced) {
      return std::unexpected(synced.error());
    }
  }
  reply->op_ret = static_cast<std::int32_t>(*written);
  if (request.xdata.has("glusterfs.write-is-append")) {
    const bool appends = request.offset == content->before.size || (request.flags & open_flag::append) != 0;
    reply->xdata.set("glusterfs.write-is-append", std::uint64_t{appends});
  }
  return reply;
}

Result<fop::Changed> truncate(Work& work, const fop::Truncate& request) { return set_size(work, request); }
Result<fop::Changed> ftruncate(Work& work, const fop::Ftruncate& request) { return set_size(work, request); }

Result<fop::Changed> fsync(Work& work, const fop::Fsync& request) {
  Subject& object = work.subjects[0];
  Result<Content> content = open_content(work, object, false);
  if (!content) return std::unexpected(content.error());
  Result<Done> synced = work.files().sync(content->file->number(), request.data_only != 0);
  if (!synced) return std::unexpected(synced.error());
  return answer_fsync(work, object, *content, request);
}

Result<fop::Changed> fsync_done(Work& work, const fop::Fsync& request) {
  Result<Content> content = open_content(work, work.subjects[0], false);
  if (!content) return std::unexpected(content.error());
  return answer_fsync(work, work.subjects[0], *content, request);
}

}  // namespace job
}  // namespace mortar::posix
