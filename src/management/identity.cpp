#include "management/identity.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "pool/document.h"
#include "pool/home.h"
#include "pool/key_store.h"

namespace mortar {

namespace {

// By the key that it holds, unless the pool has no other server.
Result<Gfid> own_in(World& world, const Places& places, const Pool& pool) {
  if (pool.servers.size() == 1) return pool.servers.front().id;
  KeyStore keys(world, places.keys_folder());
  const bool has_key = world.files().status(FileSystem::no_directory, keys.key_file()).has_value();
  const Result<std::string> key = has_key ? keys.public_key() : std::string();
  if (!key) return std::unexpected(key.error());
  const auto own = std::ranges::find(pool.servers, *key, &Server::public_key);
  if (has_key && own != pool.servers.end()) return own->id;
  return failed(EINVAL, fmt::format("{} has no valid UUID line, and this server's pool does not know its key; "
                                    "`gluster pool list` on another server shows which it is",
                                    places.server_info()));
}

}  // namespace

Task<Gfid> identity_of_server(World& world, const Places& places, Store& store) {
  const Gfid said = co_await tried(store.server_identity());
  if (!said.is_null()) co_return said;
  const Document kept = co_await tried(Home::last_kept(world, places.register_folder()));
  if (kept.version != 0) {
    const Pool pool = co_await tried(parse_pool(kept.text));
    const Gfid known = co_await tried(own_in(world, places, pool));
    log::warning("management", "{} has no valid UUID line; by its pool this server is {}", places.server_info(),
                 known.text());
    co_await tried(store.write_server_info(known, pool.op_version));
    co_return known;
  }
  const Gfid made = world.random_gfid();
  co_await tried(store.write_server_info(made, newest_op_version));
  co_return made;
}

}  // namespace mortar
