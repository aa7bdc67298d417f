#include "translators/replicate/arrivals.h"

#include "base/join.h"
#include "base/log.h"
#include "translators/replicate/healing.h"
#include "wire/own_keys.h"

namespace mortar::replicate {

namespace {

using namespace std::chrono_literals;

// Between two attempts to have a copy blamed for what it may have lost.
constexpr Duration between_attempts = 3s;

Call own_call() {
  Call call;
  call.pid = Healing::pid;
  return call;
}

}  // namespace

void Arrivals::comes(Copy copy) {
  Visit& visit = visits_[copy];
  visit = Visit{.number = visit.number + 1};
  if (!tells_epochs(copy)) return arrived_(copy);
  volume_.background.start(receive(copy, visit.number));
}

void Arrivals::goes(Copy copy) {
  Visit& visit = visits_[copy];
  const std::optional<Gfid> epoch = visit.epoch;
  visit = Visit{.number = visit.number + 1};
  if (!epoch) return;
  for (const Copy other : (volume_.up() - Copies::only(copy)).list()) {
    if (tells_epochs(other)) volume_.background.start(tell_of_loss(other, copy, *epoch));
  }
}

Task<> Arrivals::receive(Copy copy, std::uint32_t number) {
  const auto is_there = [this, copy, number] { return visits_[copy].number == number; };
  const Result<Gfid> epoch = co_await ask_for_epoch(copy);
  if (!is_there()) co_return done;
  if (epoch) visits_[copy].epoch = *epoch;
  // While it is told of, others may come, too.
  for (Copies told; is_there() && !(volume_.up() - told).empty();) {
    const Copies others = volume_.up() - told;
    const bool is_heard = co_await tried(tell_of(copy, others));
    if (is_heard) {
      told = told | others;
    } else {
      co_await tried(volume_.world.sleep(between_attempts));
    }
  }
  if (is_there()) arrived_(copy);
  co_return done;
}

Task<Gfid> Arrivals::ask_for_epoch(Copy copy) {
  const Call call = own_call();
  const fop::Getxattr get{.gfid = root_gfid, .name_given = 1, .name = own_key::epoch, .xdata = {}};
  const fop::Values values = co_await tried(asking_.at(call, get, copy));
  const std::optional<Gfid> epoch = values.values.gfid(own_key::epoch);
  if (!epoch) co_return Error(ENODATA);
  co_return *epoch;
}

// It hears of them, too: it may have been away when one of them came back.
Task<bool> Arrivals::tell_of(Copy copy, Copies others) {
  std::vector<Task<>> telling;
  const auto tell = [this, &telling](Copy to, Copy about) {
    const std::optional<Gfid>& epoch = visits_[about].epoch;
    if (epoch && tells_epochs(to)) telling.push_back(tell_of_arrival(to, about, *epoch));
  };
  for (const Copy other : others.list()) {
    tell(other, copy);
    tell(copy, other);
  }
  const std::vector<Result<Done>> told = co_await tried(all(std::move(telling)));
  const auto failure = std::ranges::find_if(told, [](const Result<Done>& answer) { return !answer; });
  if (failure == told.end()) co_return true;
  log::warning(volume_.name(), "{} is not used yet: what copies may have lost could not be written down: {}",
               volume_.subvolume(copy).name(), failure->error().sentence());
  co_return false;
}

Task<> Arrivals::tell_of_arrival(Copy to, Copy about, Gfid epoch) {
  fop::Setxattr set{.gfid = root_gfid, .flags = 0, .values = {}, .xdata = {}};
  set.values.set_text(own_key::copy_back, volume_.keys.missed(about));
  set.values.set(own_key::epoch, epoch);
  Counts names = Counts::of(Slot::entries, 1);
  // All of them have to be looked at.
  if (volume_.options.granular_entry_heal) names[Slot::data] = 1;
  set.values.set_bytes(own_key::blame_for_names, names.stored());
  set.values.set_bytes(own_key::blame_for_attributes, Counts::of(Slot::metadata, 1).stored());
  const Call call = own_call();
  const Result<fop::Acknowledged> told = co_await asking_.at(call, set, to);
  // Who goes meanwhile is told when it is back; a brick of an older version remembers nothing.
  const bool has_heard = told || is_away(told.error()) || told.error().number() == EOPNOTSUPP;
  co_return has_heard ? Result<Done>(done) : std::unexpected(told.error());
}

Task<> Arrivals::tell_of_loss(Copy to, Copy about, Gfid epoch) {
  fop::Setxattr set{.gfid = root_gfid, .flags = 0, .values = {}, .xdata = {}};
  set.values.set_text(own_key::copy_gone, volume_.keys.missed(about));
  set.values.set(own_key::epoch, epoch);
  const Call call = own_call();
  const Result<fop::Acknowledged> told = co_await asking_.at(call, set, to);
  if (!told && !is_away(told.error())) {
    log::warning(volume_.name(), "{} does not remember what {} may have lost: {}", volume_.subvolume(to).name(),
                 volume_.subvolume(about).name(), told.error().sentence());
  }
  co_return done;
}

}  // namespace mortar::replicate
