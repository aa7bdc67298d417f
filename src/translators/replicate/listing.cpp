#include "translators/replicate/listing.h"

#include "translators/client/leaf_offsets.h"
#include "translators/replicate/hidden_names.h"

namespace mortar::replicate {

namespace {

// An answer without entries would be the end of the directory: there is always more in a root.
template <class Reply>
void hide(const Gfid& directory, Reply& reply) {
  if (!directory.is_root()) return;
  std::erase_if(reply.entries.elements, [](const auto& entry) { return entry.name.starts_with(anonymous_prefix); });
  reply.op_ret = static_cast<std::int32_t>(reply.entries.elements.size());
}

}  // namespace

Task<Listing::Source> Listing::begin_at(const Call& call, Gfid gfid) {
  const Readable readable = co_await tried(finder_.readable(call, gfid));
  // Where all are there and blamed, names are to be merged: each list is a part of the truth.
  if (readable.data.empty() && volume_.up() != volume_.all()) co_return volume_.nobody_is_right();
  if (readable.data.empty()) co_return Source{.copy = volume_.choose(gfid, volume_.up()), .is_one_of_parts = true};
  const Copies with_data = readable.data & volume_.with_data();
  co_return Source{.copy = volume_.choose(gfid, with_data.empty() ? readable.data : with_data)};
}

Task<> Listing::vouch(const Call& call, Gfid directory, Copy copy, Result<bool>& is_right) {
  is_right = co_await finder_.is_right(call, directory, copy, {.names = true}, nullptr);
  co_return done;
}

Task<> Listing::check_attributes(const Call& call, Gfid directory, Copy copy, bool& is_right) {
  if (!volume_.with_data().has(copy)) co_return done;
  const Result<bool> right = co_await finder_.is_right_everywhere(call, directory, copy);
  is_right = right && *right;
  co_return done;
}

template <class Operation>
Task<> Listing::list_at(const Call& call, const Operation& readdir, Source source, Listed<Operation>& listed) {
  std::vector<Task<>> at_once;
  at_once.push_back(ask(call, readdir, source.copy, listed.reply));
  if (!source.is_one_of_parts) at_once.push_back(vouch(call, readdir.gfid, source.copy, listed.is_right));
  if constexpr (std::is_same_v<Operation, fop::Readdirp>) {
    at_once.push_back(check_attributes(call, readdir.gfid, source.copy, listed.are_attributes_right));
  }
  co_await tried(all(std::move(at_once)));
  co_return done;
}

template <class Operation>
Task<Listing::Listed<Operation>> Listing::list_from(const Call& call, const Operation& readdir) {
  Listed<Operation> listed;
  // A position belongs to the subvolume whose leaf folded it: that one goes on, whatever has come to be said of it.
  if (readdir.offset != 0) {
    const Copy copy = leaf_offsets::child_of(volume_.translator, readdir.offset);
    co_await tried(list_at(call, readdir, {.copy = copy, .is_one_of_parts = true}, listed));
    co_return std::move(listed);
  }
  constexpr int most_rounds = 5;
  for (int round = 0; round < most_rounds; ++round) {
    const Source source = co_await tried(begin_at(call, readdir.gfid));
    listed = {};
    co_await tried(list_at(call, readdir, source, listed));
    const bool is_right = co_await tried(std::move(listed.is_right));
    // Nothing has been listed yet where it has gone: another copy does as well.
    const bool is_answered = listed.reply || !is_away(listed.reply.error());
    if (is_right && is_answered) co_return std::move(listed);
    if (!is_right) volume_.forget(readdir.gfid);
  }
  co_return failed(ENOTCONN, "no copy of the directory is known to be right");
}

Task<fop::Readdir::Reply> Listing::list(const Call& call, const fop::Readdir& readdir) {
  Listed<fop::Readdir> listed = co_await tried(list_from(call, readdir));
  fop::Readdir::Reply reply = co_await tried(std::move(listed.reply));
  hide(readdir.gfid, reply);
  co_return std::move(reply);
}

Task<fop::Readdirp::Reply> Listing::list(const Call& call, const fop::Readdirp& readdir) {
  Listed<fop::Readdirp> listed = co_await tried(list_from(call, readdir));
  fop::Readdirp::Reply reply = co_await tried(std::move(listed.reply));
  hide(readdir.gfid, reply);
  if (listed.are_attributes_right) {
    for (const EntryPlus& entry : reply.entries.elements) {
      volume_.order_of_changes.heard_of(entry.iatt.gfid);
      if (entry.iatt.is_directory()) volume_.named_directories.put({readdir.gfid, entry.name}, entry.iatt.gfid);
    }
    co_return std::move(reply);
  }
  for (EntryPlus& entry : reply.entries.elements) {
    entry.iatt = {};
    entry.xattrs = {};
  }
  co_return std::move(reply);
}

}  // namespace mortar::replicate
