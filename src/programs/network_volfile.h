// A volume from its management daemons: the volfile is asked for by its key, the connection is kept, and the daemon
// says over it when something changed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "programs/volfile_source.h"
#include "runtime/world.h"
#include "wire/messages/callbacks.h"
#include "wire/messages/handshake.h"
#include "wire/rpc_service.h"

namespace mortar {

struct VolfileQuestion {
  std::vector<Address> servers;  // tried in turn
  std::string key;               // the volfile id
  std::string brick;             // what a brick asks for itself
  bool wants_servers = true;     // also the list of other servers
  unsigned rounds = 1;           // over the servers, until one is reached
};

class NetworkVolfile final : public VolfileSource {
 public:
  using Connection = std::shared_ptr<RpcConnection>;

  NetworkVolfile(World& world, VolfileQuestion question);

  // The error's sentence names the servers that could not be reached, or says what one answered.
  Task<std::string> fetch() override;

  // To be done on every connection after the first.
  void on_reconnect(std::function<Task<>(Connection)> greeting) { greeting_ = std::move(greeting); }
  // A daemon asks the process of this number, which may be another one behind the same address, to write down its
  // state.
  void on_state_dump(std::function<void(std::uint32_t pid)> wanted) { dump_wanted_ = std::move(wanted); }
  // Null while there is none.
  Connection connection() const { return connection_; }

 private:
  Task<> connect_in_rounds();
  // Tries every server once.
  Task<> connect_any();
  Task<Connection> connect(Address server);
  // As long as the connection lasts, and then until there is another.
  Task<> keep(Connection connection);
  GetSpec request() const;
  // EIO and what else a daemon says that has no such volume.
  Result<std::string> volfile_of(GetSpec::Reply reply, const RpcConnection& connection);
  // The next server is asked.
  void pass_over(const Connection& gone);
  void learn_servers(const Dictionary& xdata);

  World& world_;
  VolfileQuestion question_;
  std::size_t next_server_ = 0;
  std::function<Task<>(Connection)> greeting_;
  std::function<void(std::uint32_t)> dump_wanted_;
  Connection connection_;
  RpcService callbacks_{programs::callback, "GlusterFS Callback"};
  TaskSet tasks_;
  RpcServer incoming_{tasks_};
};

}  // namespace mortar
