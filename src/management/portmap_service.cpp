#include "management/portmap_service.h"

#include "base/log.h"

namespace mortar {

PortmapService::PortmapService(Management& management)
    : management_(management), service_(programs::portmap, "Gluster Portmap") {
  service_.on<PortByBrick>(
      [this](RpcCaller caller, PortByBrick request) { return port_by_brick(std::move(caller), std::move(request)); });
  service_.on<SignIn>(
      [this](RpcCaller caller, SignIn request) { return sign_in(std::move(caller), std::move(request)); });
  service_.on<SignOut>(
      [this](RpcCaller caller, SignOut request) { return sign_out(std::move(caller), std::move(request)); });
}

Task<PortByBrick::Reply> PortmapService::port_by_brick(RpcCaller, PortByBrick request) {
  PortByBrick::Reply reply;
  reply.port = management_.ports().port(request.brick);
  reply.op_ret = reply.port == 0 ? -1 : 0;
  co_return reply;
}

bool PortmapService::may_sign(const RpcCaller& caller) const {
  return caller.peer.is_unix() || management_.is_own_address(caller.peer.host);
}

Task<SignReply> PortmapService::sign_in(RpcCaller caller, SignIn request) {
  if (!may_sign(caller)) co_return failed(EACCES);
  if (request.port <= 0 || request.port > 65535) co_return failed(EINVAL);
  log::info("management", "brick {} signs in on port {} (pid {})", request.brick, request.port, request.pid);
  management_.ports().sign_in(std::move(request.brick), static_cast<std::uint16_t>(request.port), caller.link);
  co_return SignReply{};
}

Task<SignReply> PortmapService::sign_out(RpcCaller caller, SignOut request) {
  if (!may_sign(caller)) co_return failed(EACCES);
  log::info("management", "brick {} signs out", request.brick);
  management_.ports().sign_out(request.brick);
  management_.supervisor().signed_out(request.brick);
  co_return SignReply{};
}

}  // namespace mortar
