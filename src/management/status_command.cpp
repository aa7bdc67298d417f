#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/join.h"
#include "management/brick_questions.h"
#include "management/commands.h"
#include "management/condition.h"
#include "management/inode_size.h"
#include "management/mount_table.h"

namespace mortar::commands {

namespace {

using namespace std::chrono_literals;

// Bits of "cmd".
namespace asked {
constexpr std::int64_t detail = 0x20, tasks = 0x40, client_list = 0x80;
constexpr std::int64_t kinds = 0xff;  // all that is asked of the bricks themselves, and these two
constexpr std::int64_t of_all = 0x200, of_brick = 0x400;
constexpr std::int64_t nfs = 0x800, self_heal = 0x1000, quota = 0x2000, snapshots = 0x4000, bitrot = 0x8000,
                       scrubber = 0x10000;
}  // namespace asked

constexpr auto brick_limit = 3s;
// A command that only asks is answered within five seconds.
constexpr Duration servers_limit = 4s;
constexpr std::int64_t most_clients = 65536;
constexpr std::string_view healer_prefix = "healer.";

Dictionary names_of_volumes(const Pool& pool, std::int64_t what) {
  Dictionary reply;
  set_number(reply, "cmd", what);
  set_number(reply, "vol_count", static_cast<std::int64_t>(pool.volumes.size()));
  for (std::size_t place = 0; place < pool.volumes.size(); ++place) {
    reply.set_text(fmt::format("vol{}", place), pool.volumes[place].name);
  }
  return reply;
}

// Of a brick's file system. Disks may be slow or hang.
Dictionary detail_of(FileSystem& files, const std::string& prefix, const Brick& brick) {
  Dictionary reply;
  Result<OpenFile> opened = files.open(FileSystem::no_directory, brick.path, O_RDONLY | O_DIRECTORY, 0);
  if (!opened) return reply;
  Result<FileSystemStatus> status = files.file_system_status(opened->number());
  if (!status) return reply;
  auto number = [&reply, &prefix](std::string_view key, std::uint64_t value) {
    reply.set_text(fmt::format("{}.{}", prefix, key), fmt::to_string(value));
  };
  const std::uint64_t unit = status->fragment_size != 0 ? status->fragment_size : status->block_size;
  number("block_size", status->block_size);
  number("free", status->available * unit);
  number("total", status->blocks * unit);
  number("total_inodes", status->files);
  number("free_inodes", status->files_free);
  const MountEntry mount = mount_of(files, brick.path);
  reply.set_text(prefix + ".device", mount.device);
  reply.set_text(prefix + ".mnt_options", mount.options);
  reply.set_text(prefix + ".fs_name", mount.type);
  if (const std::optional<std::uint32_t> size = inode_size(files, mount)) number("inode_size", *size);
  return reply;
}

void add_brick(Management& management, Dictionary& reply, const std::string& prefix, const Volume& volume,
               const Brick& brick) {
  const std::optional<RunningBrick> running = management.supervisor().running(volume, brick);
  const std::uint16_t port = running ? management.ports().port(brick.path) : 0;
  reply.set_text(prefix + ".hostname", brick.host);
  reply.set_text(prefix + ".path", brick.path);
  reply.set_text(prefix + ".peerid", brick.server.text());
  set_number(reply, prefix + ".port", port);
  set_number(reply, prefix + ".rdma_port", 0);
  set_number(reply, prefix + ".status", running ? 1 : 0);
  set_number(reply, prefix + ".pid", running ? running->pid : -1);
  // For our command line; stock's does not look.
  const std::string trouble = brick_trouble(management, volume, brick);
  if (!trouble.empty()) reply.set_text(prefix + ".trouble", trouble);
}

// Whether the self-heal daemons are among what is asked.
bool asks_of_healers(const Volume& volume, std::int64_t what) {
  if ((what & asked::self_heal) != 0) return true;
  return (what & (asked::kinds | asked::of_brick)) == 0 && is_healed(volume);
}

// This server's, under a prefix of its own: who asks numbers them behind the bricks.
void add_own_healer(Management& management, Dictionary& reply, const Volume& volume) {
  const std::optional<int> pid = management.healers().running(volume);
  const std::string prefix(healer_prefix);
  reply.set_text(prefix + "hostname", "Self-heal Daemon");
  reply.set_text(prefix + "peerid", management.server().text());
  set_number(reply, prefix + "port", 0);
  set_number(reply, prefix + "rdma_port", 0);
  set_number(reply, prefix + "status", pid ? 1 : 0);
  set_number(reply, prefix + "pid", pid.value_or(-1));
}

// What it tells of itself; one that ends meanwhile is shown as offline.
Task<> add_from_own_healer(Management& management, Dictionary& reply, Volume volume, std::int64_t what) {
  brick_operation::Status request;
  request.name = volume.name;
  request.input.dictionary.set_text("cmd", fmt::to_string(what));
  request.input.dictionary.set_text("volname", volume.name);
  const Result<Dictionary> told = co_await management.healers().ask(volume, std::move(request));
  if (!told && management.healers().running(volume)) co_return told.error();
  if (!told) co_return done;
  for (const auto& [key, value] : *told) reply.append(std::string(healer_prefix) + key, value);
  co_return done;
}

// A daemon is shown by the name of its server.
void add_healer(Dictionary& reply, const Management& management, const Dictionary& told, std::size_t place) {
  const std::string prefix = fmt::format("brick{}.", place);
  for (const auto& [key, value] : told) {
    if (key.starts_with(healer_prefix)) reply.append(prefix + key.substr(healer_prefix.size()), value);
  }
  const std::optional<Gfid> id = Gfid::parse(reply.text(prefix + "peerid").value_or(""));
  const Server* server = id ? management.pool().server(*id) : nullptr;
  const bool is_own = server == nullptr || server->id == management.server();
  reply.set_text(prefix + "path", is_own ? "localhost" : server->names.front());
}

// The clients by their kinds: of the volume, for each of its bricks has the same ones. The last brick's answer counts.
void add_client_list(Dictionary& reply, const Dictionary& told) {
  static constexpr std::array<std::string_view, 6> kinds{"fuse", "gfapi", "rebalance", "glustershd", "quotad", "snapd"};
  const std::int64_t clients = std::clamp<std::int64_t>(told.number("clientcount").value_or(0), 0, most_clients);
  // Stock's command line prints no table where the count is missing, as stock's daemon leaves it then.
  if (clients == 0) return;
  set_number(reply, "client-count", clients);
  std::array<std::int64_t, kinds.size()> counts{};
  for (std::int64_t client = 0; client < clients; ++client) {
    const std::string key = fmt::format("client{}.name", client);
    const std::string_view name = told.text(key).value_or("unknown");
    reply.set_text(key, name);
    for (std::size_t kind = 0; kind < kinds.size(); ++kind) counts[kind] += name.starts_with(kinds[kind]) ? 1 : 0;
  }
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    if (counts[kind] != 0) set_number(reply, fmt::format("{}-count", kinds[kind]), counts[kind]);
  }
}

Task<Dictionary> ask_status(Management& management, const Volume& volume, const Brick& brick, std::int64_t what) {
  brick_operation::Status request;
  request.name = brick.path;
  request.input.dictionary.set_text("cmd", fmt::to_string(what));
  request.input.dictionary.set_text("brick-name", brick.path);
  request.input.dictionary.set_text("volname", volume.name);
  return ask_about(management, volume, brick, std::move(request), "its status", brick_limit);
}

// A brick, and what its keys begin with.
struct AskedBrick {
  std::string prefix;
  Brick brick;
};

// All of the volume, or the one.
std::vector<AskedBrick> bricks_asked(const Volume& volume, const std::string& only) {
  std::vector<AskedBrick> bricks;
  for (const Brick& brick : volume.bricks) {
    if (only.empty() || brick.text() == only) bricks.push_back({fmt::format("brick{}", bricks.size()), brick});
  }
  return bricks;
}

// What the bricks themselves tell, all asked at once. One that ends meanwhile is shown as offline.
Task<> add_from_bricks(Management& management, Dictionary& reply, Volume volume, std::vector<AskedBrick> bricks,
                       std::int64_t what) {
  std::vector<std::size_t> places;
  std::vector<Task<Dictionary>> asking;
  for (std::size_t place = 0; place < bricks.size(); ++place) {
    if (!management.supervisor().running(volume, bricks[place].brick)) continue;
    places.push_back(place);
    asking.push_back(ask_status(management, volume, bricks[place].brick, what));
  }
  const std::vector<Result<Dictionary>> told = co_await tried(all(std::move(asking)));
  for (std::size_t answer = 0; answer < told.size(); ++answer) {
    const auto& [prefix, brick] = bricks[places[answer]];
    if (!told[answer] && !management.supervisor().running(volume, brick)) {
      add_brick(management, reply, prefix, volume, brick);
    } else if (!told[answer]) {
      co_return told[answer].error();
    } else if ((what & asked::client_list) != 0) {
      add_client_list(reply, *told[answer]);
    } else {
      for (const auto& [key, value] : *told[answer]) reply.append(fmt::format("{}.{}", prefix, key), value);
    }
  }
  co_return done;
}

void add_tasks(Dictionary& reply, const Volume& volume) {
  set_number(reply, "tasks", volume.rebalance ? 1 : 0);
  if (!volume.rebalance) return;
  reply.set_text("task0.type", "Rebalance");
  reply.set_text("task0.id", volume.rebalance->id.text());
  set_number(reply, "task0.status", static_cast<std::int64_t>(volume.rebalance->state()));
}

Result<Done> check_asked(const Volume& volume, std::int64_t what) {
  if (volume.status != VolumeState::started)
    return failed(EINVAL, fmt::format("Volume {} is not started", volume.name));
  if ((what & asked::self_heal) != 0 && !volume.has_copies()) {
    return failed(ENOTSUP, fmt::format("Volume {} is not Self-heal compatible", volume.name));
  }
  if ((what & asked::self_heal) != 0 && !is_healed(volume)) {
    return failed(ENOTSUP, fmt::format("Self-heal Daemon is disabled for volume {}", volume.name));
  }
  // Daemons that a volume may have, none of which runs here.
  static constexpr std::pair<std::int64_t, const char*> reasons[]{
      {asked::nfs, "NFS server is disabled for volume {}"},
      {asked::quota, "Volume {} does not have quota enabled"},
      {asked::snapshots, "Volume {} does not have uss enabled"},
      {asked::bitrot, "Volume {} does not have bitrot enabled"},
      {asked::scrubber,
       "Volume {} does not have bitrot enabled. Scrubber will be enabled automatically if bitrot is enabled"}};
  for (const auto& [daemon, reason] : reasons) {
    if ((what & daemon) != 0) return failed(ENOTSUP, fmt::format(fmt::runtime(reason), volume.name));
  }
  return done;
}

}  // namespace

