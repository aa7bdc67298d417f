#include "management/peers/probe.h"

#include <fmt/format.h>

#include "base/log.h"
#include "management/peers/certificates.h"
#include "pool/document.h"
#include "pool/probe_server.h"
#include "wire/rpc_connection.h"

namespace mortar {

using namespace std::chrono_literals;

namespace {

constexpr Duration connect_limit = 5s;
constexpr Duration answer_limit = 10s;
// Until the new server is of use to the next command.
constexpr Duration settle_limit = 5s;

std::unexpected<Error> not_reached(const Error& reason) {
  const char* text = "Probe returned with Transport endpoint is not connected";
  log::info("pool", "probe: {}", reason.sentence());
  return failed(ENOTCONN, text);
}

// A connection for one question.
template <class Request>
Task<typename Request::Reply> ask_once(World& world, std::unique_ptr<Stream> stream, Request request) {
  RpcConnection connection(std::move(stream));
  TaskSet running;
  running.start(connection.run());
  Task<typename Request::Reply> asking = connection.call(request);
  Result<typename Request::Reply> reply = co_await with_deadline(world, answer_limit, std::move(asking));
  co_return reply;
}

}  // namespace

Task<Probe::Met> Probe::meet(std::string host, std::string authority) {
  Task<std::unique_ptr<Stream>> connecting = world_.network().connect(Address::tcp(host, port_), StreamOptions{});
  Result<std::unique_ptr<Stream>> stream = co_await with_deadline(world_, connect_limit, std::move(connecting));
  if (!stream) co_return not_reached(stream.error());
  Met met;
  met.its_address = (*stream)->peer().host;
  met.own_address = bind_address_.empty() ? (*stream)->local().host : bind_address_;
  Result<Introduce::Reply> reply =
      co_await ask_once(world_, std::move(*stream), Introduce{.authority = std::move(authority)});
  if (!reply && reply.error().number() == EOPNOTSUPP) {
    co_return failed(EOPNOTSUPP, fmt::format("{} runs another glusterd than this one; install the same there, or see "
                                             "how a pool of GlusterFS is taken over",
                                             host));
  }
  if (!reply) co_return not_reached(reply.error());
  if (reply->op_ret != 0) co_return Error(reply->op_errno, fmt::format("{}: {}", host, reply->op_errstr));
  met.reply = std::move(*reply);
  co_return std::move(met);
}

Task<> Probe::check_free(std::string host, const Introduce::Reply& met) {
  if (met.server == membership_.server()) {
    co_return failed(EINVAL, fmt::format("Peer uuid (host {}) is same as local uuid", host));
  }
  const bool of_this_pool = !membership_.is_alone() && met.pool == membership_.pool_id();
  if ((!met.pool.is_null() && !of_this_pool) || met.volumes != 0) {
    co_return failed(EALREADY,
                     fmt::format("{} is either already part of another cluster or having volumes configured", host));
  }
  co_return done;
}

Task<ProbeOutcome> Probe::run(std::string host) {
  if (!is_server_name(host)) co_return failed(EINVAL, fmt::format("{} is an invalid address", host));
  const Server* called = membership_.pool().server_called(host);
  if (called != nullptr && !called->invited) co_return ProbeOutcome::known_already;
  // Who it is, before this server becomes part of a pool for its sake.
  Met met = co_await tried(meet(host, {}));
  const Server* known = membership_.pool().server(met.reply.server);
  if (known != nullptr && known->id != membership_.server() && !known->invited) {
    co_await tried(membership_.configuration().change(NameServer{known->id, host}));
    co_return ProbeOutcome::named;
  }
  co_await tried(check_free(host, met.reply));
  const std::shared_ptr<void> staying = membership_.stay_founded();
  co_await tried(membership_.found(met.own_address));
  // The invitation may have been heard, and the pool not have written that down.
  if (met.reply.pool.is_null()) {
    met = co_await tried(meet(host, membership_.pool().trust.authority.certificate));
    co_await tried(check_free(host, met.reply));
    const Server invited{.id = met.reply.server, .names = {host}, .address = met.its_address};
    co_await tried(invite(invited, met.reply));
  }
  co_await tried(membership_.configuration().change(AdmitServer{met.reply.server}));
  // Another server has let it in by another name meanwhile.
  if (membership_.pool().server_called(host) == nullptr) {
    co_await tried(membership_.configuration().change(NameServer{met.reply.server, host}));
  }
  co_await membership_.lines().answering(met.reply.server, settle_limit);
  co_return ProbeOutcome::added;
}

Task<Probe::Met> Probe::meet_again(Server server, std::string authority) {
  std::vector<std::string> hosts = server.names;
  if (!server.address.empty()) hosts.push_back(server.address);
  Error last(EHOSTUNREACH, "it has no name");
  for (const std::string& host : hosts) {
    Result<Met> met = co_await meet(host, authority);
    if (met && met->reply.server == server.id) co_return std::move(*met);
    last = met ? Error(EINVAL, fmt::format("{} is another server by now", host)) : met.error();
  }
  co_return last;
}

Task<std::string> Probe::own_address(Server other) {
  Met met = co_await tried(meet_again(std::move(other), {}));
  co_return std::move(met.own_address);
}

Task<> Probe::invite_again(Server server) {
  Met met = co_await tried(meet_again(server, membership_.pool().trust.authority.certificate));
  if (met.reply.pool.is_null()) {
    if (met.reply.volumes != 0 && met.reply.waits == 0) co_return failed(EBUSY, "it has volumes of its own");
    server.address = met.its_address;
    co_await tried(invite(std::move(server), std::move(met.reply)));
  } else if (met.reply.pool != membership_.pool_id()) {
    co_return failed(EBUSY, "it is in another pool");
  }
  co_await tried(membership_.configuration().change(AdmitServer{met.reply.server}));
  co_return done;
}

Task<> Probe::invite(Server server, Introduce::Reply met) {
  const std::string host = server.names.front();
  if (met.authority.empty() || met.public_key.empty()) {
    co_return failed(EBUSY, fmt::format("{} is being let into another pool", host));
  }
  server.public_key = met.public_key;
  server.certificate = world_.random_gfid();
  server.newest_op_version = met.op_version;
  const std::string address = server.address;
  const Gfid id = server.id;
  co_await tried(membership_.configuration().change(InviteServer{std::move(server)}));
  const Pool& pool = membership_.pool();
  const Server* invited = pool.server(id);
  if (invited == nullptr) co_return failed(EAGAIN, fmt::format("{} was detached meanwhile", host));
  Invite invitation{.pool = pool.trust.pool,
                    .authority = pool.trust.authority.certificate,
                    .version = membership_.configuration().version(),
                    .document = format_pool(pool)};
  invitation.certificate = co_await tried(certificate_for(pool, *invited));

  const Result<std::string> own_certificate = world_.files().read_file(membership_.keys().certificate_file());
  const Result<std::string> own_key = world_.files().read_file(membership_.keys().key_file());
  if (!own_certificate || !own_key) co_return failed(EIO, "the keys of this server cannot be read");
  std::shared_ptr<TlsContext> context = co_await tried(TlsContext::make({*own_certificate, *own_key, met.authority}));
  std::unique_ptr<Stream> under =
      co_await tried(world_.network().connect(Address::tcp(address, port_), StreamOptions{}));
  Result<std::unique_ptr<TlsStream>> stream =
      co_await with_deadline(world_, answer_limit, TlsStream::connect(std::move(under), context));
  if (!stream) co_return failed(stream.error().number(), fmt::format("{}: {}", host, stream.error().sentence()));
  // The document holds the pool's secrets: they are for who introduced itself, and for nobody in between.
  if ((*stream)->certified().public_key != met.public_key) {
    co_return failed(EACCES, fmt::format("{} is not who introduced itself", host));
  }
  const Invite::Reply reply = co_await tried(ask_once(world_, std::move(*stream), std::move(invitation)));
  if (reply.op_ret != 0) co_return Error(reply.op_errno, fmt::format("{}: {}", host, reply.op_errstr));
  co_return done;
}

}  // namespace mortar
