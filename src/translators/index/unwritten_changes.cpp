#include "translators/index/unwritten_changes.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/log.h"
#include "base/name.h"
#include "runtime/damage.h"
#include "translators/index/epoch.h"

namespace mortar::index {

namespace {

using namespace std::chrono_literals;

// At least that long is remembered: longer than a copy has things that are not on its disk, and is gone before anybody
// notices (network.ping-timeout, 42 s where nobody says otherwise).
constexpr Duration remembered = 120s;
constexpr Duration between_writes = 5s;
// What is kept: the epoch, and of each change the gfid and a byte for the aspect.
constexpr std::size_t gfid_size = 16;
constexpr std::size_t change_size = gfid_size + 1;
constexpr std::size_t longest_file = 256 << 20;

void put(std::string& text, const Gfid& gfid) { text += as_text(gfid.view()); }

Gfid gfid_at(std::string_view text, std::size_t at) { return *Gfid::from(as_bytes(text.substr(at, gfid_size))); }

std::string stored(const Gfid& epoch, const std::vector<UnwrittenChange>& changes) {
  std::string text;
  text.reserve(gfid_size + changes.size() * change_size);
  put(text, epoch);
  for (const UnwrittenChange& change : changes) {
    put(text, change.gfid);
    text.push_back(static_cast<char>(change.aspect));
  }
  return text;
}

struct Stored {
  Gfid epoch;
  std::vector<UnwrittenChange> changes;
};

// EIO where it is something else.
Result<Stored> parse(std::string_view text) {
  if (text.size() < gfid_size || (text.size() - gfid_size) % change_size != 0) return failed(EIO);
  Stored said{.epoch = gfid_at(text, 0), .changes = {}};
  for (std::size_t at = gfid_size; at < text.size(); at += change_size) {
    const auto aspect = static_cast<Aspect>(text[at + gfid_size]);
    if (aspect != Aspect::names && aspect != Aspect::attributes) return failed(EIO);
    said.changes.push_back({gfid_at(text, at), aspect});
  }
  return said;
}

Result<Stored> read(FileSystem& files, const std::string& path) {
  const Result<std::string> text = files.read_file(path, longest_file);
  Result<Stored> said = text ? parse(*text) : std::unexpected(text.error());
  if (!said) return unusable(said.error(), path);
  return said;
}

Result<std::vector<std::string>> names_in(FileSystem& files, const std::string& path) {
  std::vector<std::string> names;
  const Result<OpenFile> folder = files.open(FileSystem::no_directory, path, O_RDONLY | O_DIRECTORY, 0);
  if (!folder) return unusable(folder.error(), path, "opened");
  for (std::uint64_t offset = 0;;) {
    const Result<std::vector<DirectoryEntry>> entries = files.read_directory(folder->number(), offset);
    if (!entries) return unusable(entries.error(), path);
    if (entries->empty()) return names;
    offset = entries->back().offset;
    for (const DirectoryEntry& entry : *entries) {
      const bool is_left_over = entry.name.ends_with(".tmp");
      if (entry.name != "." && entry.name != ".." && !is_left_over) names.push_back(entry.name);
    }
  }
}

}  // namespace

UnwrittenChanges::UnwrittenChanges(World& world, std::string name, std::string folder)
    : world_(world), name_(std::move(name)), folder_(std::move(folder)) {}

template <class Work>
auto UnwrittenChanges::on_disk(Work work) -> Task<typename std::invoke_result_t<Work>::value_type> {
  std::invoke_result_t<Work> outcome = co_await tried(world_.off_loop(std::move(work)));
  co_return std::move(outcome);
}

Task<> UnwrittenChanges::open() {
  struct Found {
    Gfid epoch;
    std::vector<std::pair<std::string, Gfid>> kept;
  };
  const auto find = [&files = world_.files(), folder = folder_, boot = world_.boot_id(),
                     fresh = world_.random_gfid()]() -> Result<Found> {
    const Result<Done> made = files.make_directories(folder + "/kept", 0700);
    if (!made) return unusable(made.error(), folder + "/kept", "used");
    const Result<Gfid> epoch = enter_epoch(files, folder + "/epoch", boot, fresh);
    if (!epoch) return std::unexpected(epoch.error());
    const Result<std::vector<std::string>> names = names_in(files, folder + "/kept");
    if (!names) return std::unexpected(names.error());
    Found all{.epoch = *epoch, .kept = {}};
    for (const std::string& name : *names) {
      const Result<Stored> said = read(files, folder + "/kept/" + name);
      if (!said) return std::unexpected(said.error());
      all.kept.emplace_back(name, said->epoch);
    }
    return all;
  };
  const Found found = co_await tried(on_disk(find));
  epoch_ = found.epoch;
  for (const auto& [copy, epoch] : found.kept) {
    kept_[copy] = Kept{.epoch = epoch, .is_on_disk = true, .not_on_disk = {}};
  }
  latest_since_ = world_.now();
  co_return done;
}

Task<> UnwrittenChanges::close() {
  tasks_.cancel();
  const Result<Done> left = co_await leave();
  // Who stops must come to an end; whether something is lost shows by the next start of the machine.
  if (!left) log::error(name_, "the brick may not be on its disk: {}", left.error().sentence());
  co_return done;
}

Task<> UnwrittenChanges::leave() {
  co_await tried(write_down());
  co_await tried(on_disk([&files = world_.files(), folder = folder_, epoch = epoch_] {
    return leave_epoch(files, folder + "/epoch", epoch);
  }));
  co_return done;
}

const Gfid& UnwrittenChanges::epoch() {
  is_asked_for_ = true;
  return epoch_;
}

void UnwrittenChanges::grow_older() {
  const Duration age = world_.now() - latest_since_;
  if (age < remembered) return;
  before_ = age < 2 * remembered ? std::move(latest_) : std::make_shared<Changes>();
  latest_ = std::make_shared<Changes>();
  latest_since_ = world_.now();
}

void UnwrittenChanges::note(const UnwrittenChange& change) {
  if (!is_asked_for_) return;
  grow_older();
  latest_->insert(change);
  is_written_down_ = false;
  if (is_writing_down_) return;
  is_writing_down_ = true;
  tasks_.start(write_down_again_and_again());
}

Task<> UnwrittenChanges::write_down_again_and_again() {
  while (!is_written_down_) {
    co_await tried(world_.sleep(between_writes));
    const Result<Done> written = co_await write_down();
    if (!written) log::error(name_, "the brick cannot be written to its disk: {}", written.error().sentence());
  }
  is_writing_down_ = false;
  co_return done;
}

Task<> UnwrittenChanges::write_down() {
  is_written_down_ = true;
  const Result<Done> written = co_await on_disk([&files = world_.files(), folder = folder_]() -> Result<Done> {
    const Result<OpenFile> place = files.open(FileSystem::no_directory, folder, O_RDONLY | O_DIRECTORY, 0);
    return place ? files.sync_all(place->number()) : std::unexpected(place.error());
  });
  if (!written) is_written_down_ = false;
  co_return written;
}

Task<std::vector<UnwrittenChange>> UnwrittenChanges::all_of(std::string copy, Kept kept) {
  Changes all;
  for (const auto& changes : kept.not_on_disk) all.insert(changes->begin(), changes->end());
  if (kept.is_on_disk) {
    const auto read_it = [&files = world_.files(), path = path_of(copy)] { return read(files, path); };
    const Stored said = co_await tried(on_disk(read_it));
    all.insert(said.changes.begin(), said.changes.end());
  }
  co_return std::vector<UnwrittenChange>(all.begin(), all.end());
}

void UnwrittenChanges::keep_on(const std::string& copy, Kept more) {
  const auto [place, is_new] = kept_.try_emplace(copy, std::move(more));
  if (is_new) return;
  Kept& kept = place->second;
  if (kept.epoch != more.epoch) kept.epoch = null_gfid;
  kept.is_on_disk = kept.is_on_disk || more.is_on_disk;
  for (auto& changes : more.not_on_disk) {
    if (std::ranges::find(kept.not_on_disk, changes) == kept.not_on_disk.end()) kept.not_on_disk.push_back(changes);
  }
}

Task<> UnwrittenChanges::keep(std::string copy, Gfid epoch) {
  const Result<Name> name = Name::make(copy);
  if (!name) co_return name.error();
  grow_older();
  // What is changed until it is written is kept with it: too much does no harm.
  keep_on(copy, Kept{.epoch = epoch, .is_on_disk = false, .not_on_disk = {before_, latest_}});
  const Mutex::Guard turn = co_await tried(turn_.lock());
  const auto found = kept_.find(copy);
  // It is back, or who came before has written this, too.
  if (found == kept_.end() || found->second.not_on_disk.empty()) co_return done;
  Kept& kept = found->second;
  const Kept to_write{
      .epoch = kept.epoch, .is_on_disk = kept.is_on_disk, .not_on_disk = std::exchange(kept.not_on_disk, {})};
  const Result<Done> written = co_await write(copy, to_write);
  if (!written) keep_on(copy, to_write);
  kept.is_on_disk = kept.is_on_disk || written;
  co_return written;
}

Task<> UnwrittenChanges::write(std::string copy, Kept kept) {
  const std::vector<UnwrittenChange> changes = co_await tried(all_of(copy, kept));
  co_await tried(on_disk([&files = world_.files(), path = path_of(copy), text = stored(kept.epoch, changes)] {
    return files.write_file(path, text);
  }));
  co_return done;
}

Task<> UnwrittenChanges::came_back(std::string copy, Gfid epoch, Blame blame) {
  const Mutex::Guard turn = co_await tried(turn_.lock());
  const auto found = kept_.find(copy);
  if (found == kept_.end()) co_return done;
  // What is kept from now on is about another time that it is gone.
  const Kept kept = std::move(kept_.extract(found).mapped());
  const Result<Done> blamed = co_await see_to(copy, kept, epoch, std::move(blame));
  if (!blamed) keep_on(copy, kept);
  co_return blamed;
}

Task<> UnwrittenChanges::see_to(std::string copy, Kept kept, Gfid epoch, Blame blame) {
  if (kept.epoch != epoch) {
    const std::vector<UnwrittenChange> lost = co_await tried(all_of(copy, kept));
    log::info(name_, "{} may have lost the last changes it had made: it is blamed for {}", copy, lost.size());
    co_await tried(blame(lost));
  }
  if (!kept.is_on_disk) co_return done;
  co_await tried(on_disk([&files = world_.files(), path = path_of(copy)]() -> Result<Done> {
    const Result<Done> gone = files.unlink(FileSystem::no_directory, path);
    return gone || gone.error().number() == ENOENT ? Result<Done>(done) : gone;
  }));
  co_return done;
}

void UnwrittenChanges::dump_state(std::string& out) const {
  fmt::format_to(std::back_inserter(out), "epoch={}\nremembered-changes={}\n", epoch_.text(),
                 latest_->size() + before_->size());
  for (const auto& [copy, kept] : kept_) fmt::format_to(std::back_inserter(out), "kept-for={}\n", copy);
}

}  // namespace mortar::index
