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

Task<Copy> Listing::chosen(const Call& call, Gfid gfid, std::uint64_t offset) {
  // A position belongs to the subvolume whose leaf folded it.
  if (offset != 0) co_return leaf_offsets::child_of(volume_.translator, offset);
  const Readable readable = co_await tried(finder_.readable(call, gfid));
  if (readable.data.empty()) co_return failed(EIO, "every copy is said to have missed something: split brain");
  co_return volume_.choose(gfid, readable.data);
}

template <class Operation>
Task<typename Operation::Reply> Listing::list_at(const Call& call, const Operation& readdir, Copy& copy) {
  copy = co_await tried(chosen(call, readdir.gfid, readdir.offset));
  Result<typename Operation::Reply> reply = co_await asking_.at(call, readdir, copy);
  if (reply || readdir.offset != 0 || !is_away(reply.error())) co_return std::move(reply);
  // Nothing has been listed yet: another copy does as well.
  const Readable readable = co_await tried(finder_.readable(call, readdir.gfid));
  const Copies others = readable.data - Copies::only(copy);
  if (others.empty()) co_return std::move(reply);
  copy = volume_.choose(readdir.gfid, others);
  reply = co_await asking_.at(call, readdir, copy);
  co_return std::move(reply);
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
