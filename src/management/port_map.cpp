#include "management/port_map.h"

namespace mortar {

void PortMap::sign_in(std::string brick, std::uint16_t port, std::shared_ptr<RpcLink> link) {
  Entry& entry = bricks_[std::move(brick)];
  entry.port = port;
  entry.link = std::move(link);
}

void PortMap::sign_out(std::string_view brick) {
  auto found = bricks_.find(brick);
  if (found != bricks_.end()) bricks_.erase(found);
}

void PortMap::set_known(const std::string& brick, std::uint16_t port) {
  if (port == 0) {
    sign_out(brick);
  } else {
    bricks_[brick].known = port;
  }
}

void PortMap::forget(const RpcConnection& connection) {
  for (auto& [brick, entry] : bricks_) {
    if (entry.link == nullptr || entry.link->connection() != &connection) continue;
    entry.link.reset();
    entry.port = 0;
    entry.known = 0;
  }
}

std::uint16_t PortMap::port(std::string_view brick) const {
  auto found = bricks_.find(brick);
  if (found == bricks_.end()) return 0;
  return found->second.port != 0 ? found->second.port : found->second.known;
}

bool PortMap::signed_in(std::string_view brick) const {
  auto found = bricks_.find(brick);
  return found != bricks_.end() && found->second.link != nullptr;
}

}  // namespace mortar
