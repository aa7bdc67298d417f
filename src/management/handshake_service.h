// The handshake program as glusterd serves it: volfiles for clients and bricks, and the identity of volumes.
#pragma once

#include "management/management.h"
#include "wire/messages/handshake.h"
#include "wire/rpc_service.h"

namespace mortar {

class HandshakeService {
 public:
  // Over TCP, or over the command line's socket (then by another name, and everybody is trusted).
  HandshakeService(Management& management, std::string name);

  RpcService& service() { return service_; }

 private:
  Task<GetSpec::Reply> get_volfile(RpcCaller caller, GetSpec request);
  // Of processes of this server.
  Task<EventNotify::Reply> hear(RpcCaller caller, EventNotify event);
  void hear_of_brick(const Dictionary& told);
  // How the walk of the rebalance process ended.
  Task<> hear_of_rebalance(Dictionary told);
  Task<VolumeInfoReply> get_volume_info(RpcCaller caller, GetVolumeInfo request);
  Task<VolumeInfoReply> get_snapshot_info(RpcCaller caller, GetSnapshotInfo request);
  // The text for a key (wire-protocol 7.2); ENOENT where it names nothing.
  Result<std::string> volfile_for(std::string_view key, bool trusted, std::int64_t client_op_version);

  Management& management_;
  RpcService service_;
};

}  // namespace mortar
