#include "pool/server_quorum.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

namespace mortar {

namespace {

constexpr std::string_view type_key = "cluster.server-quorum-type";
constexpr std::string_view ratio_key = "cluster.server-quorum-ratio";

}  // namespace

bool follows_server_quorum(const Volume& volume) { return volume.options.find(type_key) == "server"; }

bool is_server_quorum_option(std::string_view key) { return key == type_key || key == ratio_key; }

std::size_t servers_needed(const Pool& pool) {
  // Who was invited does not know the pool yet.
  const auto servers = static_cast<std::size_t>(std::ranges::count(pool.servers, false, &Server::invited));
  const std::optional<std::string_view> ratio = pool.options.find(ratio_key);
  if (!ratio) return servers / 2 + 1;
  // A percent sign may follow.
  const double percent = std::strtod(std::string(*ratio).c_str(), nullptr);
  return static_cast<std::size_t>(std::ceil(static_cast<double>(servers) * percent / 100));
}

}  // namespace mortar
