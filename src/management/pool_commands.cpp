#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "management/commands.h"

namespace mortar::commands {

namespace {

// Numbers by which stock's command line knows what to say.
constexpr int probe_localhost = 1;
constexpr int probe_friend = 2;
constexpr int probe_another_cluster = 3;
struct DetachRefusal {
  int error;
  int result;
  int number;
};
constexpr DetachRefusal detach_refusals[] = {
    {EINVAL, -1, 1},     // this server itself
    {ENOENT, -1, 2},     // no server of the pool
    {ENOTEMPTY, 1, 3},   // it has bricks
    {EHOSTDOWN, -1, 4},  // a server does not answer
};
constexpr std::int64_t force_flag = 1;
// A command that only asks is answered within five seconds.
constexpr Duration condition_limit = std::chrono::seconds(4);

Dictionary notice(std::string_view text, int number) {
  Dictionary reply;
  reply.set_text("op-errstr", text);
  set_number(reply, "op-errno", number);
  return reply;
}

// By the server's id; of those that tell. Where one does not know how to, nothing is told: the rest is more important.
Task<std::map<std::string, Dictionary>> conditions_of(Management& management) {
  std::map<std::string, Dictionary> conditions;
  Result<Gathered> gathered =
      co_await management.ask_servers(std::string(subject::condition), Dictionary{}, condition_limit);
  if (!gathered) co_return std::move(conditions);
  for (Dictionary& answer : gathered->answers) {
    std::string server(answer.text("uuid").value_or(""));
    conditions[std::move(server)] = std::move(answer);
  }
  co_return std::move(conditions);
}

}  // namespace

Task<Dictionary> probe(Management& management, Dictionary request) {
  std::string host = co_await tried(required(request, "hostname"));
  const bool own = co_await tried(management.is_own_host(host));
  if (own) co_return notice("Probe on localhost not needed", probe_localhost);
  const Result<ProbeOutcome> outcome = co_await management.probe(host);
  if (!outcome && outcome.error().number() == EALREADY) {
    Dictionary refused = notice(outcome.error().sentence(), probe_another_cluster);
    set_number(refused, "op-ret", -1);
    co_return refused;
  }
  if (!outcome) co_return outcome.error();
  // A further name was taken down.
  if (*outcome != ProbeOutcome::added) {
    const std::string port = request.text("port").has_value() ? std::string(*request.text("port")) : "24007";
    co_return notice(fmt::format("Host {} port {} already in peer list", host, port), probe_friend);
  }
  management.announcer().raise(events::PeerAttach::with(host));
  Dictionary reply;
  if (management.pool().servers.size() == 2) {
    reply.set_text("note",
                   "of two servers one keeps the pool's configuration: while that one is away nothing can be changed "
                   "(bricks and mounts go on). With a third server any one of them may be away.");
  }
  co_return std::move(reply);
}

Task<Dictionary> pool_status(Management& management, Dictionary) {
  const std::map<std::string, Dictionary> conditions = co_await tried(conditions_of(management));
  Membership& membership = management.membership();
  const Pool& pool = management.pool();
  Dictionary reply;
  reply.set_text("pool", pool.trust.pool.text());
  set_number(reply, "version", static_cast<std::int64_t>(membership.configuration().version()));
  set_number(reply, "count", static_cast<std::int64_t>(pool.servers.size()));
  int place = 0;
  for (const Server& server : pool.servers) {
    const std::string prefix = fmt::format("server{}.", ++place);
    const bool own = server.id == management.server();
    const Greet::Reply own_words = membership.greeting();
    const Greet::Reply* said = own ? &own_words : membership.lines().said(server.id);
    reply.set_text(prefix + "uuid", server.id.text());
    reply.set_text(prefix + "hostname", own ? "localhost" : server.names.front());
    reply.set_text(prefix + "address", server.address);
    set_number(reply, prefix + "connected", said != nullptr ? 1 : 0);
    set_number(reply, prefix + "wanted", server.votes ? 1 : 0);
    if (said == nullptr) continue;
    set_number(reply, prefix + "keeps", static_cast<std::int64_t>(said->votes));
    set_number(reply, prefix + "lost", static_cast<std::int64_t>(said->lost_votes));
    set_number(reply, prefix + "version", static_cast<std::int64_t>(said->version));
    const auto condition = conditions.find(server.id.text());
    if (condition == conditions.end()) continue;
    for (const auto& [key, value] : condition->second) {
      if (key.starts_with("trouble")) reply.append(prefix + key, value);
    }
  }
  co_return std::move(reply);
}

Task<Dictionary> recover_pool(Management& management, Dictionary) {
  co_await tried(management.recover());
  co_return Dictionary{};
}

Task<Dictionary> deprobe(Management& management, Dictionary request) {
  std::string host = co_await tried(required(request, "hostname"));
  const bool force = (request.number("flags").value_or(0) & force_flag) != 0;
  const Result<Done> detached = co_await management.detach(host, force);
  if (detached) {
    management.announcer().raise(events::PeerDetach::with(host));
    co_return Dictionary{};
  }
  const auto* known = std::ranges::find(detach_refusals, detached.error().number(), &DetachRefusal::error);
  if (known == std::end(detach_refusals)) co_return detached.error();
  Dictionary reply = notice(detached.error().sentence(), known->number);
  set_number(reply, "op-ret", known->result);
  co_return reply;
}

Task<Dictionary> reset_uuid(Management& management, Dictionary) {
  co_await tried(management.reset_identity());
  Dictionary reply;
  reply.set_text("uuid", management.server().text());
  co_return reply;
}

}  // namespace mortar::commands
