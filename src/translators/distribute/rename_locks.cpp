#include "translators/distribute/rename_locks.h"

#include <algorithm>
#include <tuple>

#include "base/join.h"
#include "translators/distribute/merge.h"
#include "translators/distribute/name_locks.h"

namespace mortar::distribute {

namespace {

// On the wire.
constexpr std::uint32_t lock_name_and_wait = 0, lock_name_now = 2;
constexpr std::uint32_t set_lock = 1, set_lock_and_wait = 2;

}  // namespace

// A subvolume that is asked for locks: what it cannot give at once it refuses.
class RenameLocks::WithoutWaiting final : public Refuse {
 public:
  explicit WithoutWaiting(Translator& subvolume) : Refuse(subvolume.name()), subvolume_(subvolume) {}
  using Refuse::perform;

  Task<fop::Entrylk::Reply> perform(const Call& call, const fop::Entrylk& lock) override {
    fop::Entrylk asked = lock;
    if (asked.command == lock_name_and_wait) asked.command = lock_name_now;
    fop::Entrylk::Reply reply = co_await tried(subvolume_.perform(call, asked));
    co_return std::move(reply);
  }
  Task<fop::Inodelk::Reply> perform(const Call& call, const fop::Inodelk& lock) override {
    fop::Inodelk asked = lock;
    if (asked.command == set_lock_and_wait) asked.command = set_lock;
    fop::Inodelk::Reply reply = co_await tried(subvolume_.perform(call, asked));
    co_return std::move(reply);
  }

 private:
  Translator& subvolume_;
};

RenameLocks::RenameLocks(const Call& call, LockOwners& owners, const std::vector<Translator*>& subvolumes)
    : subvolumes_(subvolumes), held_(call, owners) {
  for (Translator* subvolume : subvolumes) impatient_.push_back(std::make_unique<WithoutWaiting>(*subvolume));
}

RenameLocks::~RenameLocks() = default;

void RenameLocks::add_file(Place place, const Gfid& gfid, bool required) {
  const bool is_there =
      std::ranges::any_of(files_, [&](const File& file) { return file.place == place && file.gfid == gfid; });
  if (!is_there) files_.push_back({place, gfid, required});
}

void RenameLocks::add_name(Place place, NameIn name) {
  const bool is_there =
      std::ranges::any_of(names_, [&](const Name& other) { return other.place == place && other.name == name; });
  if (!is_there) names_.push_back({place, std::move(name), false});
}

// Of stock: by the name of the subvolume, then by gfid, then by name; and of the two locks of a name the layout's
// first.
void RenameLocks::put_in_order() {
  std::ranges::sort(files_, {},
                    [&](const File& file) { return std::tuple(subvolumes_[file.place]->name(), file.gfid.text()); });
  std::ranges::sort(names_, {}, [&](const Name& name) {
    return std::tuple(subvolumes_[name.place]->name(), name.name.directory.text(), name.name.name);
  });
  for (auto name = names_.begin(); name != names_.end(); ++name) {
    name->needs_layout = std::none_of(names_.begin(), name, [&](const Name& before) {
      return before.place == name->place && before.name.directory == name->name.directory;
    });
  }
}

Task<> RenameLocks::lock_file(Translator& subvolume, File file) {
  const Result<Done> locked = co_await held_.lock_object(subvolume, file.gfid, lock_domain::move, LockType::write);
  if (locked) co_return done;
  // Whoever removed it is done with it; several bricks that do not agree whether it is there say EIO.
  const bool may_be_gone = !file.required && (is_missing(locked.error()) || locked.error().number() == EIO);
  if (!may_be_gone) co_return locked.error();
  co_return done;
}

Task<> RenameLocks::lock_layout(Translator& subvolume, Gfid directory) {
  return held_.lock_object(subvolume, directory, lock_domain::layout, LockType::read);
}

Task<> RenameLocks::lock_name(Translator& subvolume, NameIn name) {
  return distribute::lock_name(held_, subvolume, name.directory, std::move(name.name));
}

Task<> RenameLocks::lock_moves(Translator& first) {
  return held_.lock_object(first, root_gfid, lock_domain::moves_of_directories, LockType::write);
}

Task<bool> RenameLocks::take_at_once() {
  put_in_order();
  std::vector<Task<>> tasks;
  for (const File& file : files_) tasks.push_back(lock_file(*impatient_[file.place], file));
  for (const Name& name : names_) {
    Translator& subvolume = *impatient_[name.place];
    if (name.needs_layout) tasks.push_back(lock_layout(subvolume, name.name.directory));
    tasks.push_back(lock_name(subvolume, name.name));
  }
  if (with_moves_) tasks.push_back(lock_moves(*impatient_.front()));
  const std::vector<Result<Done>> taken = co_await tried(all(std::move(tasks)));
  bool refused = false;
  for (const Result<Done>& one : taken) {
    if (one) continue;
    if (one.error().number() != EAGAIN) co_return one.error();
    refused = true;
  }
  co_return !refused;
}

Task<> RenameLocks::take_in_order() {
  put_in_order();
  for (const File& file : files_) {
    co_await tried(lock_file(*subvolumes_[file.place], file));
  }
  for (const Name& name : names_) {
    if (name.needs_layout) {
      co_await tried(lock_layout(*subvolumes_[name.place], name.name.directory));
    }
    co_await tried(lock_name(*subvolumes_[name.place], name.name));
  }
  // Last what many wait for.
  if (with_moves_) {
    co_await tried(lock_moves(*subvolumes_.front()));
  }
  co_return done;
}

Task<> RenameLocks::take() {
  const bool taken = co_await tried(take_at_once());
  if (taken) co_return done;
  co_await release();
  co_await tried(take_in_order());
  co_return done;
}

}  // namespace mortar::distribute
