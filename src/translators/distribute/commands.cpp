#include "translators/distribute/commands.h"

namespace mortar::distribute {

namespace {

// Moves a file to where its name hashes to.
constexpr const char* migrate_key = "trusted.distribute.migrate-data";

}  // namespace

bool Commands::is_command(const fop::Setxattr& set) const {
  return set.values.has(fix_layout_key) || set.values.has(migrate_key);
}

Task<fop::Acknowledged> Commands::obey(const Call& call, const fop::Setxattr& set, DirectoryPointer directory) {
  if (call.uid != 0) co_return failed(EPERM);
  if (!directory || !set.values.has(fix_layout_key)) co_return failed(EOPNOTSUPP);
  if (!volume_.all_up()) co_return failed(ENOTCONN);
  // Copies that lack are made first.
  const fop::Lookup lookup{.gfid = directory->gfid};
  co_await tried(finder_.discover(call, lookup));
  const DirectoryPointer now = co_await tried(finder_.find_directory(call, directory->gfid));
  co_await tried(layouts_.fix_layout(call, now));
  co_return fop::Acknowledged{};
}

}  // namespace mortar::distribute
