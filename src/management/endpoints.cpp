#include "management/endpoints.h"

#include <algorithm>

#include "management/peers/certificates.h"
#include "management/subjects.h"
#include "wire/messages/callbacks.h"

namespace mortar {

namespace {

constexpr int backlog = 1024;
// A daemon that was killed holds its port until the kernel has ended what it had under way.
constexpr Duration former_daemon_limit = std::chrono::seconds(3);
constexpr Duration former_daemon_step = std::chrono::milliseconds(50);
// Of who connects: a handshake, or the first call.
constexpr Duration first_words_limit = std::chrono::seconds(60);
constexpr Program peer_program{1238437, 2};
constexpr Program management_program_2{1238433, 2};
constexpr Program management_program_3{1238433, 3};
constexpr Program management_handshake_program{1239873, 1};

MemberService::Handlers handlers_of(Management& management) {
  return {.order = [&management](Order order) { return management.performer().carry_out(std::move(order)); },
          .ask =
              [&management](std::string subject, Dictionary question) {
                return answer_about(management, std::move(subject), std::move(question));
              }};
}

}  // namespace

Endpoints::Endpoints(Management& management)
    : management_(management),
      handshake_(management, "Gluster Handshake"),
      local_handshake_(management, "Gluster Handshake (CLI Getspec)"),
      portmap_(management),
      commands_(management, CommandService::Access::full),
      queries_(management, CommandService::Access::read_only),
      introductions_(management.world(), management.membership()),
      members_(management.world(), management.membership(), handlers_of(management)),
      peer_(peer_program, "GlusterD svc peer"),
      management_2_(management_program_2, "GlusterD svc mgmt"),
      management_3_(management_program_3, "GlusterD svc mgmt v3"),
      management_handshake_(management_handshake_program, "Gluster MGMT Handshake"),
      network_server_(tasks_, management.ports()),
      local_server_(tasks_, management.ports()),
      member_server_(tasks_),
      former_member_server_(tasks_),
      inviting_server_(tasks_) {
  network_server_.add_dump();
  for (RpcService* service : {&peer_, &queries_.service(), &management_2_, &management_3_, &portmap_.service(),
                              &handshake_.service(), &management_handshake_, &introductions_.introductions()}) {
    network_server_.add(*service);
  }
  network_server_.require_privileged_ports(!management.places().settings().allow_insecure_ports);
  local_server_.add_dump();
  local_server_.add(commands_.service());
  local_server_.add(local_handshake_.service());
  member_server_.add(members_.for_members());
  former_member_server_.add(members_.for_former_members());
  inviting_server_.add(introductions_.invitations());
  management.on_change([this] { tell_everybody(); });
  management.on_client_dump(
      [this](const std::vector<std::string>& addresses, std::uint32_t pid) { tell_to_dump(addresses, pid); });
}

Endpoints::~Endpoints() {
  management_.on_change({});
  management_.on_client_dump({});
  tasks_.cancel();
}

Task<> Endpoints::listen() {
  World& world = management_.world();
  const Settings& settings = management_.places().settings();
  StreamOptions options;
  options.keepalive_idle = std::chrono::seconds(10);
  const Address address = Address::tcp(settings.bind_address, settings.port);
  const Instant limit = world.now() + former_daemon_limit;
  auto network = world.network().listen(address, options, backlog);
  while (!network && network.error().number() == EADDRINUSE && world.now() < limit) {
    co_await world.sleep(former_daemon_step);
    network = world.network().listen(address, options, backlog);
  }
  if (!network) co_return network.error();
  auto local = world.network().listen(Address::unix_socket(settings.command_socket), StreamOptions{}, backlog);
  if (!local) co_return local.error();
  // Who may give commands is decided by the uid of each caller; the mode only keeps others from trying. A simulated
  // socket has no file.
  Result<Done> closed = world.files().change_mode(FileSystem::no_directory, settings.command_socket, 0600);
  if (!closed && closed.error().number() != ENOENT) co_return closed;
  network_listener_ = std::make_unique<RpcListener>(
      world, std::move(*network),
      RpcListener::Receive([this](std::unique_ptr<Stream> stream) { return receive(std::move(stream)); }));
  local_listener_ = std::make_unique<RpcListener>(world, std::move(*local),
                                                  [this](RpcConnection& connection) -> std::shared_ptr<RpcHandler> {
                                                    if (connection.peer_uid().value_or(0) != 0) return nullptr;
                                                    return {std::shared_ptr<void>(), &local_server_};
                                                  });
  co_return done;
}

Task<RpcListener::Received> Endpoints::receive(std::unique_ptr<Stream> stream) {
  Membership& membership = management_.membership();
  const bool alone = membership.is_alone();
  std::shared_ptr<TlsContext> context = alone ? introductions_.context() : membership.context();
  AcceptedStream accepted = co_await tried(with_deadline(management_.world(), first_words_limit,
                                                         accept_tls_or_plain(std::move(stream), std::move(context))));
  RpcListener::Received received{std::move(accepted.stream), RpcListener::always(network_server_)};
  if (!accepted.certified) co_return std::move(received);
  if (alone) {
    received.accept = RpcListener::always(inviting_server_);
  } else {
    const auto certified = std::make_shared<Certified>(*this, std::move(*accepted.certified));
    received.accept = [certified](RpcConnection&) { return certified; };
  }
  co_return std::move(received);
}

void Endpoints::Certified::incoming(RpcConnection& connection, IncomingCall call) {
  // What it knows by now says nothing of the pool that it has left.
  if (pool_ != endpoints_.management_.membership().pool_id()) {
    return call.reply_error(AcceptStatus::program_unavailable);
  }
  const bool is_member = certified_member(endpoints_.management_.pool(), peer_).has_value();
  RpcServer& server = is_member ? endpoints_.member_server_ : endpoints_.former_member_server_;
  server.incoming(connection, std::move(call));
}

void Endpoints::tell_everybody() {
  for (RpcListener* listener : {network_listener_.get(), local_listener_.get()}) {
    if (listener == nullptr) continue;
    listener->for_each_connection([](RpcConnection& connection) { connection.notify(FetchSpec{}); });
  }
}

void Endpoints::tell_to_dump(const std::vector<std::string>& addresses, std::uint32_t pid) {
  if (network_listener_ == nullptr) return;
  network_listener_->for_each_connection([&](RpcConnection& connection) {
    if (std::ranges::find(addresses, connection.peer().host) != addresses.end())
      connection.notify(StateDumpNotice{pid});
  });
}

}  // namespace mortar