Task<Dictionary> own_status(Management& management, Dictionary question) {
  const std::int64_t what = question.number("cmd").value_or(0);
  std::string name = co_await tried(required(question, "volname"));
  const Volume* found = co_await tried(existing_volume(management.pool(), name));
  const Volume volume = *found;
  const std::string only(question.text("brick").value_or(""));
  Dictionary reply;
  if (asks_of_healers(volume, what) && management.healers().wants(volume)) add_own_healer(management, reply, volume);
  if ((what & asked::self_heal) != 0) {
    const bool tells = (what & asked::kinds) != 0 && management.healers().running(volume).has_value();
    if (tells) {
      co_await tried(add_from_own_healer(management, reply, volume, what));
    }
    co_return std::move(reply);
  }
  std::vector<AskedBrick> bricks;
  for (const AskedBrick& asked : bricks_asked(volume, only)) {
    if (asked.brick.server != management.server()) continue;
    bricks.push_back(asked);
    add_brick(management, reply, asked.prefix, volume, asked.brick);
    if ((what & asked::detail) == 0) continue;
    const Dictionary detail = co_await tried(management.world().off_loop(
        [&files = management.world().files(), asked] { return detail_of(files, asked.prefix, asked.brick); }));
    for (const auto& [key, value] : detail) reply.append(key, value);
  }
  if ((what & asked::kinds) != 0 && (what & (asked::detail | asked::tasks)) == 0) {
    co_await tried(add_from_bricks(management, reply, volume, std::move(bricks), what));
  }
  co_return std::move(reply);
}

