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

Task<Copy> Listing::begin_at(const Call& call, Gfid gfid) {
  constexpr int most_rounds = 5;
  for (int round = 0; round < most_rounds; ++round) {
    const Readable readable = co_await tried(finder_.readable(call, gfid));
    // Where all are there and blamed, names are to be merged: each list is a part of the truth.
    if (readable.data.empty() && volume_.up() != volume_.all()) co_return volume_.nobody_is_right();
    if (readable.data.empty()) co_return volume_.choose(gfid, volume_.up());
    const Copies with_data = readable.data & volume_.with_data();
    const Copy copy = volume_.choose(gfid, with_data.empty() ? readable.data : with_data);
    const bool is_right = co_await tried(finder_.is_right(call, gfid, copy, {.names = true}, nullptr));
    if (is_right) co_return copy;
    volume_.forget(gfid);
  }
  co_return failed(ENOTCONN, "no copy of the directory is known to be right");
}

Task<> Listing::check_attributes(const Call& call, Gfid directory, Copy copy, bool& is_right) {
  if (!volume_.with_data().has(copy)) co_return done;
  const Result<bool> right = co_await finder_.is_right_everywhere(call, directory, copy);
  is_right = right && *right;
  co_return done;
}

template <class Operation>
Task<typename Operation::Reply> Listing::list(const Call& call, const Operation& readdir, bool& is_right) {
  // A position belongs to the subvolume whose leaf folded it: that one goes on, whatever has come to be said of it.
  Copy copy = 0;
  if (readdir.offset == 0) {
    copy = co_await tried(begin_at(call, readdir.gfid));
  } else {
    copy = leaf_offsets::child_of(volume_.translator, readdir.offset);
  }
  Result<typename Operation::Reply> reply = failed(ENOTCONN);
  std::vector<Task<>> at_once;
  at_once.push_back(list_at(call, readdir, copy, reply));
  if constexpr (std::is_same_v<Operation, fop::Readdirp>) {
    at_once.push_back(check_attributes(call, readdir.gfid, copy, is_right));
  }
  co_await tried(all(std::move(at_once)));
  if (reply || readdir.offset != 0 || !is_away(reply.error())) co_return std::move(reply);
  // Nothing has been listed yet: another copy does as well.
  is_right = false;
  copy = co_await tried(begin_at(call, readdir.gfid));
  co_await tried(list_at(call, readdir, copy, reply));
  co_return std::move(reply);
}

Task<fop::Readdir::Reply> Listing::list(const Call& call, const fop::Readdir& readdir) {
  bool is_right = false;
  fop::Readdir::Reply reply = co_await tried(list(call, readdir, is_right));
  hide(readdir.gfid, reply);
  co_return std::move(reply);
}

Task<fop::Readdirp::Reply> Listing::list(const Call& call, const fop::Readdirp& readdir) {
  bool is_right = false;
  fop::Readdirp::Reply reply = co_await tried(list(call, readdir, is_right));
  hide(readdir.gfid, reply);
  if (is_right) {
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
