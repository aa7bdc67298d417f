// The templates of brick_process.h.
#pragma once

#include "base/task_set.h"
#include "management/brick_process.h"
#include "wire/rpc_connection.h"

namespace mortar {

template <class Request>
Task<BrickOperationReply> ask_brick(World& world, std::string socket, Request request) {
  std::unique_ptr<Stream> stream =
      co_await tried(world.network().connect(Address::unix_socket(std::move(socket)), StreamOptions{}));
  RpcConnection connection(std::move(stream));
  TaskSet reading;
  reading.start(connection.run());
  BrickOperationReply reply = co_await tried(connection.call(request));
  co_return reply;
}

}  // namespace mortar
