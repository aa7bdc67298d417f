#include "management/peers/farewells.h"

#include <algorithm>

#include "base/join.h"
#include "base/task_set.h"
#include "wire/messages/introduction.h"
#include "wire/rpc_connection.h"

namespace mortar {

namespace {

using namespace std::chrono_literals;

// One that is away may never come back.
constexpr Duration longest = 2min;
// Who left before this daemon started is not known; an invitation may have been taken without an answer.
constexpr Duration brief = 30s;
constexpr Duration answer_limit = 2s;

// Which pool the server at the host is in.
Task<Introduce::Reply> ask_host(World& world, std::string host, std::uint16_t port) {
  std::unique_ptr<Stream> stream = co_await tried(world.network().connect(Address::tcp(std::move(host), port), {}));
  RpcConnection connection(std::move(stream));
  TaskSet running;
  running.start(connection.run());
  const Introduce::Reply reply = co_await tried(connection.call(Introduce{}));
  co_return reply;
}

// An error where it does not answer.
Task<bool> has_left(World& world, Server server, Gfid pool, std::uint16_t port) {
  const std::string host = server.address.empty() ? server.names.front() : server.address;
  const Introduce::Reply reply = co_await tried(with_deadline(world, answer_limit, ask_host(world, host, port)));
  co_return reply.op_ret == 0 && (reply.server != server.id || reply.pool != pool);
}

}  // namespace

void Farewells::learn(const Pool& pool, Instant now) {
  std::map<Gfid, Server> members;
  for (const Server& server : pool.servers) members.emplace(server.id, server);
  if (!begun_ && !pool.trust.revoked.empty()) waited_for_[Gfid{}] = {{}, now + brief};
  begun_ = true;
  pool_ = pool.trust.pool;
  for (const auto& [id, former] : members_) {
    if (!members.contains(id)) waited_for_[id] = {former, now + (former.invited ? brief : longest)};
  }
  for (const auto& [id, member] : members) waited_for_.erase(id);
  members_ = std::move(members);
}

// One that was only invited may take the invitation still.
Task<> Farewells::ask(World& world, std::uint16_t port) {
  std::vector<Gfid> asked;
  std::vector<Task<bool>> asking;
  for (const auto& [id, former] : waited_for_) {
    if (id.is_null() || former.server.invited || former.until <= world.now()) continue;
    asked.push_back(id);
    asking.push_back(has_left(world, former.server, pool_, port));
  }
  const std::vector<Result<bool>> answers = co_await tried(all(std::move(asking)));
  for (std::size_t place = 0; place < asked.size(); ++place) {
    if (answers[place].value_or(false)) waited_for_.erase(asked[place]);
  }
  co_return done;
}

bool Farewells::are_over(Instant now) const {
  return std::ranges::all_of(waited_for_, [now](const auto& entry) { return entry.second.until <= now; });
}

}  // namespace mortar
