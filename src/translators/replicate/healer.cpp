#include "translators/replicate/healer.h"

#include <fmt/format.h>

namespace mortar::replicate {

Task<HealReport> Healer::heal(Gfid gfid) {
  std::vector<Gfid> waiting;
  HealReport report = co_await tried(heal_one(gfid, waiting));
  // What is new is listed by the right copies: what fails here is found there again.
  while (!waiting.empty()) {
    const Gfid made = waiting.back();
    waiting.pop_back();
    co_await heal_one(made, waiting);
  }
  co_return std::move(report);
}

Task<HealReport> Healer::heal_one(Gfid gfid, std::vector<Gfid>& made) {
  Volume& volume = healing_.volume();
  const Testimony testimony =
      co_await tried(healing_.hear({.gfid = gfid, .parent = {}, .name = {}, .xdata = {}}, volume.up()));
  std::optional<HealReport> postponed = postponed_for_want_of_copies(volume, testimony.heard);
  if (postponed) co_return std::move(*postponed);
  if (testimony.present.empty()) co_return HealReport{HealEnd::gone, {}};
  const Iatt object = testimony.iatts[testimony.present.front()];
  HealReport report;
  if (!object.is_directory()) {
    report = co_await tried(content_.heal(gfid));
  }
  HealReport of_metadata = co_await tried(metadata_.heal(gfid));
  report.add(std::move(of_metadata));
  if (object.is_directory()) {
    HealReport of_entries = co_await tried(entries_.heal(gfid, made));
    report.add(std::move(of_entries));
  }
  // Who reads through this process asks anew.
  volume.forget(gfid);
  co_return std::move(report);
}

Task<HealReport> Healer::diagnose(Gfid gfid) {
  Volume& volume = healing_.volume();
  const Testimony testimony =
      co_await tried(healing_.hear({.gfid = gfid, .parent = {}, .name = {}, .xdata = {}}, volume.up()));
  if (testimony.present.empty()) co_return HealReport{HealEnd::gone, {}};
  const Iatt& object = testimony.iatts[testimony.present.front()];
  HealReport report;
  const auto add = [&report](const Direction& direction, std::string_view what) {
    if (direction.is_split_brain) {
      report.add({HealEnd::split_brain, fmt::format("all copies are blamed for a change of {}", what)});
    } else if (direction.source) {
      report.add({HealEnd::postponed, fmt::format("{} is to be healed", what)});
    }
  };
  if (object.is_regular()) add(direction_of_data(testimony, volume.with_data(), volume.quorum), "the content");
  add(direction_of_metadata(testimony, volume.quorum), "the attributes");
  if (object.is_directory()) add(direction_of_entries(testimony, volume.quorum), "the names in it");
  co_return std::move(report);
}

Task<> Healer::complete_name(Gfid directory, std::string name, Copies copies) {
  std::vector<Gfid> made;
  std::vector<std::string> names;
  names.push_back(std::move(name));
  co_await tried(entries_.heal_names(directory, std::move(names), copies, copies, made));
  while (!made.empty()) {
    const Gfid next = made.back();
    made.pop_back();
    co_await heal_one(next, made);
  }
  co_return done;
}

Task<> Healer::catch_up_names(Gfid directory, std::vector<std::string> names, Copies sources, Copy behind) {
  // The content of what is new is left to whoever heals: it is blamed.
  std::vector<Gfid> made;
  co_await tried(entries_.heal_names(directory, std::move(names), sources, Copies::only(behind), made));
  co_return done;
}

Task<> Healer::catch_up_attributes(Gfid gfid, Copies sources, Copy behind) {
  co_await tried(metadata_.copy(gfid, sources.front(), behind));
  co_return done;
}

Task<> Healer::complete(Gfid directory, std::string name) {
  LockedThing lock = healing_.thing(directory, LockKind::entries, healing_.volume().domain());
  lock.name = name;
  Error why(ENOTCONN);
  const Copies locked = co_await tried(healing_.locks().take(lock, healing_.volume().up(), why));
  const Result<Testimony> parent =
      co_await healing_.hear({.gfid = directory, .parent = {}, .name = {}, .xdata = {}}, locked);
  Result<Done> completed = done;
  const bool is_unblamed = parent && !postponed_for_want_of_copies(healing_.volume(), parent->heard) &&
                           !direction_of_entries(*parent, healing_.volume().quorum).source;
  if (is_unblamed) {
    completed = co_await complete_name(directory, std::move(name), locked & parent->present);
  }
  co_await tried(healing_.locks().give_back(lock, locked));
  co_return completed;
}

Task<> Healer::strike(Gfid gfid, Copy copy) {
  fop::Xattrop nothing{.gfid = gfid, .operation = 0, .values = {}, .xdata = {}};
  Volume& volume = healing_.volume();
  const Counts zero;
  for (const Copy other : volume.all().list()) nothing.values.set_bytes(volume.keys.missed(other), zero.stored());
  nothing.values.set_bytes(dirty_key, zero.stored());
  const Call own = healing_.call();
  co_await tried(healing_.at(own, nothing, copy));
  co_return done;
}

}  // namespace mortar::replicate
