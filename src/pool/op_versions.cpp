#include "pool/op_versions.h"

#include <algorithm>

#include "pool/option_table.h"

namespace mortar {

namespace {

constexpr std::uint32_t first_with_open_behind = 2;
constexpr std::uint32_t first_with_disperse = 30600;

}  // namespace

void update_op_versions(Volume& volume) {
  volume.op_version = oldest_op_version;
  volume.client_op_version = oldest_client_op_version;
  for (const auto& [key, value] : volume.options) {
    const OptionEntry* option = find_option(key);
    if (option == nullptr) continue;
    if (option->kind == OptionKind::boolean && !boolean_word(value).value_or(true)) continue;
    volume.op_version = std::max(volume.op_version, option->op_version);
    if ((option->flags & OptionEntry::client) != 0) {
      volume.client_op_version = std::max(volume.client_op_version, option->op_version);
    }
  }
  auto at_least = [&volume](std::uint32_t version) {
    volume.op_version = std::max(volume.op_version, version);
    volume.client_op_version = std::max(volume.client_op_version, version);
  };
  // Translators that are there although no option was set.
  if (volume.options.is_on("performance.open-behind", true)) at_least(first_with_open_behind);
  if (volume.type == VolumeType::disperse) at_least(first_with_disperse);
}

std::uint32_t newest_op_version_of(const Pool& pool) {
  std::uint32_t newest = newest_op_version;
  for (const Server& server : pool.servers) newest = std::min(newest, server.newest_op_version);
  return newest;
}

Result<Done> TellOpVersion::check(const Pool& pool) const {
  if (pool.server(server) != nullptr) return done;
  return failed(ENOENT, "this server is not part of the pool");
}

void TellOpVersion::apply(Pool& pool) const { pool.server(server)->newest_op_version = newest; }

}  // namespace mortar
