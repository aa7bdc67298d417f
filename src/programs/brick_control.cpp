#include "programs/brick_control.h"

#include <fmt/format.h>

#include "base/log.h"

namespace mortar {

namespace {

// What "volume status" wants to know: the low byte of its command.
namespace status_command {
constexpr std::int64_t mask = 0xff, clients = 0x2, client_list = 0x80;
}  // namespace status_command

template <class Request>
Task<BrickOperationReply> refuse(RpcCaller, Request) {
  return ready<BrickOperationReply>(
      failed(EOPNOTSUPP, fmt::format("{} is not supported by this release", Request::name_of_operation)));
}

}  // namespace

BrickControl::BrickControl(World& world, const ProtocolServer& server, std::string brick,
                           std::function<void()> terminate)
    : world_(world), server_(server), brick_(std::move(brick)), terminate_(std::move(terminate)) {
  for_each_message([this]<class Request>() { service_.on<Request>(refuse<Request>); }, brick_operation::All{});
  service_.on<brick_operation::Terminate>(
      [this](RpcCaller, brick_operation::Terminate request) { return ready(this->terminate(request)); });
  service_.on<brick_operation::Status>(
      [this](RpcCaller, brick_operation::Status request) { return ready(this->status(request)); });
  rpc_.add(service_);
  rpc_.add_dump();
}

Result<Done> BrickControl::listen(const std::string& socket_path) {
  Result<std::unique_ptr<Listener>> listener =
      world_.network().listen(Address::unix_socket(socket_path), StreamOptions{}, 128);
  if (!listener) return std::unexpected(listener.error());
  listener_ = std::make_unique<RpcListener>(world_, std::move(*listener), rpc_);
  return done;
}

Result<BrickOperationReply> BrickControl::terminate(const brick_operation::Terminate& request) {
  if (!request.name.empty() && request.name != brick_) {
    return failed(ENOENT, fmt::format("this process serves {}, not {}", brick_, request.name));
  }
  log::info("glusterfsd", "told to end");
  terminate_();
  return BrickOperationReply{};
}

Result<BrickOperationReply> BrickControl::status(const brick_operation::Status& request) const {
  const std::int64_t command = request.input.dictionary.number("cmd").value_or(0) & status_command::mask;
  BrickOperationReply reply;
  if (command != status_command::clients && command != status_command::client_list) {
    return failed(EOPNOTSUPP, "this part of the status is not supported by this release");
  }
  reply.output.dictionary = client_status();
  return reply;
}

Dictionary BrickControl::client_status() const {
  Dictionary status;
  std::size_t count = 0;
  for (const ClientStatistics& client : server_.clients(brick_)) {
    const std::string prefix = fmt::format("client{}.", count++);
    status.set_text(prefix + "hostname", client.address);
    status.set_text(prefix + "bytesread", std::to_string(client.bytes_received));
    status.set_text(prefix + "byteswrite", std::to_string(client.bytes_sent));
    status.set_text(prefix + "opversion", std::to_string(client.op_version));
    status.set_text(prefix + "name", client.name);
  }
  status.set_text("clientcount", std::to_string(count));
  return status;
}

}  // namespace mortar
