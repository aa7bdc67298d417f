// Which port each brick of this server listens on, for the clients that ask. A brick signs in over its connection and
// is forgotten with it; what the supervisor knows of a running brick stands in until it has signed in.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "wire/rpc_connection.h"

namespace mortar {

class PortMap {
 public:
  void sign_in(std::string brick, std::uint16_t port, std::shared_ptr<RpcLink> link);
  void sign_out(std::string_view brick);
  // From the supervisor: runs, on this port, or no more (0).
  void set_known(const std::string& brick, std::uint16_t port);
  void forget(const RpcConnection& connection);

  // 0: nobody knows.
  std::uint16_t port(std::string_view brick) const;
  bool signed_in(std::string_view brick) const;

 private:
  struct Entry {
    std::uint16_t known = 0;
    std::uint16_t port = 0;
    std::shared_ptr<RpcLink> link;
  };
  std::map<std::string, Entry, std::less<>> bricks_;
};

}  // namespace mortar
