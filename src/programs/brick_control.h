// The control socket of a brick process: what its glusterd asks and tells it (program "Gluster Brick operations").
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "programs/brick_holdings.h"
#include "runtime/world.h"
#include "translators/io_stats/io_stats.h"
#include "translators/server/server.h"
#include "wire/messages/brick_operations.h"
#include "wire/rpc_listener.h"
#include "wire/rpc_service.h"

namespace mortar {

class BrickControl {
 public:
  // `terminate` is called when the brick is told to end.
  BrickControl(World& world, const Graph& graph, const ProtocolServer& server, std::string brick,
               std::function<void()> terminate);
  ~BrickControl();

  Result<Done> listen(const std::string& socket_path);

 private:
  Result<BrickOperationReply> terminate(const brick_operation::Terminate& request);
  Result<BrickOperationReply> status(const brick_operation::Status& request) const;
  // `volume profile` and `volume top`.
  Task<BrickOperationReply> statistics(brick_operation::TranslatorInfo request);
  Task<> measure_speed(Dictionary& asked);
  Result<IoStats*> find_statistics(const std::string& name) const;

  World& world_;
  const Graph& graph_;
  const std::string brick_;
  BrickHoldings holdings_;
  std::function<void()> terminate_;
  TaskSet tasks_;
  RpcService service_{programs::brick, "Gluster Brick operations"};
  RpcServer rpc_{tasks_};
  std::unique_ptr<RpcListener> listener_;
};

}  // namespace mortar
