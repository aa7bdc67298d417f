#include "management/peers/peer_lines.h"

#include <algorithm>

#include "base/log.h"

namespace mortar {

using namespace std::chrono_literals;

namespace {

constexpr Duration between_greetings = 2s;
// What is asked of a server is told to have no answer after this long; a slow disk takes less.
constexpr Duration greeting_limit = 5s;
constexpr Duration between_tries = 1s;
constexpr Duration look_again = 50ms;
// Within this a server that is there has answered.
constexpr Duration time_to_answer = 3s;

}  // namespace

PeerLines::Open::Open(std::unique_ptr<Stream> stream) : connection(std::move(stream)) { running.start(run()); }

Task<> PeerLines::Open::run() {
  co_await connection.run();
  ended.set();
  co_return done;
}

PeerLines::PeerLines(World& world, Connect connect, std::function<Greet()> greeting, Heard heard)
    : world_(world), connect_(std::move(connect)), greeting_(std::move(greeting)), heard_(std::move(heard)) {}

PeerLines::~PeerLines() = default;

void PeerLines::keep_to(const Pool& pool, const Gfid& own) {
  // One that is only invited does not know it yet.
  const auto is_wanted = [&](const Server* server) {
    return server != nullptr && server->id != own && !server->invited && !pool.trust.pool.is_null();
  };
  std::erase_if(lines_, [&](const auto& entry) { return !is_wanted(pool.server(entry.first)); });
  for (const Server& server : pool.servers) {
    if (!is_wanted(&server)) continue;
    std::unique_ptr<Line>& line = lines_[server.id];
    if (line != nullptr) {
      line->server = server;
      continue;
    }
    line = std::make_unique<Line>();
    line->server = server;
    line->wanted_since = line->last_heard = world_.now();
    line->keeping.start(keep(*line));
  }
}

Task<> PeerLines::keep(Line& line) {
  // Whoever wanted the line goes on first.
  co_await next_turn();
  for (;;) {
    Result<std::unique_ptr<Stream>> stream = co_await connect_(line.server);
    if (stream) {
      const auto open = std::make_shared<Open>(std::move(*stream));
      co_await greet(line, open);
      // Who waits for an answer on it waits in vain.
      open->connection.close();
      set_open(line, nullptr);
    } else {
      log::debug("pool", "{}: {}", line.server.names.front(), stream.error().sentence());
    }
    co_await tried(world_.sleep(between_tries));
  }
}

// Until it does not answer any more.
Task<> PeerLines::greet(Line& line, std::shared_ptr<Open> open) {
  while (!open->connection.closed()) {
    Task<Greet::Reply> asking = open->connection.call(greeting_());
    Result<Greet::Reply> reply = co_await with_deadline(world_, greeting_limit, std::move(asking));
    if (!reply) co_return reply.error();
    if (heard_) heard_(line.server.id, *reply);
    if (reply->op_ret != 0) co_return Error(reply->op_errno, reply->op_errstr);
    line.last_heard = world_.now();
    line.said = *reply;
    set_open(line, open);
    co_await with_deadline(world_, between_greetings, open->ended.wait());
  }
  co_return done;
}

void PeerLines::set_open(Line& line, std::shared_ptr<Open> open) {
  const bool changes = (line.open == nullptr) != (open == nullptr);
  line.open = std::move(open);
  if (!changes) return;
  const bool answers = line.open != nullptr;
  log::info("pool", "{} {}", line.server.names.front(), answers ? "answers" : "does not answer any more");
  if (turned_) turned_(line.server, answers);
}

std::shared_ptr<PeerLines::Open> PeerLines::open_to(const Gfid& server) const {
  const auto found = lines_.find(server);
  if (found == lines_.end() || found->second->open == nullptr) return nullptr;
  return found->second->open->connection.closed() ? nullptr : found->second->open;
}

bool PeerLines::answers(const Gfid& server) const { return open_to(server) != nullptr; }

Silence PeerLines::silence() const {
  Silence silence;
  for (const auto& [server, line] : lines_) {
    if (answers(server)) continue;
    silence[server] = std::chrono::duration_cast<std::chrono::seconds>(world_.now() - line->last_heard);
  }
  return silence;
}

std::set<Gfid> PeerLines::without_votes() const {
  std::set<Gfid> servers;
  for (const auto& [server, line] : lines_) {
    if (line->said.lost_votes != 0 && answers(server)) servers.insert(server);
  }
  return servers;
}

const Greet::Reply* PeerLines::said(const Gfid& server) const {
  return answers(server) ? &lines_.at(server)->said : nullptr;
}

Task<bool> PeerLines::answering(Gfid server, Duration limit) {
  const Instant end = world_.now() + limit;
  while (!answers(server) && world_.now() < end) {
    co_await tried(world_.sleep(look_again));
  }
  co_return answers(server);
}

bool PeerLines::had_time() const {
  return std::ranges::none_of(lines_, [this](const auto& entry) {
    return entry.second->open == nullptr && world_.now() - entry.second->wanted_since < time_to_answer;
  });
}

Task<> PeerLines::given_time() {
  while (!had_time()) {
    co_await tried(world_.sleep(look_again));
  }
  co_return done;
}

}  // namespace mortar
