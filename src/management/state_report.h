// The state of this server as text that scripts read (`gluster get-state`): sections of "key: value" lines, in stock's
// words and order. The document says most of it; what only this server knows of its bricks is told.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "base/dictionary.h"
#include "pool/pool.h"

namespace mortar {

struct BrickState {
  std::uint16_t port = 0;  // the one it has or had last
  bool signed_in = false;
  bool runs = false;
  std::uint64_t bytes_free = 0;
  std::uint64_t bytes_total = 0;
  Dictionary clients;  // as the brick tells of them; absent where it was not asked
};

struct ServerState {
  const Pool& pool;
  Gfid server;
  std::uint16_t first_brick_port = 0;
  std::map<std::string, BrickState> bricks;  // of this server, by path
  std::function<bool(const Server&)> is_connected;
  // Of this server's self-heal daemons.
  std::function<bool(const Volume&)> wants_healer;
  std::function<bool(const Volume&)> has_healer;
};

std::string state_text(const ServerState& state);

// Every option of every volume with its value, defaults too. `options_of` yields key1, value1, key2 ... and their
// count.
std::string volume_options_text(const Pool& pool, const std::function<Dictionary(const Volume&)>& options_of);

}  // namespace mortar
