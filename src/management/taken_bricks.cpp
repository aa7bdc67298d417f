#include "management/taken_bricks.h"

#include <algorithm>

#include "base/log.h"
#include "pool/document.h"

namespace mortar {

using namespace std::chrono_literals;

namespace {

// A change is made at most so long after its bricks were taken: other servers take theirs (orders.cpp), and it is found
// out how it ended (membership.cpp); and some to spare.
constexpr Duration longest_change = 5min;
constexpr Duration between_looks = 10s;

// What may have been done to a directory by a daemon that did not live to tell.
BrickDirectory whatever_was_done(const std::string& path, const Gfid& volume) {
  return {.path = path, .volume = volume, .marked = true, .made_hidden = true, .made_dirty = true};
}

Volume part_of(const Volume& volume, const Brick& brick) {
  Volume part;
  part.name = volume.name;
  part.id = volume.id;
  part.bricks = {brick};
  return part;
}

}  // namespace

void TakenBricks::open() {
  const Result<std::string> text = world_.files().read_file(places_.taken_bricks());
  if (!text && text.error().number() == ENOENT) return;
  const Result<Pool> noted = text ? parse_pool(*text) : Result<Pool>(std::unexpected(text.error()));
  if (!noted) {
    log::error("management",
               "{} cannot be read: {}. Directories of volumes that were not created may be marked as bricks "
               "(trusted.glusterfs.volume-id)",
               places_.taken_bricks(), noted.error().sentence());
    return;
  }
  written_ = *text;
  // The changes of a server that is alone ended with its daemon.
  const Instant since = membership_.is_alone() ? world_.now() - longest_change : world_.now();
  for (const Volume& part : noted->volumes) {
    const std::string& path = part.bricks.front().path;
    taken_[path] = Taken{.part = part, .directory = whatever_was_done(path, part.id), .since = since};
  }
}

void TakenBricks::begin() { looking_.start(look_after()); }

std::vector<Brick> TakenBricks::own_bricks(const Volume& volume) const {
  std::vector<Brick> own = volume.bricks;
  std::erase_if(own, [this](const Brick& brick) { return brick.server != membership_.server(); });
  return own;
}

TakenBricks::Taken* TakenBricks::find(const Brick& brick, const Gfid& volume) {
  const auto found = taken_.find(brick.path);
  return found == taken_.end() || found->second.part.id != volume ? nullptr : &found->second;
}

bool TakenBricks::is_in_document(const Taken& taken) const {
  const Brick& own = taken.part.bricks.front();
  return std::ranges::any_of(membership_.pool().volumes, [&](const Volume& volume) {
    return volume.id == taken.part.id && std::ranges::any_of(volume.bricks, [&own](const Brick& brick) {
             return brick.server == own.server && brick.path == own.path;
           });
  });
}

bool TakenBricks::is_overdue(const Taken& taken) const {
  return !taken.kept && world_.now() - taken.since >= longest_change;
}

// ---- taking

Task<> TakenBricks::take(Volume volume, HowToTake how) {
  co_await tried(make_way(volume));
  std::vector<Brick> fresh;
  for (const Brick& brick : own_bricks(volume)) {
    const bool is_fresh = !taken_.contains(brick.path);
    Taken& taken = taken_[brick.path];
    taken.since = world_.now();
    if (!is_fresh) continue;
    taken.part = part_of(volume, brick);
    taken.directory = whatever_was_done(brick.path, volume.id);
    fresh.push_back(brick);
  }
  if (fresh.empty()) co_return done;
  Result<Done> outcome = write_down();
  if (outcome) {
    outcome = co_await take_all(fresh, volume.id, how);
  }
  if (outcome) co_return done;
  for (const Brick& brick : fresh) {
    if (find(brick, volume.id) != nullptr) give_up(brick.path);
  }
  write_down_if_possible();
  co_return outcome;
}

Task<> TakenBricks::take_all(std::vector<Brick> bricks, Gfid volume, HowToTake how) {
  for (const Brick& brick : bricks) {
    co_await tried(take_one(brick, volume, how));
  }
  co_return done;
}

Task<> TakenBricks::take_one(Brick brick, Gfid volume, HowToTake how) {
  auto work = [&files = world_.files(), brick, volume, how, working = places_.settings().working_directory] {
    return take_brick_directory(files, brick, volume, how, working);
  };
  const Result<BrickDirectory> directory = co_await tried(world_.off_loop(std::move(work)));
  Taken* taken = find(brick, volume);
  if (!directory) {
    // It has undone itself what it had done.
    if (taken != nullptr) taken_.erase(brick.path);
    co_return directory.error();
  }
  if (taken == nullptr) {
    give_back_brick_directory(world_.files(), *directory);
    co_return failed(ECANCELED, "the change was given up meanwhile");
  }
  taken->directory = *directory;
  co_return done;
}

// What is taken for another volume that the document does not have is of a command that was given up, or is about to be
// refused for the same directory. What the document had once is nobody's affair here any more.
Task<> TakenBricks::make_way(Volume volume) {
  for (const Brick& brick : own_bricks(volume)) {
    const auto stands_in_the_way = [&] {
      const auto found = taken_.find(brick.path);
      return found != taken_.end() && (found->second.kept || found->second.part.id != volume.id);
    };
    if (!stands_in_the_way()) continue;
    co_await tried(membership_.configuration().refresh());
    if (stands_in_the_way()) settle(brick.path);
  }
  co_return done;
}

Task<> TakenBricks::keep(Volume volume, HowToTake how) {
  Volume missing = volume;
  missing.bricks.clear();
  for (const Brick& brick : own_bricks(volume)) {
    if (find(brick, volume.id) != nullptr) continue;
    const Result<Done> marked = co_await tried(world_.off_loop(
        [&files = world_.files(), brick, volume] { return check_brick_directory(files, brick, volume, false); }));
    if (!marked) missing.bricks.push_back(brick);
  }
  co_await tried(take(std::move(missing), how));
  for (const Brick& brick : own_bricks(volume)) {
    if (Taken* taken = find(brick, volume.id)) taken->kept = true;
  }
  write_down_if_possible();
  co_return done;
}

// ---- giving back

void TakenBricks::give_back(const Volume& volume) {
  for (const Brick& brick : own_bricks(volume)) {
    const Taken* taken = find(brick, volume.id);
    if (taken != nullptr && !is_in_document(*taken)) give_up(brick.path);
  }
  write_down_if_possible();
}

void TakenBricks::give_up(const std::string& path) {
  give_back_brick_directory(world_.files(), taken_.at(path).directory);
  taken_.erase(path);
}

void TakenBricks::forget(const Gfid& volume) {
  std::erase_if(taken_, [&volume](const auto& entry) { return entry.second.kept && entry.second.part.id == volume; });
}

void TakenBricks::settle(const std::string& path) {
  const auto found = taken_.find(path);
  if (found == taken_.end()) return;
  if (found->second.kept || is_in_document(found->second)) {
    taken_.erase(found);
  } else {
    log::info("management", "{} was taken as a brick of the volume {}, which did not come: it is given back", path,
              found->second.part.name);
    give_up(path);
  }
}

Task<> TakenBricks::look_after() {
  for (;;) {
    co_await tried(world_.sleep(between_looks));
    const Result<Done> settled = co_await settle_overdue();
    if (!settled) log::debug("management", "{}", settled.error().sentence());
  }
}

Task<> TakenBricks::settle_overdue() {
  const auto is_due = [this](const auto& entry) { return is_overdue(entry.second); };
  if (std::ranges::none_of(taken_, is_due)) co_return done;
  co_await tried(membership_.configuration().refresh());
  std::vector<std::string> overdue;
  for (const auto& [path, taken] : taken_) {
    if (is_overdue(taken)) overdue.push_back(path);
  }
  for (const std::string& path : overdue) settle(path);
  co_return write_down();
}

// ---- what is known of it after a restart

Result<Done> TakenBricks::write_down() {
  Pool noted;
  for (const auto& [path, taken] : taken_) {
    if (!taken.kept) noted.volumes.push_back(taken.part);
  }
  std::string text = noted.volumes.empty() ? std::string() : format_pool(noted);
  if (text == written_) return done;
  const std::string file = places_.taken_bricks();
  Result<Done> written = text.empty() ? world_.files().remove_tree(file) : world_.files().write_file(file, text);
  if (!written) {
    return failed(written.error().number(), fmt::format("{} cannot be written: {}", file, written.error().sentence()));
  }
  written_ = std::move(text);
  return done;
}

void TakenBricks::write_down_if_possible() {
  const Result<Done> written = write_down();
  if (!written) log::error("management", "{}", written.error().sentence());
}

}  // namespace mortar
