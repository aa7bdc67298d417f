// The store: the pool's document rendered as the files that scripts and administrators read under the working
// directory. It is output; the document rules. Each file is written whole and durable, and only where its text changed.
//
// What this server alone knows of its bricks (the port each had last) is kept here and read back at the start.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "management/places.h"
#include "management/volfiles.h"
#include "pool/pool.h"
#include "runtime/world.h"

namespace mortar {

class Store {
 public:
  Store(World& world, const Places& places) : world_(world), places_(places) {}

  // The identity of this server as glusterd.info says it, null where it says none.
  Result<Gfid> server_identity();
  Result<Done> write_server_info(const Gfid& server, std::uint32_t op_version);

  // Makes the folders that scripts expect to be there.
  Result<Done> prepare();
  Result<Done> render_pool(const Pool& pool);
  // Both files of events; secrets are root's.
  Result<Done> render_events(const Pool& pool);
  // A file for each other server.
  Result<Done> render_peers(const Pool& pool, const Gfid& own);
  // `site` tells of a brick of this server what its volfile must know, `port` its port (0: none yet; of other servers'
  // bricks too).
  Result<Done> render_volume(const Volume& volume, const std::function<BrickSite(const Brick&)>& site,
                             const std::function<std::uint16_t(const Brick&)>& port);
  Result<Done> remove_volume(std::string_view name);

  // 0 where none is known.
  std::uint16_t last_port(const Volume& volume, const Brick& brick);

 private:
  Result<Done> write(const std::string& path, std::string_view text);
  Result<Done> write_all(const Volume& volume, const std::function<BrickSite(const Brick&)>& site,
                         const std::function<std::uint16_t(const Brick&)>& port);

  Result<Done> remove_all_but(const std::set<std::string>& kept, const std::string& folder, std::string_view ending);

  World& world_;
  const Places& places_;
};

// The texts, for tests.
std::string volume_info_text(const Volume& volume);
// The checksum that stock computes of an info file: over its lines, sorted.
std::uint32_t info_checksum(std::string_view text);

}  // namespace mortar
