// The Unix socket by which clients on the brick's own machine go on that have come by TCP (`wire/messages/shortcut.h`).
#pragma once

#include <map>
#include <memory>

#include "wire/messages/shortcut.h"
#include "wire/rpc_listener.h"

namespace mortar {

class Shortcuts {
 public:
  explicit Shortcuts(World& world) : world_(world) {}

  // `accept`: as of connections by TCP, which these look like.
  Result<Done> listen(RpcListener::Accept accept, RpcLimits limits);
  AskForShortcut::Reply offer(const RpcConnection& connection);
  static AskForShortcut::Reply refusal();
  // The connection has ended: what it was offered is not good any more.
  void forget(const RpcConnection& connection);

  // Null until it listens, and after close().
  RpcListener* listener() { return listener_.get(); }
  void close() { listener_.reset(); }

 private:
  struct Offer {
    const RpcConnection* to;
    Address local;
    Address peer;
  };

  // What was offered, under the addresses of whom it was offered to. EACCES for anybody else.
  Task<RpcListener::Received> receive(std::unique_ptr<Stream> stream);

  World& world_;
  RpcListener::Accept accept_;
  std::map<Gfid, Offer> offers_;  // by token
  std::unique_ptr<RpcListener> listener_;
};

}  // namespace mortar
