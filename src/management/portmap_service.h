// The portmap program: bricks of this server sign in, clients ask for their ports.
#pragma once

#include "management/management.h"
#include "wire/messages/portmap.h"
#include "wire/rpc_service.h"

namespace mortar {

class PortmapService {
 public:
  explicit PortmapService(Management& management);

  RpcService& service() { return service_; }

 private:
  Task<PortByBrick::Reply> port_by_brick(RpcCaller caller, PortByBrick request);
  Task<SignReply> sign_in(RpcCaller caller, SignIn request);
  Task<SignReply> sign_out(RpcCaller caller, SignOut request);
  // Only processes of this server may speak for its bricks.
  bool may_sign(const RpcCaller& caller) const;

  Management& management_;
  RpcService service_;
};

}  // namespace mortar
