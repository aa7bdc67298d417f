// gf_attach -d SOCKET BRICK: tells the brick that is served behind this control socket to end, as scripts do that take
// a brick away on purpose. Attaching a further brick to a running process is not offered: each brick has its own.
#include <cstdio>
#include <string>
#include <string_view>

#include "runtime/real_world.h"
#include "wire/messages/brick_operations.h"
#include "wire/rpc_connection.h"

namespace mortar {
namespace {

constexpr auto patience = std::chrono::seconds(30);

Task<> read(RpcConnection& connection) {
  co_await connection.run();
  co_return done;
}

Task<> terminate(World& world, std::string socket, std::string brick) {
  std::unique_ptr<Stream> stream =
      co_await tried(world.network().connect(Address::unix_socket(socket), StreamOptions{}));
  RpcConnection connection(std::move(stream));
  TaskSet reading;
  reading.start(read(connection));
  brick_operation::Terminate request;
  request.name = std::move(brick);
  const BrickOperationReply reply = co_await tried(with_deadline(world, patience, connection.call(request)));
  if (reply.op_ret < 0) co_return failed(reply.op_errno > 0 ? reply.op_errno : EIO, reply.op_errstr);
  co_return done;
}

int run(std::string socket, std::string brick) {
  Result<std::unique_ptr<RealWorld>> world = RealWorld::make({});
  Result<Done> ended = done;
  if (world) ended = (*world)->run(terminate(**world, socket, brick));
  if (!world) ended = std::unexpected(world.error());
  if (ended) {
    std::puts("OK");
    return 0;
  }
  std::fprintf(stderr, "gf_attach: %s: %s\n", socket.c_str(), ended.error().sentence().c_str());
  return 1;
}

}  // namespace
}  // namespace mortar

int main(int count, char** words) {
  if (count != 4 || std::string_view(words[1]) != "-d") {
    std::fputs(
        "usage: gf_attach -d SOCKET BRICK\n"
        "Ends the brick that is served behind a control socket. Bricks are not attached to running processes here.\n",
        stderr);
    return 1;
  }
  return mortar::run(words[2], words[3]);
}
