// A session over RPC: the daemon's Unix socket, or TCP where another host is named.
#pragma once

#include <memory>

#include "command/session.h"
#include "runtime/world.h"
#include "wire/rpc_connection.h"

namespace mortar::command {

class GlusterdSession : public Session {
 public:
  GlusterdSession(World& world, const Settings& settings);
  ~GlusterdSession() override;

  // Connects at the first call, and again after the connection broke.
  Task<Answer> call(std::uint32_t procedure, Dictionary request) override;

 private:
  Task<> connect();
  Task<Answer> exchange(std::uint32_t procedure, Dictionary request);
  static Task<> read(RpcConnection& connection);

  World& world_;
  const Settings& settings_;
  std::unique_ptr<RpcConnection> connection_;
  TaskSet reading_;
};

}  // namespace mortar::command
