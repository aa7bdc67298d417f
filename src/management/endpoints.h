// Where glusterd can be reached: TCP for clients, bricks and read-only commands; a socket of the machine for the
// gluster command, open to root only.
#pragma once

#include <memory>

#include "management/command_service.h"
#include "management/handshake_service.h"
#include "management/peers/introduction_service.h"
#include "management/peers/member_service.h"
#include "management/portmap_service.h"
#include "wire/rpc_listener.h"

namespace mortar {

class Endpoints {
 public:
  explicit Endpoints(Management& management);
  ~Endpoints();

  Task<> listen();

 private:
  // Forgets what a connection had signed in.
  class Server : public RpcServer {
   public:
    Server(TaskSet& tasks, PortMap& ports) : RpcServer(tasks), ports_(ports) {}
    void disconnected(RpcConnection& connection) override { ports_.forget(connection); }

   private:
    PortMap& ports_;
  };

  // One that has proved to be a member once; what it is told follows what it is by now, for as long as this server is
  // in that pool itself.
  class Certified : public RpcHandler {
   public:
    Certified(Endpoints& endpoints, TlsPeer peer)
        : endpoints_(endpoints), peer_(std::move(peer)), pool_(endpoints.management_.membership().pool_id()) {}
    void incoming(RpcConnection& connection, IncomingCall call) override;

   private:
    Endpoints& endpoints_;
    const TlsPeer peer_;
    const Gfid pool_;
  };

  // Members prove who they are; everybody else comes without.
  Task<RpcListener::Received> receive(std::unique_ptr<Stream> stream);
  // Everybody asks for their volfile again.
  void tell_everybody();
  void tell_to_dump(const std::vector<std::string>& addresses, std::uint32_t pid);

  Management& management_;
  HandshakeService handshake_;
  HandshakeService local_handshake_;
  PortmapService portmap_;
  CommandService commands_;
  CommandService queries_;
  IntroductionService introductions_;
  MemberService members_;
  // What stock lists over TCP and its servers of a pool use among each other: known by name, without procedures.
  RpcService peer_;
  RpcService management_2_;
  RpcService management_3_;
  RpcService management_handshake_;
  TaskSet tasks_;
  Server network_server_;
  Server local_server_;
  RpcServer member_server_;
  RpcServer former_member_server_;
  RpcServer inviting_server_;
  std::unique_ptr<RpcListener> network_listener_;
  std::unique_ptr<RpcListener> local_listener_;
};

}  // namespace mortar
