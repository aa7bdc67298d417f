// What all clients of a volume share that have no users but a task of their own, such as healing or rebalancing: they
// fetch the volume, obey glusterd over a socket, tell of themselves, and go when a signal or their task says so.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/event.h"
#include "base/task_set.h"
#include "programs/client_options.h"
#include "programs/network_volfile.h"
#include "runtime/real_world.h"
#include "translator/graph.h"
#include "wire/messages/brick_operations.h"
#include "wire/rpc_listener.h"
#include "wire/rpc_service.h"

namespace mortar {

struct UserlessProcess {
  RealWorld& world;
  const ClientOptions& options;
  const TranslatorTypes& types;
  NetworkVolfile& management;
  std::function<Result<Done>()> report_ready;  // called once, when it serves
  std::function<void()> reopen_log;
  std::string state_dump_directory;
};

// With what the options say of translators, and the name by which bricks know the process.
Task<Volfile> fetch_volume(VolfileSource& source, const ClientOptions& options);

class UserlessClient {
 public:
  // `domain`: of its log lines.
  UserlessClient(UserlessProcess process, const char* domain) : process_(std::move(process)), domain_(domain) {}

  RealWorld& world() const { return process_.world; }
  NetworkVolfile& management() const { return process_.management; }
  const ClientOptions& options() const { return process_.options; }

  Task<Volfile> read_volume() { return fetch_volume(process_.management, process_.options); }
  Task<std::unique_ptr<Graph>> build(Volfile volfile);
  // What glusterd may ask beside its status.
  RpcService& service() { return service_; }
  // From now on until a signal or end(), with `beside` all the while. `graph`: the one that is told of.
  Task<> serve(std::function<const Graph&()> graph, std::vector<Task<>> beside);
  void end() { over_.set(); }

 private:
  Result<Done> listen();
  Task<> obey_signals();
  Result<BrickOperationReply> status(const brick_operation::Status& request) const;

  UserlessProcess process_;
  const char* const domain_;
  std::function<const Graph&()> graph_;
  Event over_;
  TaskSet tasks_;
  RpcService service_{programs::brick, "Gluster Brick operations"};
  RpcServer rpc_{tasks_};
  std::unique_ptr<RpcListener> listener_;
};

}  // namespace mortar
