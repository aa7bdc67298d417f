#include "management/reconciler.h"

#include <fcntl.h>

#include <algorithm>
#include <set>

#include "base/join.h"
#include "base/log.h"
#include "management/mount_table.h"
#include "management/stored_volume.h"

namespace mortar {

namespace {

// A full disk may have room again.
constexpr Duration between_renderings = std::chrono::seconds(5);
constexpr Duration between_looks_at_quorum = std::chrono::seconds(1);

}  // namespace

Reconciler::Reconciler(World& world, const Places& places, Membership& membership, Announcer& announcer)
    : world_(world), places_(places), membership_(membership), announcer_(announcer), store_(world, places) {}

Reconciler::~Reconciler() = default;

Task<> Reconciler::open() {
  act_as(membership_.server());
  // A server whose copy is lost, and that does not reach its pool, does not know what is gone and what is not.
  if (!has_document()) co_return done;
  co_await tried(find_leftovers());
  // Bricks are started from a full disk as well; what is not rendered is tried again by follow().
  Result<Done> rendered = render_pool();
  for (const Volume& volume : membership_.pool().volumes) {
    Result<Done> next = render(volume);
    if (!next && rendered) rendered = std::move(next);
  }
  if (!rendered) log::error("management", "what the pool's files say is old: {}", rendered.error().sentence());
  co_return done;
}

void Reconciler::act_as(const Gfid& server) {
  supervisor_ = std::make_unique<Supervisor>(world_, places_, store_, ports_, announcer_, server);
  rebalances_ = std::make_unique<Rebalances>(world_, places_, membership_, announcer_);
  healers_ = std::make_unique<Healers>(world_, places_, server);
}

void Reconciler::begin() {
  following_.start(follow());
  watching_.start(watch_quorum());
}

Result<Done> Reconciler::render_pool() {
  const Pool& pool = membership_.pool();
  Result<Done> written = store_.write_server_info(membership_.server(), pool.op_version);
  if (written) written = store_.render_pool(pool);
  if (written) written = store_.render_events(pool);
  if (written) written = store_.render_peers(pool, membership_.server());
  return written;
}

Result<Done> Reconciler::pool_changed() {
  Result<Done> rendered = render_pool();
  if (told_) told_();
  return rendered;
}

BrickSite Reconciler::site_of(const Volume& volume, const Brick& brick) {
  BrickSite site;
  site.time_stamp_file = places_.volume(volume.name) + "/marker.tstamp";
  site.binds_to_host = !places_.settings().bind_address.empty();
  // What another server's disk is like is seen there only. Stock's glusterd, should the store go back to it, reads no
  // empty line.
  if (brick.server != membership_.server()) {
    site.place_in_file_system = brick.path;
    return site;
  }
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

Result<Done> Reconciler::render(const Volume& volume) {
  return store_.render_volume(
      volume, [this, &volume](const Brick& brick) { return site_of(volume, brick); },
      [this, &volume](const Brick& brick) { return supervisor_->port(volume, brick); });
}

Task<> Reconciler::volume(std::string name, Bricks bricks) {
  std::unique_ptr<Made>& made = made_[name];
  if (made == nullptr) made = std::make_unique<Made>();
  Made& place = *made;
  const SharedMutex::Guard turn = co_await tried(place.changing.lock());
  co_await tried(make(place, std::move(name), bricks));
  co_return done;
}

// Bricks that its successor has not, or all.
Task<> Reconciler::end(const Volume& volume, const Volume* successor) {
  Volume leaving = volume;
  std::erase_if(leaving.bricks, [successor](const Brick& brick) {
    return successor != nullptr && std::ranges::any_of(successor->bricks, [&brick](const Brick& other) {
             return other.server == brick.server && other.text() == brick.text();
           });
  });
  if (!leaving.bricks.empty()) {
    co_await tried(supervisor_->stop(leaving));
  }
  co_return done;
}

// All but those that are away.
Task<> Reconciler::run_bricks(Volume volume, Bricks bricks) {
  Volume away = volume;
  std::erase_if(away.bricks, [](const Brick& brick) { return !brick.away; });
  std::erase_if(volume.bricks, &Brick::away);
  co_await tried(supervisor_->stop(std::move(away)));
  co_await tried(supervisor_->start(std::move(volume), bricks == Bricks::even_if_told_to_end));
  co_return done;
}

// A daemon that does not come is tried again; the volume serves without it.
Task<> Reconciler::heal(Volume volume) {
  const std::string log_level(membership_.pool().options.find("cluster.daemon-log-level").value_or(""));
  const Result<Done> followed = co_await healers_->follow(std::move(volume), log_level);
  if (!followed) log::error("management", "{}", followed.error().sentence());
  co_return done;
}

// Files that cannot be written are reported, and written as soon as they can be: the document is what counts.
Task<> Reconciler::make(Made& made, std::string name, Bricks bricks) {
  const Volume* found = membership_.pool().find(name);
  std::optional<Volume> wanted;
  if (found != nullptr) wanted = *found;
  if (!wanted) made.rendered = true;
  const bool is_another = made.volume && (!wanted || made.volume->id != wanted->id);
  if (is_another) {
    co_await tried(rebalances_->end(*made.volume));
    co_await tried(healers_->end(*made.volume));
    co_await tried(end(*made.volume, nullptr));
    Result<Done> removed = store_.remove_volume(name);
    if (!removed) log::error("management", "volume {} was deleted: {}", name, removed.error().sentence());
  }
  const bool news = made.volume != wanted;
  Result<Done> outcome = done;
  if (wanted) {
    // Bricks that start ask for what is rendered.
    Result<Done> rendered = render(*wanted);
    if (follows_server_quorum(*wanted)) {
      co_await tried(membership_.lines().given_time());
    }
    const bool in_quorum = has_quorum(*wanted);
    if (in_quorum != made.in_quorum && wanted->status == VolumeState::started) {
      log::error("management", "server quorum {} for volume {} ({} servers seen, {} needed): its bricks here are {}",
                 in_quorum ? "regained" : "lost", name, membership_.servers_seen(), servers_needed(membership_.pool()),
                 in_quorum ? "started" : "stopped");
      announcer_.raise(in_quorum ? events::QuorumRegained::with(name) : events::QuorumLost::with(name));
    }
    made.in_quorum = in_quorum;
    if (wanted->status == VolumeState::started && in_quorum) {
      outcome = co_await run_bricks(*wanted, bricks);
      co_await heal(*wanted);
    } else {
      co_await heal(*wanted);
      outcome = co_await supervisor_->stop(*wanted);
    }
    // Ports may be others now.
    if (rendered) rendered = render(*wanted);
    if (!rendered && made.rendered) {
      log::error("management", "volume {} is not rendered: {}", name, rendered.error().sentence());
    }
    made.rendered = rendered.has_value();
    Result<Done> walks = co_await rebalances_->follow(*wanted);
    if (outcome) outcome = std::move(walks);
  }
  if (news && told_) told_();
  // Clients hear of it before bricks that the volume has no more end.
  if (made.volume && wanted && !is_another) {
    co_await tried(end(*made.volume, &*wanted));
  }
  made.volume = std::move(wanted);
  co_return outcome;
}

Task<> Reconciler::follow() {
  for (;;) {
    changed_.reset();
    if (has_document()) {
      if (Result<Done> found = find_leftovers(); !found) {
        log::error("management", "what is rendered cannot be read: {}", found.error().sentence());
      }
      co_await tried(end_leftovers());
      co_await tried(catch_up());
      settled_.set();
    }
    if (is_all_rendered()) {
      co_await tried(changed_.wait());
    } else {
      co_await with_deadline(world_, between_renderings, changed_.wait());
    }
  }
}

bool Reconciler::is_all_rendered() const {
  return pool_rendered_ && std::ranges::all_of(made_, [](const auto& entry) { return entry.second->rendered; });
}

Task<> Reconciler::catch_up() {
  const Result<Done> rendered = render_pool();
  if (!rendered && pool_rendered_) {
    log::error("management", "the pool is not rendered: {}", rendered.error().sentence());
  }
  pool_rendered_ = rendered.has_value();
  std::set<std::string> names;
  for (const Volume& volume : membership_.pool().volumes) names.insert(volume.name);
  for (const auto& [name, made] : made_) names.insert(name);
  std::vector<Task<>> making;
  for (const std::string& name : names) {
    if (!is_as_wanted(name)) making.push_back(catch_up_with(name));
  }
  co_await tried(all(std::move(making)));
  co_return done;
}

bool Reconciler::is_as_wanted(const std::string& name) const {
  const auto found = made_.find(name);
  if (found == made_.end()) return false;
  const Made& made = *found->second;
  const Volume* wanted = membership_.pool().find(name);
  if (wanted == nullptr) return !made.volume.has_value();
  return made.rendered && made.volume == *wanted && made.in_quorum == has_quorum(*wanted);
}

bool Reconciler::has_quorum(const Volume& volume) const {
  return !follows_server_quorum(volume) || membership_.has_server_quorum();
}

// Right after a start nobody was seen yet: that is no loss.
Task<> Reconciler::watch_quorum() {
  for (;;) {
    co_await tried(world_.sleep(between_looks_at_quorum));
    if (!membership_.lines().had_time()) continue;
    const auto& volumes = membership_.pool().volumes;
    const bool is_news = std::ranges::any_of(volumes, [this](const Volume& volume) {
      const auto made = made_.find(volume.name);
      return made != made_.end() && made->second->in_quorum != has_quorum(volume);
    });
    if (is_news) changed_.set();
  }
}

Task<> Reconciler::catch_up_with(std::string name) {
  const Result<Done> made = co_await volume(name, Bricks::unless_told_to_end);
  if (!made) log::error("management", "volume {}: {}", name, made.error().sentence());
  co_return done;
}

Result<Done> Reconciler::find_leftovers() {
  if (looked_for_leftovers_) return done;
  const Result<std::vector<std::string>> names = names_in(world_.files(), places_.volumes());
  if (!names) return std::unexpected(names.error());
  looked_for_leftovers_ = true;
  for (const std::string& name : *names) {
    Result<Volume> stored = read_stored_volume(world_.files(), places_, name);
    // What is not whole is rendered anew, or has no bricks that could be found.
    if (!stored) stored = Volume{.name = name};
    const Volume* wanted = membership_.pool().find(name);
    if (wanted == nullptr || wanted->id != stored->id) leftovers_.push_back(std::move(*stored));
  }
  return done;
}

Task<> Reconciler::end_leftovers() {
  for (const Volume& volume : leftovers_) {
    const Result<Done> healer = co_await healers_->end(volume);
    Result<Done> ended = co_await supervisor_->stop(volume);
    if (ended) ended = healer;
    if (ended && membership_.pool().find(volume.name) == nullptr) ended = store_.remove_volume(volume.name);
    if (!ended) log::error("management", "volume {} was deleted: {}", volume.name, ended.error().sentence());
  }
  leftovers_.clear();
  co_return done;
}

}  // namespace mortar
