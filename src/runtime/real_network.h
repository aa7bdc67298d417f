// Network over the system's sockets.
#pragma once

#include "runtime/network.h"
#include "runtime/poller.h"
#include "runtime/world.h"

namespace mortar {

class RealNetwork : public Network {
 public:
  RealNetwork(World& world, Poller& poller) : world_(world), poller_(poller) {}

  Task<std::unique_ptr<Stream>> connect(Address to, StreamOptions options) override;
  Result<std::unique_ptr<Listener>> listen(const Address& at, StreamOptions options, int backlog) override;
  Task<std::vector<std::string>> resolve(std::string host) override;
  std::vector<std::string> own_addresses() override;
  std::string host_name() override;

 private:
  World& world_;
  Poller& poller_;
};

}  // namespace mortar
