// Operations on ranges of a file: allocating, punching, zeroing, seeking, copying, checksums.
#include <fcntl.h>
#include <linux/falloc.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <vector>

#include "translators/posix/data.h"
#include "translators/posix/jobs.h"
#include "translators/posix/reserve.h"
#include "translators/posix/wanted.h"

namespace mortar::posix::job {

namespace {

constexpr std::size_t piece = 1 << 20;
constexpr int seek_data = 3, seek_hole = 4;  // of lseek(2)
constexpr std::uint32_t most_summed = 16 << 20;

bool is_range(std::uint64_t offset, std::uint64_t size) {
  return size != 0 && offset <= INT64_MAX && size <= INT64_MAX - offset;
}

// Space is asked for here in large pieces: the file system is asked at once instead of trusting the last look.
Result<Done> check_space_now(const Work& work, const Dictionary& xdata) {
  Result<FileSystemStatus> status = work.files().file_system_status(work.brick->root());
  if (!status) return std::unexpected(status.error());
  const bool full = reserve_is_reached(*status, *work.options);
  if (full && !work.call->is_internal() && !xdata.has("glusterfs-internal-fop")) return failed(ENOSPC);
  return done;
}

Result<Done> write_zeros(const Work& work, int file, std::uint64_t offset, std::uint64_t size) {
  const std::vector<std::byte> zeros(std::min<std::uint64_t>(piece, size));
  while (size > 0) {
    const Bytes part(zeros.data(), std::min<std::uint64_t>(zeros.size(), size));
    Result<std::size_t> written = work.files().write(file, part, offset);
    if (!written) return std::unexpected(written.error());
    if (*written == 0) return failed(EIO);
    offset += *written;
    size -= *written;
  }
  return done;
}

template <class Request, class Change>
Result<fop::Changed> change_range(Work& work, const Request& request, bool takes_space, Change change) {
  Subject& object = work.subjects[0];
  if (!is_range(request.offset, request.size)) return failed(EINVAL);
  Result<Content> content = open_content(work, object, true);
  if (!content) return std::unexpected(content.error());
  if (takes_space) {
    if (Result<Done> space = check_space_now(work, request.xdata); !space) return std::unexpected(space.error());
  }
  if (Result<Done> changed = change(content->file->number()); !changed) return std::unexpected(changed.error());
  if (Result<Done> timed = stamp_object(work, object, content->place()); !timed) return std::unexpected(timed.error());
  fop::Changed reply;
  reply.before = content->before;
  Result<Iatt> after = observe_changed(work, object, content->place());
  if (!after) return std::unexpected(after.error());
  reply.after = *after;
  const Result<Done> answered = answer_wanted(work, object, content->place(), *after, request.xdata, reply.xdata);
  if (!answered) return std::unexpected(answered.error());
  return reply;
}

// Adler-32 that starts from nothing (the usual one starts from 1), as stock computes it.
std::uint32_t weak_sum(Bytes bytes) {
  constexpr std::uint32_t modulus = 65521;
  std::uint64_t first = 0, second = 0;
  for (std::byte byte : bytes) {
    first = (first + static_cast<std::uint64_t>(byte)) % modulus;
    second = (second + first) % modulus;
  }
  return static_cast<std::uint32_t>(second << 16 | first);
}

Result<Slice> strong_sum(Bytes bytes, bool sha256) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const EVP_MD* algorithm = sha256 ? EVP_sha256() : EVP_md5();
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, algorithm, nullptr) != 1) return failed(EIO);
  return Slice::copy(std::as_bytes(std::span(digest.data(), size)));
}

}  // namespace

Result<fop::Changed> fallocate(Work& work, const fop::Fallocate& request) {
  const int mode = (request.flags & FALLOC_FL_KEEP_SIZE) != 0 ? FALLOC_FL_KEEP_SIZE : 0;
  return change_range(work, request, true,
                      [&](int file) { return work.files().allocate(file, mode, request.offset, request.size); });
}

Result<fop::Changed> discard(Work& work, const fop::Discard& request) {
  return change_range(work, request, false, [&](int file) {
    return work.files().allocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, request.offset, request.size);
  });
}

