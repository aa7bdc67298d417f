#include "translators/quick_read/quick_read.h"

#include <fmt/format.h>

#include "translator/same_caller.h"

namespace mortar {

Result<std::unique_ptr<Translator>> QuickRead::make(World& world, const VolumeSection& section) {
  Result<QuickReadOptions> options = read_options<QuickReadOptions>(section);
  if (!options) return std::unexpected(options.error());
  return std::make_unique<QuickRead>(world, section.name, *options);
}

Result<Done> QuickRead::reconfigure(const VolumeSection& section) {
  Result<QuickReadOptions> options = read_options<QuickReadOptions>(section);
  if (!options) return std::unexpected(options.error());
  options_ = *options;
  return done;
}

void QuickRead::dump_state(std::string& out) const {
  out += fmt::format("asked={}\ngiven={}\nfiles={}\nbytes={}\n", asked_, given_, files_.size(), bytes_);
}

void QuickRead::notified(const Notice& notice, Translator& child) {
  if (const auto* invalidation = std::get_if<notice::CacheInvalidation>(&notice)) {
    if (invalidation->gfid.is_null()) {
      changed_.all_changed();
      forget_all();
    } else {
      changed_.changed(invalidation->gfid);
      forget(invalidation->gfid);
    }
  }
  Intercept::notified(notice, child);
}

Task<fop::Lookup::Reply> QuickRead::look_up(Call call, fop::Lookup lookup) {
  const Instant asked_at = world_.now();
  const ChangedLately::Question question(changed_);
  const bool asks = credit_ > 0;
  if (asks) {
    ++asked_;
    lookup.xdata.set(own_key::readable_content, std::uint64_t{options_.most_of_a_file.bytes});
  }
  fop::Lookup::Reply reply = co_await tried(next().perform(call, lookup));
  if (question.is_still_true(reply.iatt.gfid)) learn(call, reply, asks, asked_at);
  reply.xdata.erase(own_key::readable_content);
  co_return std::move(reply);
}

void QuickRead::learn(const Call& call, const fop::Lookup::Reply& reply, bool was_asked, Instant asked_at) {
  const Iatt& iatt = reply.iatt;
  if (!iatt.is_regular() || iatt.size == 0 || iatt.size > options_.most_of_a_file.bytes) return;
  forget(iatt.gfid);
  File file{.gfid = iatt.gfid, .caller = call, .iatt = iatt, .until = end_of(asked_at)};
  const Value* answer = reply.xdata.find(own_key::readable_content);
  const Slice* content = answer != nullptr ? std::get_if<Slice>(answer) : nullptr;
  if (content != nullptr && content->size() == iatt.size) file.content = *content;
  if (was_asked && !file.content) earn(no_answer);
  keep(std::move(file));
}

Task<fop::Readdirp::Reply> QuickRead::list(Call call, fop::Readdirp readdirp) {
  const Instant asked_at = world_.now();
  const ChangedLately::Question question(changed_);
  fop::Readdirp::Reply reply = co_await tried(next().perform(call, readdirp));
  for (EntryPlus& entry : reply.entries.elements) {
    if (question.is_still_true(entry.iatt.gfid)) learn(call, entry, asked_at);
    entry.xattrs.erase(own_key::listed_content);
  }
  co_return std::move(reply);
}

void QuickRead::learn(const Call& call, EntryPlus& entry, Instant asked_at) {
  const Value* answer = entry.xattrs.find(own_key::listed_content);
  const Slice* content = answer != nullptr ? std::get_if<Slice>(answer) : nullptr;
  const Iatt& iatt = entry.iatt;
  if (content == nullptr || !iatt.is_regular() || iatt.size == 0 || content->size() != iatt.size) return;
  const auto known = places_.find(iatt.gfid);
  if (known != places_.end() && is_good(**known->second)) return;
  forget(iatt.gfid);
  keep({.gfid = iatt.gfid,
        .caller = call,
        .iatt = iatt,
        .until = end_of(asked_at),
        .content = *content,
        .was_listed = true});
}

void QuickRead::keep(File file) {
  if (file.content) bytes_ += file.content->size();
  const Gfid gfid = file.gfid;
  places_[gfid] = files_.insert(files_.end(), std::make_shared<File>(std::move(file)));
  const Instant now = world_.now();
  const auto has_too_much = [&] { return files_.size() > most_files || bytes_ > options_.cache_size.bytes; };
  while (!files_.empty() && (has_too_much() || files_.front()->until <= now)) drop(files_.begin());
}

// Whoever has it open reads it from the bricks from now on.
void QuickRead::drop(Files::iterator place) {
  File& file = **place;
  if (file.content) {
    bytes_ -= file.content->size();
    if (!file.was_opened && !file.was_listed) earn(-1);
    file.content.reset();
  }
  places_.erase(file.gfid);
  files_.erase(place);
}

void QuickRead::forget(const Gfid& gfid) {
  const auto found = places_.find(gfid);
  if (found != places_.end()) drop(found->second);
}

void QuickRead::forget_all() {
  while (!files_.empty()) drop(files_.begin());
}

Task<fop::Opened> QuickRead::open(Call call, fop::Open open, FilePointer file) {
  const bool is_the_first = !std::exchange(file->was_opened, true);
  if (is_the_first && !file->was_listed && world_.now() < file->until) earn(for_a_read);
  fop::Opened opened = co_await tried(next().perform(call, open));
  if (is_good(*file) && is_same_caller(file->caller, call) && opened.fd.open) opened.fd.open->contexts.put(this, file);
  co_return std::move(opened);
}

fop::Read::Reply QuickRead::read(const FilePointer& file, const fop::Read& read) {
  const Slice content = *file->content;
  const std::size_t from = std::min<std::uint64_t>(read.offset, content.size());
  const std::size_t size = std::min<std::uint64_t>(read.size, content.size() - from);
  ++given_;
  // The kernel has it now.
  if (from + size == content.size()) forget(file->gfid);
  fop::Read::Reply reply;
  reply.op_ret = static_cast<std::int32_t>(size);
  reply.iatt = file->iatt;
  reply.size = static_cast<std::uint32_t>(size);
  reply.data.bytes = content.part(from, size);
  return reply;
}

}  // namespace mortar
