// The life of a connection: where the brick listens, connecting, the handshake, up, down, and again.
#include <fmt/format.h>

#include <algorithm>

#include "translators/client/remote.h"
#include "wire/messages/handshake.h"
#include "wire/messages/portmap.h"
#include "wire/messages/shortcut.h"
#include "wire/readdressed_stream.h"

namespace mortar {

namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t management_port = 24007;
constexpr std::uint16_t highest_port = 49151;  // of clients; those above belong to bricks
constexpr std::uint16_t highest_privileged_port = 1023;
// TCP repeats the first packet after 1, 3, 7 and 15 seconds: who begins anew after 5 sees sooner that it is back.
constexpr Duration connect_limit = 5s;
constexpr Duration handshake_limit = 60s;
constexpr const char* op_version = "100000";
constexpr const char* client_version = "10.3";

Duration pause_after(unsigned failures) { return failures == 0 ? 100ms : failures == 1 ? 500ms : 3000ms; }

bool is_snapshot_daemon(std::string_view subvolume) { return subvolume.starts_with("snapd"); }

Task<> report_end(Task<> run, Completion<Done> ended) {
  Result<Done> end = co_await std::move(run);
  ended.complete(std::move(end));
  co_return done;
}

}  // namespace

Remote::Line::Line(Connection made) : connection(std::move(made)) {
  reading.start(report_end(connection->run(), ended));
}

Task<> Remote::keep_connected() {
  unsigned failures = 0;
  int last_error = 0;
  while (!refused_) {
    Result<Done> ended = co_await connect_once();
    failures = ended ? 0 : failures + 1;
    if (!ended && ended.error().number() != last_error) {
      log::warning(section_.name, "no connection to {} on {}: {}", options_.remote_subvolume, options_.remote_host,
                   ended.error().sentence());
    }
    last_error = ended ? 0 : ended.error().number();
    // Where it was let go to rest it is reached at once again.
    if (told_distance_ && !(ended && rests_)) told_distance_(std::nullopt);
    if (!decided_.is_set()) {
      decided_.set();
      if (!refused_) listener_(notice::ChildDown{});
    }
    if (refused_) {
      listener_(notice::ChildRefused{last_error, ended.error().sentence()});
    } else {
      co_await world_.sleep(pause_after(failures));
    }
  }
  co_return done;
}

Task<> Remote::connect_once() {
  std::uint16_t port = static_cast<std::uint16_t>(options_.remote_port);
  if (port == 0) {
    port = co_await tried(find_port());
  }
  Connection connection = co_await tried(connect(port, &incoming_));
  connection->set_next_xid(next_xid_);
  auto line = std::make_unique<Line>(connection);
  Result<Done> greeted = co_await with_deadline(world_, handshake_limit, greet(connection));
  if (greeted && offers_shortcuts_ && are_on_one_machine(connection->local(), connection->peer())) {
    Result<std::unique_ptr<Line>> shorter =
        co_await with_deadline(world_, handshake_limit, take_shortcut(connection));
    if (shorter) {
      connection->close();
      line = std::move(*shorter);
      connection = line->connection;
    } else {
      log::debug(section_.name, "no shorter way to {}: {}", connection->peer().text(), shorter.error().sentence());
    }
  }
  if (greeted && told_distance_) {
    greeted = co_await rest_while_not_wanted(connection);
  }
  if (greeted) {
    greeted = co_await with_deadline(world_, handshake_limit, attach(connection));
  }
  if (!greeted) {
    next_xid_ = connection->next_xid();
    connection->close();
    co_return greeted.error();
  }
  // It may have been told to rest meanwhile.
  if (rests_) {
    next_xid_ = connection->next_xid();
    connection->close();
    went_down();
    co_return done;
  }
  connection_ = connection;
  is_on_this_machine_ = are_on_one_machine(connection->local(), connection->peer());
  watching_.start(watch_age(connection));
  if (told_distance_) measuring_.start(watch_distance(connection));
  went_up();
  log::info(section_.name, "connected to {}, attached to remote volume {}", connection->peer().text(),
            options_.remote_subvolume);
  Result<Done> end = co_await line->ended.wait();
  next_xid_ = connection->next_xid();
  log::warning(section_.name, "disconnected from {}: {}", connection->peer().text(),
               end ? "the brick closed the connection" : end.error().sentence());
  connection->close();
  went_down();
  co_return done;
}

Task<Remote::Connection> Remote::connect(std::uint16_t port, RpcHandler* handler) {
  std::unique_ptr<Stream> stream = co_await tried(with_deadline(
      world_, connect_limit, world_.network().connect(Address::tcp(options_.remote_host, port), stream_options())));
  co_return std::make_shared<RpcConnection>(std::move(stream), handler);
}

StreamOptions Remote::stream_options() const {
  StreamOptions stream;
  stream.no_delay = options_.no_delay;
  stream.keepalive = options_.keepalive;
  stream.keepalive_idle = options_.keepalive_time;
  stream.keepalive_interval = options_.keepalive_interval;
  stream.keepalive_count = options_.keepalive_count;
  stream.user_timeout = options_.user_timeout;
  stream.source_port_ceiling = options_.bind_insecure ? highest_port : highest_privileged_port;
  stream.ipv6 = options_.address_family == "inet6";
  return stream;
}

