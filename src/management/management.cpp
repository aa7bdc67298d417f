#include "management/management.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/join.h"
#include "base/log.h"
#include "management/mount_table.h"

namespace mortar {

namespace {

// The document's side of a new identity.
struct RenameServer {
  Gfid from;
  Gfid to;

  Result<Done> check(const Pool& pool) const {
    if (pool.volumes.empty()) return done;
    return failed(EPERM, "volumes are already present in the cluster. Resetting uuid is not allowed");
  }
  void apply(Pool& pool) const {
    for (Server& server : pool.servers) {
      if (server.id == from) server.id = to;
    }
  }
};

}  // namespace

Management::Management(World& world, const Settings& settings, Voter& voter)
    : world_(world), places_(settings), store_(world, places_), membership_(world, places_, voter) {}

Task<> Management::open() {
  co_await tried(check_settings(places_.settings()));
  if (!Home::exists(world_, places_.register_folder())) {
    co_await tried(store_.check_unclaimed());
  }
  co_await tried(store_.prepare());
  Result<Gfid> identity = store_.server_identity(newest_op_version);
  server_ = co_await tried(std::move(identity));
  // A pool of this server and nothing else, where there is none yet.
  Pool alone;
  alone.servers.push_back(Server{.id = server_, .names = {world_.network().host_name()}});
  co_await tried(membership_.open(server_, std::move(alone)));
  co_await tried(know_own_server());
  supervise();
  co_await tried(store_.write_server_info(server_, pool().op_version));
  co_await tried(store_.render_pool(pool()));
  for (const Volume& volume : pool().volumes) {
    co_await tried(render_now(volume.name));
  }
  co_return done;
}

void Management::supervise() {
  supervisor_ = std::make_unique<Supervisor>(world_, places_, store_, ports_, server_);
  rebalancer_ = std::make_unique<Rebalancer>(world_, places_, server_, [this](std::string volume, Gfid rebalance) {
    return rebalance_ended(std::move(volume), rebalance);
  });
}

Task<> Management::know_own_server() {
  // A reset of the identity that was interrupted; only a pool without volumes can have had one.
  if (pool().server(server_) == nullptr && pool().volumes.empty() && pool().servers.size() == 1) {
    co_await tried(change(RenameServer{pool().servers.front().id, server_}));
  }
  if (pool().server(server_) == nullptr) {
    co_return failed(EINVAL, fmt::format("The pool's configuration does not know this server ({}, from {}).",
                                         server_.text(), places_.server_info()));
  }
  co_return done;
}

Task<> Management::start_bricks() {
  std::vector<Task<>> starting;
  for (const Volume& volume : pool().volumes) {
    if (volume.status == VolumeState::started) starting.push_back(start_bricks_of(volume));
  }
  co_await tried(all(std::move(starting)));
  co_return done;
}

Task<> Management::start_bricks_of(Volume volume) {
  Result<Done> up = co_await supervisor_->start(volume, false);
  if (!up) log::error("management", "volume {}: {}", volume.name, up.error().sentence());
  co_await render(volume.name);
  co_await go_on_rebalancing(std::move(volume));
  co_return done;
}

BrickSite Management::site_of(const Volume& volume, const Brick& brick) {
  BrickSite site;
  site.time_stamp_file = places_.volume(volume.name) + "/marker.tstamp";
  site.binds_to_host = !places_.settings().bind_address.empty();
  auto device = [this](const Brick& of) -> std::uint64_t {
    Result<FileStatus> status = world_.files().status(FileSystem::no_directory, of.path);
    return status ? status->device : 0;
  };
  site.place_in_file_system = mount_of(world_.files(), brick.path).place_of(brick.path);
  if (auto opened = world_.files().open(FileSystem::no_directory, brick.path, O_RDONLY | O_DIRECTORY, 0)) {
    if (auto status = world_.files().file_system_status(opened->number())) site.file_system = status->id;
  }
  const std::uint64_t own = device(brick);
  site.shared_brick_count = static_cast<std::uint32_t>(std::ranges::count_if(
      volume.bricks, [&](const Brick& other) { return other.server == brick.server && device(other) == own; }));
  return site;
}

Result<Done> Management::render_now(std::string_view name) {
  const Volume* volume = pool().find(name);
  if (volume == nullptr) return store_.remove_volume(name);
  return store_.render_volume(
      *volume, [this, volume](const Brick& brick) { return site_of(*volume, brick); },
      [this, volume](const Brick& brick) { return supervisor_->port(*volume, brick); });
}

// The document is what counts: files that cannot be written are reported and written at the next change or start.
Task<> Management::render(std::string volume) {
  Result<Done> rendered = render_now(volume);
  if (!rendered) log::error("management", "volume {} is not rendered: {}", volume, rendered.error().sentence());
  co_return done;
}

void Management::tell() {
  if (told_) told_();
}

HookArguments Management::hook_arguments(std::string_view operation, std::string_view volume) const {
  return {fmt::format("--volname={}", volume), "--version=1", fmt::format("--volume-op={}", operation),
          fmt::format("--gd-workdir={}", places_.settings().working_directory)};
}

bool Management::is_own_address(const std::string& address) {
  if (address.starts_with("127.") || address == "::1") return true;
  const std::vector<std::string> own = world_.network().own_addresses();
  return std::ranges::find(own, address) != own.end();
}

Task<bool> Management::is_own_host(std::string host) {
  const std::string bound = places_.settings().bind_address;
  if (host == bound) co_return true;
  if (bound.empty() && host == world_.network().host_name()) co_return true;
  std::vector<std::string> addresses = co_await tried(world_.network().resolve(host));
  co_return std::ranges::any_of(addresses, [this, &bound](const std::string& address) {
    return bound.empty() ? is_own_address(address) : address == bound;
  });
}

Task<> Management::find_servers(std::vector<Brick>& bricks) {
  for (Brick& brick : bricks) {
    const bool own = co_await tried(is_own_host(brick.host));
    if (own) brick.server = server_;
  }
  co_return done;
}

Task<std::vector<BrickDirectory>> Management::take_directories(std::vector<Brick> bricks, Gfid volume, bool force) {
  std::vector<BrickDirectory> taken;
  for (const Brick& brick : bricks) {
    if (brick.server != server_) continue;
    auto work = [&files = world_.files(), brick, volume, force, working = places_.settings().working_directory] {
      return take_brick_directory(files, brick, volume, force, working);
    };
    Result<Result<BrickDirectory>> directory = co_await world_.off_loop(std::move(work));
    if (!directory || !*directory) {
      give_back(taken);
      co_return directory ? directory->error() : directory.error();
    }
    taken.push_back(**directory);
  }
  co_return std::move(taken);
}

void Management::give_back(const std::vector<BrickDirectory>& directories) {
  for (const BrickDirectory& directory : directories) give_back_brick_directory(world_.files(), directory);
}

Task<> Management::create_volume(CreateVolume edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  const std::string name = edit.volume.name;
  co_await tried(find_servers(edit.volume.bricks));
  edit.volume.id = world_.random_gfid();
  edit.volume.username = world_.random_gfid().text();
  edit.volume.password = world_.random_gfid().text();
  if (places_.settings().new_volumes_are_coherent) set_coherence_options(edit.volume);
  co_await tried(edit.check(pool()));
  if (edit.volume.type != VolumeType::distribute) {
    co_return failed(ENOTSUP, "this release does not have replicated and dispersed volumes yet; nothing was changed");
  }
  if (edit.volume.transport != Transport::tcp) {
    co_return failed(ENOTSUP, "this release does not have the transport rdma yet; nothing was changed");
  }

  const std::vector<BrickDirectory> taken =
      co_await tried(take_directories(edit.volume.bricks, edit.volume.id, edit.force));
  co_await run_hooks(world_, places_, "create", "pre", hook_arguments("create", name));
  const Result<Done> outcome = co_await change(edit);
  if (!outcome) {
    give_back(taken);
    co_return outcome;
  }
  co_await render(name);
  co_await run_hooks(world_, places_, "create", "post", hook_arguments("create", name));
  tell();
  co_return done;
}

Task<> Management::start_volume(StartVolume edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(edit.check(pool()));
  const Volume before = *pool().find(edit.volume);
  for (const Brick& brick : before.bricks) {
    if (brick.server != server_) continue;
    Result<Done> there = check_brick_directory(world_.files(), brick, before, edit.force);
    co_await tried(std::move(there));
  }
  HookArguments arguments = hook_arguments("start", edit.volume);
  const bool first =
      std::ranges::none_of(pool().volumes, [](const Volume& volume) { return volume.status == VolumeState::started; });
  arguments.insert(arguments.begin() + 1, first ? "--first=yes" : "--first=no");
  co_await run_hooks(world_, places_, "start", "pre", arguments);
  co_await tried(change(edit));
  const Volume started = *pool().find(edit.volume);
  Result<Done> up = co_await supervisor_->start(started, true);
  if (!up && before.status != VolumeState::started && !edit.force) {
    // As if nothing had been asked.
    co_await supervisor_->stop(started);
    co_await tried(change(StopVolume{edit.volume, true}));
  }
  co_await render(edit.volume);
  if (!up) co_return up;
  co_await run_hooks(world_, places_, "start", "post", arguments);
  tell();
  co_return done;
}

Task<> Management::stop_volume(StopVolume edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(edit.check(pool()));
  HookArguments arguments = hook_arguments("stop", edit.volume);
  const auto running =
      std::ranges::count_if(pool().volumes, [](const Volume& volume) { return volume.status == VolumeState::started; });
  arguments.insert(arguments.begin() + 1, running == 1 ? "--last=yes" : "--last=no");
  co_await run_hooks(world_, places_, "stop", "pre", arguments);
  co_await tried(change(edit));
  const Volume stopped = *pool().find(edit.volume);
  Result<Done> down = co_await supervisor_->stop(stopped);
  co_await render(edit.volume);
  co_await run_hooks(world_, places_, "stop", "post", arguments);
  tell();
  co_return down;
}

Task<> Management::delete_volume(DeleteVolume edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(edit.check(pool()));
  co_await run_hooks(world_, places_, "delete", "pre", hook_arguments("delete", edit.volume));
  co_await tried(change(edit));
  co_await render(edit.volume);
  co_await run_hooks(world_, places_, "delete", "post", hook_arguments("delete", edit.volume));
  tell();
  co_return done;
}

Task<> Management::set_options(SetOptions edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(edit.check(pool()));
  HookArguments arguments{fmt::format("--volname={}", edit.volume)};
  for (const auto& [key, value] : edit.pairs) {
    arguments.insert(arguments.end(), {"-o", fmt::format("{}={}", key, value)});
  }
  arguments.push_back(fmt::format("--gd-workdir={}", places_.settings().working_directory));
  co_await run_hooks(world_, places_, "set", "pre", arguments);
  co_await tried(change(edit));
  if (edit.of_pool()) {
    co_await tried(store_.render_pool(pool()));
    co_await tried(store_.write_server_info(server_, pool().op_version));
  } else {
    co_await render(edit.volume);
    supervisor_->update(*pool().find(edit.volume));
  }
  co_await run_hooks(world_, places_, "set", "post", arguments);
  tell();
  co_return done;
}

Task<> Management::reset_options(ResetOptions edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(edit.check(pool()));
  co_await run_hooks(world_, places_, "reset", "pre", hook_arguments("reset", edit.volume));
  co_await tried(change(edit));
  if (edit.of_pool()) {
    co_await tried(store_.render_pool(pool()));
  } else {
    co_await render(edit.volume);
    supervisor_->update(*pool().find(edit.volume));
  }
  co_await run_hooks(world_, places_, "reset", "post", hook_arguments("reset", edit.volume));
  tell();
  co_return done;
}

Task<> Management::profile_volume(ProfileVolume edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(change(edit));
  co_await render(edit.volume);
  tell();
  co_return done;
}

Task<> Management::reset_identity() {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  const Gfid next = world_.random_gfid();
  co_await tried(membership_.act_as(next));
  const Result<Done> renamed = co_await change(RenameServer{server_, next});
  if (!renamed) {
    co_await tried(membership_.act_as(server_));
    co_return renamed;
  }
  server_ = next;
  co_await tried(store_.write_server_info(server_, pool().op_version));
  supervise();
  co_return done;
}

}  // namespace mortar
