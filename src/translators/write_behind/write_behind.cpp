#include "translators/write_behind/write_behind.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/log.h"

namespace mortar {
namespace {

// Of all files together: what a client may lose when its machine does, and what it keeps in memory.
constexpr std::size_t most_bytes = std::size_t{64} << 20;
constexpr std::uint32_t data_sync = 010000;  // O_DSYNC, which is part of O_SYNC
constexpr auto collected_for = std::chrono::seconds(1);

Slice joined(const std::vector<Slice>& parts, std::size_t size) {
  if (parts.size() == 1) return parts.front();
  Buffer buffer(size);
  std::byte* at = buffer.data();
  for (const Slice& part : parts) {
    std::memcpy(at, part.data(), part.size());
    at += part.size();
  }
  return buffer.share(0, size);
}

}  // namespace

Result<std::unique_ptr<Translator>> WriteBehind::make(World& world, const VolumeSection& section) {
  Result<WriteBehindOptions> options = read_options<WriteBehindOptions>(section);
  if (!options) return std::unexpected(options.error());
  return std::make_unique<WriteBehind>(world, section.name, *options);
}

Result<Done> WriteBehind::reconfigure(const VolumeSection& section) {
  Result<WriteBehindOptions> options = read_options<WriteBehindOptions>(section);
  if (!options) return std::unexpected(options.error());
  options_ = *options;
  return done;
}

Task<> WriteBehind::stop() {
  co_await settle();
  co_await tasks_.finished();
  co_return done;
}

void WriteBehind::dump_state(std::string& out) const {
  out += fmt::format("files={}\nbytes={}\nanswered-early={}\nsent={}\nfailed={}\n", files_.size(), bytes_,
                     answered_early_, sent_, failed_);
}

bool WriteBehind::may_go_behind(const fop::Write& write) const {
  if (options_.pass_through || !write.fd.open || write.data.bytes.size() != write.size || write.size == 0) return false;
  const std::uint32_t flags = write.fd.open->flags | write.flags;
  if ((flags & data_sync) != 0) return false;
  return !options_.strict_direct || (flags & open_flag::direct) == 0;
}

Task<fop::Changed> WriteBehind::write(Call call, fop::Write write) {
  const int error = take_error(write.fd);
  if (error != 0) co_return Error(error);
  FilePointer file = find(write.gfid);
  if (!may_go_behind(write)) {
    fop::Changed reply = co_await tried(write_through(std::move(call), std::move(write), std::move(file)));
    co_return std::move(reply);
  }
  while ((file && file->bytes() >= options_.window.bytes) || bytes_ >= most_bytes) {
    WaitList& room = file && file->bytes() >= options_.window.bytes ? file->changed() : waiting_for_room_;
    co_await Queued(room);
    file = find(write.gfid);
    const int failed = take_error(write.fd);
    if (failed != 0) co_return Error(failed);
  }
  if (!file) file = files_.emplace(write.gfid, std::make_shared<File>(write.gfid)).first->second;
  fop::Changed reply;
  reply.op_ret = static_cast<std::int32_t>(write.size);
  put_behind(std::move(call), std::move(write), file);
  dispatch(file);
  co_return std::move(reply);
}

Task<fop::Changed> WriteBehind::write_through(Call call, fop::Write write, FilePointer file) {
  if (file) {
    co_await drained(file);
  }
  fop::Changed reply = co_await tried(next().perform(call, write));
  co_return std::move(reply);
}

void WriteBehind::put_behind(Call call, fop::Write write, const FilePointer& file) {
  ++answered_early_;
  bytes_ += write.size;
  Pending pending{.call = std::move(call), .write = std::move(write)};
  pending.parts.push_back(std::exchange(pending.write.data.bytes, {}));
  // Where it will land nobody knows before the brick: other clients may append, too.
  pending.range = pending.appends() ? write_behind::Range::everything()
                                    : write_behind::Range{pending.write.offset, pending.write.size};
  file->add(std::move(pending), options_.aggregate.bytes);
}

void WriteBehind::dispatch(const FilePointer& file) {
  std::list<Pending>& all = file->pending();
  for (auto pending = all.begin(); pending != all.end(); ++pending) {
    if (pending->under_way) continue;
    if (options_.strict_order && file->under_way() != 0) return;
    if (file->is_held_up(pending)) return;
    const bool is_large = pending->size() >= options_.aggregate.bytes;
    const bool may_trickle = options_.trickling && file->under_way() == 0;
    if (!is_large && !may_trickle && !file->in_a_hurry(*pending) && std::next(pending) == all.end()) {
      if (file->under_way() == 0 && !std::exchange(file->send_is_planned, true)) tasks_.start(send_soon(file));
      return;
    }
    file->begin(*pending);
    tasks_.start(send(file, pending));
  }
}

Task<> WriteBehind::send_soon(FilePointer file) {
  co_await world_.sleep(collected_for);
  file->send_is_planned = false;
  file->hurry();
  dispatch(file);
  co_return done;
}

Task<> WriteBehind::send(FilePointer file, std::list<Pending>::iterator pending) {
  co_await next_turn();  // whoever wrote is answered first
  ++sent_;
  pending->write.data.bytes = joined(pending->parts, pending->size());
  pending->parts.clear();
  const Result<Done> outcome = co_await written(pending->call, pending->write);
  if (!outcome) note_error(*pending, outcome.error());
  bytes_ -= pending->size();
  file->end(pending);
  waiting_for_room_.move_to(ready_queue());
  if (file->empty()) {
    files_.erase(file->gfid());
  } else {
    dispatch(file);
  }
  co_return done;
}

// To the last byte: a disk that is nearly full may take a part.
Task<> WriteBehind::written(const Call& call, fop::Write write) {
  while (true) {
    const fop::Changed reply = co_await tried(next().perform(call, write));
    if (reply.op_ret <= 0 || static_cast<std::uint32_t>(reply.op_ret) > write.size) co_return Error(EIO);
    const auto done_bytes = static_cast<std::uint32_t>(reply.op_ret);
    if (done_bytes == write.size) co_return done;
    write.offset += done_bytes;
    write.size -= done_bytes;
    write.data.bytes = write.data.bytes.part(done_bytes, write.size);
  }
}

void WriteBehind::note_error(const Pending& pending, const Error& error) {
  ++failed_;
  const std::shared_ptr<Descriptor>& open = pending.write.fd.open;
  log::warning(name(), "{}: {} bytes at {}, answered before, are not written: {}", pending.write.gfid.text(),
               pending.size(), pending.write.offset, error.sentence());
  std::shared_ptr<Told> told = open->contexts.get<Told>(this);
  if (!told) open->contexts.put(this, told = std::make_shared<Told>());
  if (told->error == 0) told->error = error.number();
}

int WriteBehind::take_error(const Fd& fd) {
  if (failed_ == 0 || !fd.open) return 0;
  const std::shared_ptr<Told> told = fd.open->contexts.get<Told>(this);
  return told ? std::exchange(told->error, 0) : 0;
}

Task<> WriteBehind::drained_for(FilePointer file, write_behind::Range range) {
  const std::uint64_t up_to = file->last_number();
  while (file->overlaps(range, up_to)) {
    file->hurry();
    dispatch(file);
    co_await Queued(file->changed());
  }
  co_return done;
}

Task<> WriteBehind::drained(FilePointer file) {
  co_await drained_for(std::move(file), write_behind::Range::everything());
  co_return done;
}

Task<> WriteBehind::settle() {
  std::vector<FilePointer> files;
  for (const auto& [gfid, file] : files_) files.push_back(file);
  for (const FilePointer& file : files) {
    file->hurry();
    dispatch(file);
  }
  for (const FilePointer& file : files) {
    co_await drained(file);
  }
  co_return done;
}

// A flush in nobody's name gives no lock back: all it is for is to tell errors.
Task<fop::Acknowledged> WriteBehind::flush(Call call, fop::Flush flush) {
  const FilePointer file = find(flush.gfid);
  const bool locks = !call.lock_owner.empty();
  if (file && (!options_.flush_behind || locks)) {
    co_await drained(file);
  }
  const int error = take_error(flush.fd);
  if (error != 0) co_return Error(error);
  if (!locks) {
    if (file) file->hurry(), dispatch(file);
    co_return fop::Acknowledged{};
  }
  fop::Acknowledged reply = co_await tried(next().perform(call, flush));
  co_return std::move(reply);
}

Task<> WriteBehind::release_behind(Call call, fop::Release release, FilePointer file) {
  co_await drained(file);
  const int error = take_error(release.fd);
  if (error != 0) {
    log::error(name(), "{} was closed before its data was written, and nobody was told: {}", release.gfid.text(),
               Error(error).sentence());
  }
  const Result<fop::Acknowledged> released = co_await next().perform(call, release);
  if (!released) log::debug(name(), "{} is not released: {}", release.gfid.text(), released.error().sentence());
  co_return done;
}

std::vector<Gfid> WriteBehind::unwritten() const {
  std::vector<Gfid> gfids;
  gfids.reserve(files_.size());
  for (const auto& [gfid, file] : files_) gfids.push_back(gfid);
  return gfids;
}

// Which object a name stands for is known afterwards. Where writes of it were still on their way, the attributes are
// older than what its writer was told.
Task<fop::Lookup::Reply> WriteBehind::look_up(Call call, fop::Lookup lookup) {
  const std::vector<Gfid> before = unwritten();
  fop::Lookup::Reply reply = co_await tried(next().perform(call, lookup));
  const FilePointer file = find(reply.iatt.gfid);
  if (!file && std::ranges::find(before, reply.iatt.gfid) == before.end()) co_return std::move(reply);
  if (file) {
    co_await drained(file);
  }
  reply = co_await tried(next().perform(call, lookup));
  co_return std::move(reply);
}

// Somebody may have made it before.
Task<fop::Create::Reply> WriteBehind::create(Call call, fop::Create create) {
  fop::Create::Reply reply = co_await tried(next().perform(call, create));
  const FilePointer file = find(reply.iatt.gfid);
  if (!file) co_return std::move(reply);
  co_await drained(file);
  const fop::Fstat fstat{.gfid = reply.iatt.gfid, .fd = reply.fd};
  const Result<fop::Attributes> now = co_await next().perform(call, fstat);
  if (now) reply.iatt = now->iatt;
  co_return std::move(reply);
}

// An entry whose attributes may be old goes without.
Task<fop::Readdirp::Reply> WriteBehind::read_directory(Call call, fop::Readdirp readdirp) {
  const std::vector<Gfid> before = unwritten();
  fop::Readdirp::Reply reply = co_await tried(next().perform(call, readdirp));
  for (EntryPlus& entry : reply.entries.elements) {
    const bool old = files_.contains(entry.iatt.gfid) || std::ranges::find(before, entry.iatt.gfid) != before.end();
    if (old) entry.iatt = {};
  }
  co_return std::move(reply);
}

}  // namespace mortar