Task<std::uint16_t> Remote::find_port() {
  Connection connection = co_await tried(connect(management_port, nullptr));
  TaskSet running;
  running.start(connection->run());
  const Result<PortByBrick::Reply> asked =
      co_await with_deadline(world_, handshake_limit, connection->call(PortByBrick{options_.remote_subvolume}));
  // Who listens there is not a daemon that knows ports: it can only be the brick itself.
  if (!asked && asked.error().number() == EOPNOTSUPP) co_return management_port;
  const PortByBrick::Reply reply = co_await tried(asked);
  if (reply.op_ret < 0 || reply.port <= 0 || reply.port > 65535) {
    co_return failed(ECONNREFUSED, fmt::format("{} says that the brick {} is not running", options_.remote_host,
                                               options_.remote_subvolume));
  }
  co_return static_cast<std::uint16_t>(reply.port);
}

Task<> Remote::greet(Connection connection) {
  DumpPrograms::Reply dump = co_await tried(connection->call(DumpPrograms{}));
  const auto has = [&dump](Program program) {
    return std::ranges::any_of(dump.programs.elements, [program](const ProgramEntry& entry) {
      return entry.number == program.number && entry.version == program.version;
    });
  };
  if (!has(programs::operations)) {
    co_return failed(EPROTONOSUPPORT, fmt::format("{} has no program \"GlusterFS 4.x v1\"", connection->peer().text()));
  }
  knows_sequences_ = has(programs::sequences);
  offers_shortcuts_ = has(programs::shortcuts);
  co_return done;
}

Task<std::unique_ptr<Remote::Line>> Remote::take_shortcut(Connection connection) {
  const AskForShortcut::Reply offer = co_await tried(connection->call(AskForShortcut{}));
  if (offer.op_ret < 0) co_return failed(offer.op_errno, "the brick offers none");
  if (!offer.socket.starts_with(AskForShortcut::prefix)) co_return failed(EPROTO, "the brick names another's socket");
  std::unique_ptr<Stream> stream =
      co_await tried(world_.network().connect(Address::unix_socket(offer.socket), StreamOptions{}));
  std::vector<Slice> token{Slice::copy(offer.token.view())};
  co_await tried(stream->write(std::move(token)));
  auto known = std::make_unique<ReaddressedStream>(std::move(stream), connection->local(), connection->peer());
  auto line = std::make_unique<Line>(std::make_shared<RpcConnection>(std::move(known), &incoming_));
  line->connection->set_next_xid(connection->next_xid());
  // Who does not know the token hangs up.
  co_await tried(line->connection->call(Ping{}));
  co_return std::move(line);
}

Task<> Remote::attach(Connection connection) {
  co_await tried(set_volume(connection));
  co_await tried(reopen_all(connection));
  co_return done;
}

Dictionary Remote::introduction() {
  Dictionary said;
  for (const auto& [key, value] : section_.options) said.set_text(key, value);
  said.set_text("fops-version", std::to_string(programs::operations.number));
  said.set_text("process-uuid", fmt::format("CTX_ID:{}-GRAPH_ID:{}-PID:{}-HOST:{}-PC_NAME:{}-RECON_NO:-{}",
                                            process_->context_id, graph_id_, world_.processes().own_pid(),
                                            world_.network().host_name(), section_.name, handshakes_++));
  said.set_text("client-version", client_version);
  if (!process_->volume_id.empty() && !is_snapshot_daemon(options_.remote_subvolume)) {
    said.set_text("volume-id", process_->volume_id);
  }
  if (said.has("volfile-key")) said.set_text("volfile-checksum", "0");
  said.set_text("clnt-lk-version", "1");
  said.set_text("opversion", op_version);
  return said;
}

Task<> Remote::set_volume(Connection connection) {
  SetVolume request;
  request.dict.dictionary = introduction();
  SetVolume::Reply reply = co_await tried(connection->call(request, Identity{}, credential::glusterfs_3));
  const Dictionary& said = reply.dict.dictionary;
  const std::string text(said.text("ERROR").value_or("no reason given"));
  if (reply.op_ret < 0) {
    const int number = reply.op_errno > 0 ? reply.op_errno : EIO;
    // A subdirectory that is missing when a volume is mounted stays missing; later (a new brick) it may be on its way.
    refused_ = number == EACCES || (number == ENOENT && section_.option("subdir-mount") && graph_id_ == 0);
    co_return failed(number, text);
  }
  const std::optional<std::string_view> volume_id = said.text("volume-id");
  if (volume_id && !volume_id->empty() && !is_snapshot_daemon(options_.remote_subvolume)) {
    if (process_->volume_id.empty()) process_->volume_id = *volume_id;
    if (process_->volume_id != *volume_id) {
      refused_ = true;
      co_return failed(EINVAL, fmt::format("the brick {} belongs to volume {}, not to {}", options_.remote_subvolume,
                                           *volume_id, process_->volume_id));
    }
  }
  brick_up_ = said.number("child_up").value_or(1) != 0;
  co_return done;
}

void Remote::went_up() {
  decided_.set();
  tasks_.start(ask_for_notices(connection_));
  notices_were_lost();
  if (!brick_up_) return tell_how_far();
  up_ = true;
  listener_(notice::ChildUp{});
}

void Remote::went_down() {
  if (std::exchange(connection_, nullptr)) notices_were_lost();
  watching_.cancel();
  released_.clear();
  measuring_.cancel();
  recent_.clear();
  for (const auto& [id, weak] : open_) {
    if (const std::shared_ptr<Descriptor> descriptor = weak.lock()) {
      descriptor->contexts.get<RemoteFile>(this)->number = -1;
    }
  }
  if (std::exchange(up_, false)) listener_(notice::ChildDown{});
}

}  // namespace mortar