Result<fop::Changed> zerofill(Work& work, const fop::Zerofill& request) {
  return change_range(work, request, true, [&](int file) {
    Result<Done> zeroed = work.files().allocate(file, FALLOC_FL_ZERO_RANGE, request.offset, request.size);
    if (zeroed || zeroed.error().number() != EOPNOTSUPP) return zeroed;
    return write_zeros(work, file, request.offset, request.size);
  });
}

Result<fop::Seek::Reply> seek(Work& work, const fop::Seek& request) {
  if (request.what != 0 && request.what != 1) return failed(EINVAL);
  if (request.offset > INT64_MAX) return failed(ENXIO);
  Result<Content> content = open_content(work, work.subjects[0], false);
  if (!content) return std::unexpected(content.error());
  Result<std::uint64_t> offset =
      work.files().seek(content->file->number(), request.offset, request.what == 0 ? seek_data : seek_hole);
  if (!offset) return std::unexpected(offset.error());
  fop::Seek::Reply reply;
  reply.offset = *offset;
  return reply;
}

Result<fop::Rchecksum::Reply> rchecksum(Work& work, const fop::Rchecksum& request) {
  if (request.size > most_summed) return failed(EINVAL);
  Result<Content> content = open_content(work, work.subjects[0], false);
  if (!content) return std::unexpected(content.error());
  const std::uint64_t left = request.offset < content->before.size ? content->before.size - request.offset : 0;
  std::vector<std::byte> bytes(std::min<std::uint64_t>(request.size, left));
  std::size_t used = 0;
  while (used < bytes.size()) {
    Result<std::size_t> read =
        work.files().read(content->file->number(), std::span(bytes).subspan(used), request.offset + used);
    if (!read) return std::unexpected(read.error());
    if (*read == 0) break;
    used += *read;
  }
  const Bytes summed(bytes.data(), used);
  fop::Rchecksum::Reply reply;
  const bool sha256 = work.options->fips_mode_rchecksum;
  if (sha256) reply.xdata.set("fips-mode-rchecksum", std::int64_t{1});
  if (request.xdata.has("check-zero-filled")) {
    const bool zeros = std::ranges::all_of(summed, [](std::byte byte) { return byte == std::byte{0}; });
    if (zeros) reply.xdata.set("buf-has-zeroes", std::int64_t{1});
  }
  reply.weak = weak_sum(summed);
  Result<Slice> strong = strong_sum(summed, sha256);
  if (!strong) return std::unexpected(strong.error());
  reply.strong = std::move(*strong);
  return reply;
}

Result<fop::CopyFileRange::Reply> copy_file_range(Work& work, const fop::CopyFileRange& request) {
  Subject& source = work.subjects[0];
  const bool same = request.in_gfid == request.out_gfid;
  Subject& destination = same ? source : work.subjects[1];
  if (request.offset_in > INT64_MAX || request.offset_out > INT64_MAX) return failed(EINVAL);
  if (Result<Done> space = check_space(work, request.xdata); !space) return std::unexpected(space.error());
  Result<Content> in = open_content(work, source, false);
  if (!in) return std::unexpected(in.error());
  Subject writable = destination;
  // One inode may be reached through two descriptors, of which only the second is open for writing.
  if (same) writable.file = work.subjects[1].file;
  Result<Content> out = open_content(work, writable, true);
  if (!out) return std::unexpected(out.error());
  Result<std::size_t> copied = work.files().copy_range(in->file->number(), request.offset_in, out->file->number(),
                                                       request.offset_out, request.size);
  if (!copied) return std::unexpected(copied.error());
  destination.memory = writable.memory;
  const TimeSet written{.changed = true, .modified = true};
  if (Result<Done> timed = stamp_times(work, destination, out->place(), work.call->stamps != 0 ? written : TimeSet{});
      !timed) {
    return std::unexpected(timed.error());
  }
  Result<Iatt> after = observe_changed(work, destination, out->place());
  if (!after) return std::unexpected(after.error());
  fop::CopyFileRange::Reply reply;
  reply.op_ret = static_cast<std::int32_t>(std::min<std::size_t>(*copied, INT32_MAX));
  reply.iatt = same ? *after : in->before;
  reply.out_before = out->before;
  reply.out_after = *after;
  return reply;
}

}  // namespace mortar::posix::job
