#include "translators/replicate/reads.h"

namespace mortar::replicate {

Task<Copies> Reads::sources(const Call& call, Gfid gfid, bool content, bool is_open) {
  const Result<Readable> readable = co_await finder_.readable(call, gfid);
  // A file that is open and has no name any more.
  if (!readable && is_open && is_missing(readable.error())) co_return volume_.up() & volume_.with_data();
  if (!readable) co_return readable.error();
  const Copies copies = content ? readable->data : readable->metadata;
  if (copies.empty()) co_return failed(EIO, "every copy is said to have missed something: split brain");
  co_return copies;
}

}  // namespace mortar::replicate
