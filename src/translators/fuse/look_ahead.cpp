#include "translators/fuse/look_ahead.h"

#include <algorithm>

#include "base/log.h"
#include "translator/same_caller.h"
#include "wire/own_keys.h"

namespace mortar::fuse {
namespace {

using namespace std::chrono_literals;

constexpr Duration lasts = 1s;
// Who waits for what is being listed asks by itself after that.
constexpr Duration longest_wait = 5ms;
constexpr std::size_t most_directories = 256;
// Of one directory. A part of it is wanted when half of those before it were used.
constexpr std::size_t most_files = 16384;
constexpr std::uint32_t first_part = 16 << 10, other_parts = 64 << 10;
// Of a directory, before it is listed: where that has paid, to begin with, and where it never pays.
constexpr std::uint64_t least_uses = 1, uses_at_first = 4, most_uses = 256;
constexpr int most_reading = 8;

}  // namespace

LookAhead::LookAhead(World& world, TaskSet& tasks, std::function<Asked()> asked, const std::uint64_t& changes)
    : world_(world), tasks_(tasks), asked_(std::move(asked)), changes_(changes), needed_uses_(uses_at_first) {}

std::optional<LookAhead::Known> LookAhead::find(const Call& call, const Gfid& directory, const std::string& name) {
  const DirectoryPointer listed = known(call, directory);
  if (!listed) return std::nullopt;
  const auto found = listed->files.find(name);
  if (found == listed->files.end()) return std::nullopt;
  Known told = std::move(found->second);
  listed->files.erase(found);
  if (world_.now() >= told.asked.at + lasts) return std::nullopt;
  reading_ = std::max(reading_ - 1, 0);
  count_use(*listed);
  return told;
}

void LookAhead::count_use(Directory& directory) {
  ++directory.uses;
  if (directory.uses * 2 < directory.listed) return;
  directory.wanted.set();
  if (directory.listed > 0) needed_uses_ = least_uses;
}

void LookAhead::looked_up(const Call& call, const Source& source, const Gfid& directory) {
  reading_ = std::max(reading_ - 1, 0);
  used(call, source, directory);
}

void LookAhead::read(const Call& call, const Source& source, const Gfid& directory) {
  reading_ = std::min(reading_ + 2, most_reading);
  used(call, source, directory);
}

void LookAhead::passed(const Call& call, const Gfid& directory) {
  const DirectoryPointer listed = known(call, directory);
  if (listed) listed->was_passed = true;
}

Task<> LookAhead::prepare(Call call, Source source, Gfid gfid, std::string name) {
  if (needed_uses_ > least_uses) co_return done;
  DirectoryPointer directory = known(call, gfid);
  if (!directory) directory = watch(call, gfid);
  if (!name.empty() && directory->files.contains(name)) co_return done;
  list_where_wanted(call, source, directory, directory->uses + 1);
  if (!directory->arrived.is_set()) {
    co_await with_deadline(world_, longest_wait, directory->arrived.wait());
  }
  co_return done;
}

void LookAhead::used(const Call& call, const Source& source, const Gfid& gfid) {
  DirectoryPointer directory = known(call, gfid);
  if (!directory) directory = watch(call, gfid);
  count_use(*directory);
  list_where_wanted(call, source, directory, directory->uses);
}

void LookAhead::list_where_wanted(const Call& call, const Source& source, const DirectoryPointer& directory,
                                  std::uint64_t uses) {
  const bool wants_content = reading_ > most_reading / 2 && source.most_content > 0;
  const bool is_enough = directory->was_listed && (directory->has_content || !wants_content);
  if (directory->is_listing || is_enough || uses < needed_uses_) return;
  directory->was_listed = directory->is_listing = true;
  directory->has_content = wants_content;
  directory->until = world_.now() + lasts;
  directory->arrived.reset();
  Call listing = call;
  listing.lock_owner.clear();
  tasks_.start(list(std::move(listing), source, directory));
}

LookAhead::DirectoryPointer LookAhead::known(const Call& call, const Gfid& gfid) {
  const auto found = directories_.find(gfid);
  if (found == directories_.end()) return nullptr;
  const DirectoryPointer directory = found->second;
  const bool is_over = world_.now() >= directory->until;
  const bool is_cut_off = directory->changes != changes_;
  if (is_over || is_cut_off) drop(directory, is_cut_off);
  return !directory->is_dropped && is_same_caller(directory->caller, call) ? directory : nullptr;
}

LookAhead::DirectoryPointer LookAhead::watch(const Call& call, const Gfid& gfid) {
  forget_what_is_over();
  if (directories_.size() >= most_directories) forget_all();
  const auto found = directories_.find(gfid);
  if (found != directories_.end()) drop(found->second, true);
  auto directory = std::make_shared<Directory>();
  directory->gfid = gfid;
  directory->caller = call;
  directory->until = world_.now() + lasts;
  directory->changes = changes_;
  directory->arrived.set();
  directories_[gfid] = directory;
  return directory;
}

void LookAhead::drop(const DirectoryPointer& directory, bool is_cut_off) {
  const auto found = directories_.find(directory->gfid);
  if (found != directories_.end() && found->second == directory) directories_.erase(found);
  if (std::exchange(directory->is_dropped, true)) return;
  directory->files.clear();
  directory->wanted.set();
  directory->arrived.set();
  const bool is_hardly_used = directory->uses * (is_cut_off ? 2 : 8) < directory->listed;
  const bool is_not_used = directory->uses == 0 && !directory->was_passed;
  if (directory->was_listed && (is_not_used || is_hardly_used)) {
    needed_uses_ = std::clamp(needed_uses_ * 2, uses_at_first, most_uses);
  }
}

void LookAhead::forget_what_is_over() {
  std::vector<DirectoryPointer> over;
  for (const auto& [gfid, directory] : directories_) {
    if (world_.now() >= directory->until) over.push_back(directory);
  }
  for (const DirectoryPointer& directory : over) drop(directory, false);
}

void LookAhead::forget_all() {
  while (!directories_.empty()) {
    const DirectoryPointer first = directories_.begin()->second;
    drop(first, true);
  }
}

Task<> LookAhead::list(Call call, Source source, DirectoryPointer directory) {
  const fop::Opendir opendir{.gfid = directory->gfid};
  Result<fop::Opened> opened = co_await source.graph->perform(call, opendir);
  // Who may look for names need not be allowed to list them.
  if (opened) {
    const Result<Done> listed = co_await list_on(call, source, directory, opened->fd);
    directory->arrived.set();
    if (!listed) log::debug("mount", "{} is not listed: {}", directory->gfid.text(), listed.error().sentence());
    const fop::Releasedir releasedir{.gfid = directory->gfid, .fd = std::move(opened->fd)};
    const Result<fop::Acknowledged> released = co_await source.graph->perform(call, releasedir);
    if (!released) log::debug("mount", "{} is not released: {}", directory->gfid.text(), released.error().sentence());
  }
  directory->is_listing = false;
  directory->arrived.set();
  co_return done;
}

Task<> LookAhead::list_on(const Call& call, const Source& source, DirectoryPointer directory, Fd fd) {
  fop::Readdirp readdirp{.gfid = directory->gfid, .fd = std::move(fd), .offset = 0, .size = first_part};
  if (directory->has_content) {
    readdirp.xdata.set(own_key::listed_content, source.most_content);
  }
  while (!directory->is_dropped && directory->listed < most_files) {
    directory->arrived.reset();
    const Asked asked = asked_();
    fop::Readdirp::Reply reply = co_await tried(source.graph->perform(call, readdirp));
    std::vector<EntryPlus>& entries = reply.entries.elements;
    if (directory->is_dropped || entries.empty()) break;
    readdirp.offset = entries.back().offset;
    readdirp.size = other_parts;
    take(*directory, std::move(entries), asked);
    directory->arrived.set();
    if (reply.op_errno == ENOENT) break;
    if (directory->uses * 2 < directory->listed) directory->wanted.reset();
    const Result<Done> goes_on =
        co_await with_deadline(world_, directory->until - world_.now(), directory->wanted.wait());
    if (!goes_on) break;
  }
  co_return done;
}

void LookAhead::take(Directory& directory, std::vector<EntryPlus> entries, const Asked& asked) {
  for (EntryPlus& entry : entries) {
    // Of a directory more is done where it is looked up, and of a file with several names more may change.
    const bool is_told = !entry.iatt.gfid.is_null() && entry.iatt.is_regular() && entry.iatt.links == 1;
    if (!is_told) continue;
    ++directory.listed;
    directory.files.insert_or_assign(std::move(entry.name), Known{entry.iatt, asked});
  }
}

}  // namespace mortar::fuse
