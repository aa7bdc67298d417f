// Accepts connections and serves each until it ends. Nothing that happens on one connection reaches the others.
#pragma once

#include <functional>
#include <list>
#include <memory>

#include "runtime/world.h"
#include "wire/rpc_connection.h"

namespace mortar {

class RpcListener {
 public:
  // Makes what answers the calls of a new connection; it is kept until the connection has ended. Null turns the
  // connection away.
  using Accept = std::function<std::shared_ptr<RpcHandler>(RpcConnection&)>;
  // Every connection gets the same one, which must outlive them.
  static Accept always(RpcHandler& handler);

  // Looks at a new stream, for as long as it takes, before it becomes a connection: it may replace the stream, and says
  // what makes the handler of that. An error turns it away.
  struct Received {
    std::unique_ptr<Stream> stream;
    Accept accept;
  };
  using Receive = std::function<Task<Received>(std::unique_ptr<Stream>)>;

  RpcListener(World& world, std::unique_ptr<Listener> listener, Receive receive, RpcLimits limits = {});
  RpcListener(World& world, std::unique_ptr<Listener> listener, Accept accept, RpcLimits limits = {});
  // Every connection with the same handler, which must outlive the listener.
  RpcListener(World& world, std::unique_ptr<Listener> listener, RpcHandler& handler, RpcLimits limits = {});
  RpcListener(const RpcListener&) = delete;
  RpcListener& operator=(const RpcListener&) = delete;
  // Ends every connection.
  ~RpcListener();

  const Address& address() const { return address_; }
  std::size_t size() const { return connections_.size(); }
  // In the order of acceptance. The visitor may close connections.
  template <class Visitor>
  void for_each_connection(Visitor&& visit) {
    for (RpcConnection* connection : connections_) visit(*connection);
  }
  // Takes no more connections; those there are go on.
  void stop_accepting();

 private:
  Task<> accept_all();
  Task<> serve(std::unique_ptr<Stream> stream, Accept accept);
  Task<> receive(std::unique_ptr<Stream> stream);
  Task<> run(RpcConnection& connection, RpcHandler& handler);

  World& world_;
  Address address_;
  std::unique_ptr<Listener> listener_;
  Accept accept_;    // or
  Receive receive_;  // one of them
  RpcLimits limits_;
  std::list<RpcConnection*> connections_;
  TaskSet accepting_;
  TaskSet serving_;
};

}  // namespace mortar
