#include "pool/server_quorum.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace mortar {

bool asks_for_server_quorum(const Volume& volume) {
  return volume.options.find("cluster.server-quorum-type") == "server";
}

std::size_t server_quorum(const Pool& pool) {
  const auto servers = static_cast<std::size_t>(std::ranges::count(pool.servers, false, &Server::invited));
  const auto ratio = pool.options.find("cluster.server-quorum-ratio");
  if (!ratio) return servers / 2 + 1;
  double percent = 0;
  std::from_chars(ratio->data(), ratio->data() + ratio->size(), percent);
  return static_cast<std::size_t>(std::ceil(static_cast<double>(servers) * percent / 100));
}

}  // namespace mortar
