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

// A position belongs to the subvolume whose leaf folded it: that one goes on, whatever has come to be said of it.
template <class Operation>
Task<typename Operation::Reply> Listing::list_at(const Call& call, const Operation& readdir, Copy& copy) {
  if (readdir.offset == 0) {
    copy = co_await tried(begin_at(call, readdir.gfid));
  } else {
    copy = leaf_offsets::child_of(volume_.translator, readdir.offset);
  }
  Result<typename Operation::Reply> reply = co_await asking_.at(call, readdir, copy);
  if (reply || readdir.offset != 0 || !is_away(reply.error())) co_return std::move(reply);
  // Nothing has been listed yet: another copy does as well.
  copy = co_await tried(begin_at(call, readdir.gfid));
  reply = co_await asking_.at(call, readdir, copy);
  co_return std::move(reply);
}

Task<Copy> Listing::begin_at(const Call& call, Gfid gfid) {
  constexpr int most_rounds = 5;
  for (int round = 0; round < most_rounds; ++round) {
    const Readable readable = co_await tried(finder_.readable(call, gfid));
    if (readable.data.empty()) co_return volume_.nobody_is_right();
    const Copy copy = volume_.choose(gfid, readable.data);
    const bool is_right = co_await tried(finder_.is_right(call, gfid, copy, {.names = true}, nullptr));
    if (is_right) co_return copy;
    volume_.forget(gfid);
  }
  co_return failed(ENOTCONN, "no copy of the directory is known to be right");
}

Task<fop::Readdir::Reply> Listing::list(const Call& call, const fop::Readdir& readdir) {
  Copy copy = 0;
  fop::Readdir::Reply reply = co_await tried(list_at(call, readdir, copy));
  hide(readdir.gfid, reply);
  co_return std::move(reply);
}

Task<fop::Readdirp::Reply> Listing::list(const Call& call, const fop::Readdirp& readdir) {
  Copy copy = 0;
  fop::Readdirp::Reply reply = co_await tried(list_at(call, readdir, copy));
  hide(readdir.gfid, reply);
  for (EntryPlus& entry : reply.entries.elements) {
    const std::optional<Readable> known = volume_.readable(entry.iatt.gfid);
    if (known && known->data.has(copy) && known->metadata.has(copy)) continue;
    entry.iatt = {};
    entry.xattrs = {};
  }
  co_return std::move(reply);
}

}  // namespace mortar::replicate
