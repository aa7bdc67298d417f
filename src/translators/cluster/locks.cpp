#include "translators/cluster/locks.h"

#include "base/join.h"
#include "base/log.h"
#include "translators/cluster/as_root.h"

namespace mortar {

namespace {

// On the wire.
namespace entry_command {
constexpr std::uint32_t lock = 0, unlock = 1;
}
constexpr std::uint32_t set_and_wait = 2, set = 1;

}  // namespace

LockOwner LockOwners::next() {
  const std::uint64_t number = ++last_;
  LockOwner owner(sizeof number, '\0');
  for (std::size_t at = 0; at < owner.size(); ++at) owner[at] = static_cast<char>(number >> (8 * at));
  return owner;
}

LockSet::LockSet(const Call& call, LockOwners& owners) : call_(as_root(call)) { call_.lock_owner = owners.next(); }

LockSet::~LockSet() = default;

Task<> LockSet::lock_name(Translator& subvolume, Gfid directory, std::string name, std::string domain, LockType type) {
  Held held{.subvolume = &subvolume, .is_name = true, .name = {}, .object = {}};
  held.name = {.gfid = directory,
               .command = entry_command::lock,
               .type = static_cast<std::uint32_t>(type),
               .name_given = 1,
               .name = std::move(name),
               .domain = std::move(domain),
               .xdata = {}};
  co_await tried(subvolume.perform(call_, held.name));
  held_.push_back(std::move(held));
  co_return done;
}

Task<> LockSet::lock_object(Translator& subvolume, Gfid object, std::string domain, LockType type) {
  Held held{.subvolume = &subvolume, .is_name = false, .name = {}, .object = {}};
  held.object = {.gfid = object,
                 .command = set_and_wait,
                 .type = static_cast<std::uint32_t>(type),
                 .flock = {.type = static_cast<std::uint32_t>(type), .owner = call_.lock_owner},
                 .domain = std::move(domain),
                 .xdata = {}};
  co_await tried(subvolume.perform(call_, held.object));
  held_.push_back(std::move(held));
  co_return done;
}

Task<> LockSet::unlock(const Held& held) const {
  Result<fop::Acknowledged> unlocked = failed(0);
  if (held.is_name) {
    fop::Entrylk request = held.name;
    request.command = entry_command::unlock;
    unlocked = co_await held.subvolume->perform(call_, request);
  } else {
    fop::Inodelk request = held.object;
    request.command = set;
    request.flock.type = Flock::unlock;
    request.type = Flock::unlock;
    unlocked = co_await held.subvolume->perform(call_, request);
  }
  if (!unlocked) {
    log::debug(held.subvolume->name(), "a lock of a transaction is not given back, it goes with the connection: {}",
               unlocked.error().sentence());
  }
  co_return done;
}

Task<> LockSet::release() {
  std::vector<Task<>> tasks;
  tasks.reserve(held_.size());
  for (const Held& held : held_) tasks.push_back(unlock(held));
  co_await all(std::move(tasks));
  held_.clear();
  co_return done;
}

}  // namespace mortar
