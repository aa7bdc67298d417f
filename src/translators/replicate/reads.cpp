#include "translators/replicate/reads.h"

namespace mortar::replicate {

Task<Copies> Reads::sources(const Call& call, Gfid gfid, ReadParts& parts, bool is_open) {
  const Result<Readable> readable = co_await finder_.to_be_read(call, gfid);
  // A file that is open and has no name any more.
  if (!readable && is_open && is_missing(readable.error())) co_return volume_.up() & volume_.with_data();
  if (!readable) co_return readable.error();
  const Copies both = readable->data & readable->metadata;
  if (parts.content && parts.attributes && !both.empty()) co_return both;
  if (parts.content && parts.attributes) (parts.is_for_content ? parts.attributes : parts.content) = false;
  const Copies copies = parts.attributes ? readable->metadata : readable->data;
  if (copies.empty() && parts.may_be_split) {
    parts.content = parts.attributes = false;
    co_return volume_.up() & volume_.with_data();
  }
  if (copies.empty()) co_return volume_.nobody_is_right();
  co_return copies;
}

Task<fop::Attributes> Reads::attributes_as_looked_up(const Call& call, Gfid gfid) {
  const fop::Lookup lookup{.gfid = gfid, .parent = {}, .name = {}, .xdata = {}};
  const fop::Lookup::Reply found = co_await tried(finder_.look_up(call, lookup));
  fop::Attributes attributes;
  attributes.iatt = found.iatt;
  co_return std::move(attributes);
}

Task<> Reads::check(const Call& call, Gfid gfid, Copy copy, ReadParts parts, std::shared_ptr<OpenObject> open,
                    bool is_accused, Result<bool>& is_right, SeenByOthers& others) {
  if (is_accused) {
    is_right = co_await finder_.is_right_to_most(call, gfid, copy, parts, std::move(open));
  } else {
    is_right = co_await finder_.is_right(call, gfid, copy, parts, std::move(open), &others);
  }
  co_return done;
}

}  // namespace mortar::replicate