Task<Dictionary> status_volume(Management& management, Dictionary request) {
  const std::int64_t what = request.number("cmd").value_or(0);
  if ((what & asked::of_all) != 0) co_return names_of_volumes(management.pool(), what);
  std::string name = co_await tried(required(request, "volname"));
  const Volume* found = co_await tried(existing_volume(management.pool(), name));
  const Volume volume = *found;
  co_await tried(check_asked(volume, what));
  std::string only;
  if ((what & asked::of_brick) != 0) {
    only = co_await tried(required(request, "brick"));
    if (std::ranges::none_of(volume.bricks, [&only](const Brick& brick) { return brick.text() == only; })) {
      co_return failed(EINVAL, fmt::format("No brick {} in volume {}", only, name));
    }
  }
  Dictionary reply;
  set_number(reply, "cmd", what);
  reply.set_text("volname", name);
  set_number(reply, "type", static_cast<std::int64_t>(volume.type));
  set_number(reply, "hot_brick_count", 0);
  std::size_t asked_bricks = 0;
  std::size_t healers = 0;
  std::int64_t count = 0;
  if ((what & asked::tasks) == 0) {
    const Gathered gathered =
        co_await tried(management.ask_servers(std::string(subject::status), request, servers_limit));
    for (const Dictionary& answer : gathered.answers) {
      for (const auto& [key, value] : answer) {
        if (!key.starts_with(healer_prefix)) reply.append(key, value);
      }
    }
    name_silent(reply, gathered.silent);
    // Those of servers that do not answer are left out, as the command line expects.
    if ((what & asked::self_heal) == 0) {
      for (const AskedBrick& asked : bricks_asked(volume, only)) {
        ++asked_bricks;
        count += reply.has(asked.prefix + ".hostname") ? 1 : 0;
      }
    }
    for (const Dictionary& answer : gathered.answers) {
      if (!answer.has(fmt::format("{}hostname", healer_prefix))) continue;
      add_healer(reply, management, answer, asked_bricks + healers);
      ++healers;
    }
  }
  set_number(reply, "brick-index-max", static_cast<std::int64_t>(asked_bricks) - 1);
  set_number(reply, "other-count", static_cast<std::int64_t>(healers));
  set_number(reply, "count", count + static_cast<std::int64_t>(healers));
  // Of one process nothing is said about tasks.
  if ((what & (asked::of_brick | asked::self_heal)) == 0) add_tasks(reply, volume);
  co_return reply;
}

}  // namespace mortar::commands
