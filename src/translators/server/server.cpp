#include "translators/server/server.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "wire/messages/sequences.h"

namespace mortar {

namespace {

Result<ServerOptions> options_of(const VolumeSection& section) {
  Result<ServerOptions> options = read_options<ServerOptions>(section);
  if (options && options->tls) {
    return failed(ENOTSUP, fmt::format("volume {}: TLS (server.ssl) is not supported by this release", section.name));
  }
  return options;
}

}  // namespace

Result<std::unique_ptr<Translator>> ProtocolServer::make(World& world, const VolumeSection& section) {
  Result<ServerOptions> options = options_of(section);
  if (!options) return std::unexpected(options.error());
  return std::make_unique<ProtocolServer>(world, section, std::move(*options));
}

ProtocolServer::ProtocolServer(World& world, VolumeSection section, ServerOptions options)
    : Refuse(section.name),
      world_(world),
      options_(std::move(options)),
      authentication_(std::make_shared<const Authentication>(std::move(section))),
      process_uuid_(world.random_gfid().text()),
      groups_(world),
      shortcuts_(world) {
  add_services();
  rpc_.require_privileged_ports(!options_.allow_insecure);
}

ProtocolServer::~ProtocolServer() = default;

void ProtocolServer::add_services() {
  for (std::uint32_t procedure = 0; procedure < 57; ++procedure) {
    operations_.on_raw(procedure, [this](RpcConnection& connection, IncomingCall call) {
      session_of(connection).serve(std::move(call));
    });
  }
  handshake_.on_raw(0, [](RpcConnection&, IncomingCall call) { call.reply(CommonReply{}); });
  handshake_.on_raw(SetVolume::number, [this](RpcConnection& connection, IncomingCall call) {
    session_of(connection).sign_in(std::move(call));
  });
  handshake_.on_raw(GetSpec::number, [](RpcConnection&, IncomingCall call) {
    GetSpec::Reply reply;
    reply.op_ret = -1;
    reply.op_errno = ENOSYS;
    reply.spec = "<this method is not in use, use glusterd for getspec>";
    call.reply(reply);
  });
  handshake_.on_raw(HandshakePing::number, [](RpcConnection&, IncomingCall call) { call.reply(CommonReply{}); });
  handshake_.on_raw(SetLockVersion::number, [](RpcConnection&, IncomingCall call) {
    SetLockVersion request;
    if (!decode_front(call.arguments(), request)) return call.reply_error(AcceptStatus::garbage_arguments);
    call.reply(SetLockVersion::Reply{0, 0, request.lock_version});
  });
  rpc_.add(operations_);
  sequences_.on_raw(PerformSequence::number, [this](RpcConnection& connection, IncomingCall call) {
    session_of(connection).serve_sequence(std::move(call));
  });
  shortcut_.on_raw(AskForShortcut::number, [this](RpcConnection& connection, IncomingCall call) {
    call.reply(options_.shortcuts ? shortcuts_.offer(connection) : Shortcuts::refusal());
  });
  rpc_.add_dump();
  rpc_.add(handshake_);
  rpc_.add(sequences_);
  rpc_.add(shortcut_);
}

RpcLimits ProtocolServer::limits() const {
  RpcLimits limits;
  limits.requests = options_.outstanding_limit == 0 ? 65536 : static_cast<std::size_t>(options_.outstanding_limit);
  return limits;
}

Task<> ProtocolServer::start() {
  StreamOptions stream;
  stream.no_delay = options_.no_delay;
  stream.keepalive = options_.keepalive;
  stream.keepalive_idle = options_.keepalive_time;
  stream.keepalive_interval = options_.keepalive_interval;
  stream.keepalive_count = options_.keepalive_count;
  stream.user_timeout = options_.user_timeout;
  stream.ipv6 = options_.address_family == "inet6";
  const Address at = Address::tcp(options_.bind_address, static_cast<std::uint16_t>(options_.listen_port));
  std::unique_ptr<Listener> listener = co_await tried(world_.network().listen(at, stream, options_.listen_backlog));
  const RpcListener::Accept accepting = [this](RpcConnection& connection) { return accept(connection); };
  listener_ = std::make_unique<RpcListener>(world_, std::move(listener), accepting, limits());
  const Result<Done> shortened = shortcuts_.listen(accepting, limits());
  if (!shortened) log::warning(name(), "clients on this machine come by TCP: {}", shortened.error().sentence());
  log::info(name(), "listening on {}", listener_->address().text());
  co_return done;
}

Task<> ProtocolServer::stop() {
  stopping_ = true;
  if (!listener_) co_return done;
  for_each_listener([](RpcListener& listener) {
    listener.stop_accepting();
    listener.for_each_connection([](RpcConnection& connection) { connection.close(); });
  });
  while (!living_.empty()) {
    none_left_.reset();
    co_await none_left_.wait();
  }
  listener_.reset();
  shortcuts_.close();
  co_await tasks_.finished();
  co_return done;
}

std::shared_ptr<RpcHandler> ProtocolServer::accept(RpcConnection& connection) {
  if (stopping_) return nullptr;
  auto session = std::make_shared<Session>(*this, connection);
  living_.push_back(session);
  sessions_[&connection] = session.get();
  return session;
}

void ProtocolServer::session_ended(const RpcConnection& connection, std::shared_ptr<Session> session) {
  sessions_.erase(&connection);
  shortcuts_.forget(connection);
  if (session->signed_in()) {
    clients_.erase(session->client().number);
    session->tell_of_end();
  }
  tasks_.start(end_session(std::move(session)));
}

Task<> ProtocolServer::end_session(std::shared_ptr<Session> session) {
  co_await session->give_back();
  std::erase(living_, session);
  if (living_.empty()) none_left_.set();
  co_return done;
}

Translator* ProtocolServer::brick(std::string_view name) const {
  const auto found = std::ranges::find(children(), name, [](const Translator* child) { return child->name(); });
  return found == children().end() ? nullptr : *found;
}

bool ProtocolServer::is_up(const Translator& brick) const {
  const auto state = up_.find(&brick);
  return state == up_.end() || state->second;
}

std::vector<const Session*> ProtocolServer::sessions(std::string_view subvolume) const {
  std::vector<const Session*> sessions;
  for_each_client([&](const Session& session) {
    if (session.brick()->name() == subvolume) sessions.push_back(&session);
  });
  return sessions;
}

std::vector<ClientStatistics> ProtocolServer::clients(std::string_view subvolume) const {
  std::vector<ClientStatistics> clients;
  for (const Session* session : sessions(subvolume)) clients.push_back(session->statistics());
  return clients;
}

Result<Done> ProtocolServer::reconfigure(const VolumeSection& section) {
  Result<ServerOptions> options = options_of(section);
  if (!options) return std::unexpected(options.error());
  options_ = std::move(*options);
  authentication_ = std::make_shared<const Authentication>(section);
  rpc_.require_privileged_ports(!options_.allow_insecure);
  for_each_listener([this](RpcListener& listener) {
    listener.for_each_connection([this](RpcConnection& connection) { connection.set_limits(limits()); });
  });
  if (options_.dynamic_auth) {
    for (const std::shared_ptr<Session>& session : living_) {
      if (session->signed_in()) tasks_.start(check_again(session));
    }
  }
  return done;
}

Task<> ProtocolServer::check_again(std::shared_ptr<Session> session) {
  const std::shared_ptr<const Authentication> authentication = authentication_;
  Result<Admission> admission = co_await authentication->admit(world_, session->applicant());
  if (admission && admission->accepted) co_return done;
  if (RpcConnection* connection = session->connection()) {
    log::info(name(), "unauthorized client, hence terminating the connection {}", connection->peer().text());
    connection->close();
  }
  co_return done;
}

void ProtocolServer::dump_state(std::string& out) const {
  std::size_t index = 0;
  for_each_client([&](const Session& session) {
    const ClientStatistics statistics = session.statistics();
    const bool has_shortcut = session.connection()->peer_uid().has_value();
    out += fmt::format("client{0}.uid={1}\nclient{0}.address={2}\nclient{0}.open-fds={3}\nclient{0}.shortcut={4:d}\n",
                       index, session.client().uid, statistics.address, statistics.descriptors, has_shortcut);
    ++index;
  });
}

}  // namespace mortar
