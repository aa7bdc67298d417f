#include "management/endpoints.h"

#include "wire/messages/callbacks.h"

namespace mortar {

namespace {

constexpr int backlog = 1024;
constexpr Program peer_program{1238437, 2};
constexpr Program management_program_2{1238433, 2};
constexpr Program management_program_3{1238433, 3};
constexpr Program management_handshake_program{1239873, 1};

}  // namespace

Endpoints::Endpoints(Management& management)
    : management_(management),
      handshake_(management, "Gluster Handshake"),
      local_handshake_(management, "Gluster Handshake (CLI Getspec)"),
      portmap_(management),
      commands_(management, CommandService::Access::full),
      queries_(management, CommandService::Access::read_only),
      peer_(peer_program, "GlusterD svc peer"),
      management_2_(management_program_2, "GlusterD svc mgmt"),
      management_3_(management_program_3, "GlusterD svc mgmt v3"),
      management_handshake_(management_handshake_program, "Gluster MGMT Handshake"),
      network_server_(tasks_, management.ports()),
      local_server_(tasks_, management.ports()) {
  network_server_.add_dump();
  for (RpcService* service : {&peer_, &queries_.service(), &management_2_, &management_3_, &portmap_.service(),
                              &handshake_.service(), &management_handshake_}) {
    network_server_.add(*service);
  }
  network_server_.require_privileged_ports(!management.places().settings().allow_insecure_ports);
  local_server_.add_dump();
  local_server_.add(commands_.service());
  local_server_.add(local_handshake_.service());
  management.on_change([this] { tell_everybody(); });
}

Endpoints::~Endpoints() {
  management_.on_change({});
  tasks_.cancel();
}

Result<Done> Endpoints::listen() {
  World& world = management_.world();
  const Settings& settings = management_.places().settings();
  StreamOptions options;
  options.keepalive_idle = std::chrono::seconds(10);
  auto network = world.network().listen(Address::tcp(settings.bind_address, settings.port), options, backlog);
  if (!network) return std::unexpected(network.error());
  auto local = world.network().listen(Address::unix_socket(settings.command_socket), StreamOptions{}, backlog);
  if (!local) return std::unexpected(local.error());
  // Who may give commands is decided by the uid of each caller; the mode only keeps others from trying. A simulated
  // socket has no file.
  Result<Done> closed = world.files().change_mode(FileSystem::no_directory, settings.command_socket, 0600);
  if (!closed && closed.error().number() != ENOENT) return closed;
  network_listener_ = std::make_unique<RpcListener>(world, std::move(*network), network_server_);
  local_listener_ = std::make_unique<RpcListener>(world, std::move(*local),
                                                  [this](RpcConnection& connection) -> std::shared_ptr<RpcHandler> {
                                                    if (connection.peer_uid().value_or(0) != 0) return nullptr;
                                                    return {std::shared_ptr<void>(), &local_server_};
                                                  });
  return done;
}

void Endpoints::tell_everybody() {
  for (RpcListener* listener : {network_listener_.get(), local_listener_.get()}) {
    if (listener == nullptr) continue;
    listener->for_each_connection([](RpcConnection& connection) { connection.notify(FetchSpec{}); });
  }
}

}  // namespace mortar
