#include "translators/replicate/heal_entries.h"

#include <fmt/format.h>

#include "base/few_at_once.h"

namespace mortar::replicate {

namespace {

constexpr std::size_t names_at_once = 16;

}  // namespace

Task<HealReport> EntryHealer::heal(Gfid directory, std::vector<Gfid>& made) {
  const LockedThing among_healers = healing_.thing(directory, LockKind::entries, healing_.domain_of_healers());
  Refusals refusals;
  const Locked mine = co_await tried(healing_.locks().win(among_healers, volume_.up(), refusals));
  Result<HealReport> report = HealReport{HealEnd::taken, "another process is healing it"};
  if (!refusals.is_taken) {
    report = co_await heal_alone(directory, made, mine);
  }
  co_await tried(healing_.locks().give_back(among_healers, mine));
  co_return std::move(report);
}

Task<HealReport> EntryHealer::heal_alone(Gfid directory, std::vector<Gfid>& made, const Locked& mine) {
  DirectoryJob job;
  job.directory = directory;
  job.is_of_all = true;
  job.ruling = Ruling::of_policy(volume_.options.favorite_child_policy);
  const LockedThing all_names = healing_.thing(directory, LockKind::entries, volume_.domain());
  Refusals refusals;
  const Locked locked = co_await tried(healing_.locks().take(all_names, volume_.up(), refusals));
  const Result<bool> goes_on = co_await decide(job, locked);
  co_await tried(healing_.locks().give_back(all_names, locked));
  if (!goes_on) co_return goes_on.error();
  if (!*goes_on) co_return std::move(job.report);

  const NamesToHeal to_heal = co_await tried(notes_.find(job));
  co_await tried(heal_each(job, to_heal));
  made.insert(made.end(), job.made.begin(), job.made.end());
  if (job.report.end != HealEnd::healed) co_return std::move(job.report);
  // Nobody changes the times while they are copied.
  const Locked still = co_await tried(healing_.locks().take(all_names, volume_.up(), refusals));
  Result<Done> ended = mine.check();
  if (ended) {
    ended = co_await end(job, to_heal, still);
  }
  co_await tried(healing_.locks().give_back(all_names, still));
  if (!ended) co_return ended.error();
  co_return std::move(job.report);
}

Task<bool> EntryHealer::decide(DirectoryJob& job, const Locked& locked) {
  job.testimony = co_await tried(healing_.hear(lookup_of(job.directory), locked.copies()));
  std::optional<HealReport> postponed = postponed_for_want_of_copies(volume_, job.testimony.heard);
  if (postponed) {
    job.report = std::move(*postponed);
    co_return false;
  }
  if (job.testimony.present.empty()) {
    job.report.end = HealEnd::gone;
    co_return false;
  }
  job.direction = direction_of_entries(job.testimony, volume_.quorum);
  if (!job.direction.source) co_return false;
  if (job.direction.all_are_behind && volume_.quorum.is_required() && job.testimony.heard != volume_.all()) {
    // With what they say it may turn out who is right: to merge would bring back what was removed.
    job.report = {HealEnd::postponed, fmt::format("these copies do not answer, and one may be right: {}",
                                                  volume_.names(volume_.all() - job.testimony.heard))};
    co_return false;
  }
  job.merges = job.direction.sources == job.direction.sinks;
  job.report.end = HealEnd::healed;
  co_return true;
}

Task<> EntryHealer::heal_each(DirectoryJob& job, const NamesToHeal& to_heal) {
  const std::vector<std::string> names(to_heal.names.begin(), to_heal.names.end());
  const std::vector<Result<Done>> healed = co_await tried(
      few_at_once(names_at_once, names.size(), [&](std::size_t at) { return heal_name(job, to_heal, names[at]); }));
  for (std::size_t at = 0; at < names.size(); ++at) {
    if (healed[at]) continue;
    job.report.add({HealEnd::failed, fmt::format("{}: {}", names[at], healed[at].error().sentence())});
  }
  co_return done;
}

Task<> EntryHealer::heal_name(DirectoryJob& job, const NamesToHeal& to_heal, std::string name) {
  const LockedThing lock = healing_.name_in(job.directory, name);
  Refusals refusals;
  const Locked locked = co_await tried(healing_.locks().take(lock, volume_.up(), refusals));
  Result<Done> healed = co_await heal_name_unless_changed(job, name, locked);
  if (healed) {
    healed = co_await notes_.strike(job, to_heal, std::move(name));
  }
  co_await tried(healing_.locks().give_back(lock, locked));
  co_return healed;
}

// A copy that was right may have missed a change of this name since that was decided.
Task<> EntryHealer::heal_name_unless_changed(DirectoryJob& job, std::string name, const Locked& locked) {
  std::vector<Task<Testimony>> questions;
  questions.push_back(healing_.hear(lookup_of(job.directory), locked.copies()));
  questions.push_back(healing_.hear(lookup_of(job.directory, name), locked.copies()));
  std::vector<Result<Testimony>> answers = co_await tried(all(std::move(questions)));
  const Testimony directory = co_await tried(answers[0]);
  Testimony testimony = co_await tried(answers[1]);
  const Direction now = direction_of_entries(directory, volume_.quorum);
  if (!(job.direction.sources - now.sources).empty()) {
    co_return failed(EAGAIN, "a copy that was right has missed a change meanwhile");
  }
  co_await tried(names_.heal(job, std::move(name), std::move(testimony), locked));
  co_return done;
}

Task<> EntryHealer::end(const DirectoryJob& job, const NamesToHeal& to_heal, const Locked& locked) {
  co_await tried(notes_.check(to_heal));
  for (const Copy sink : (job.direction.sinks - Copies::only(*job.direction.source)).list()) {
    co_await tried(metadata_.copy_times(job.directory, *job.direction.source, sink, locked));
  }
  co_await tried(healing_.absolve(job.directory, job.testimony, Slot::entries, job.concerned(), locked));
  co_return done;
}

Task<std::vector<Gfid>> EntryHealer::heal_names(Gfid directory, std::vector<std::string> names, Copies sources,
                                                Copies sinks, Ruling ruling, Locked locked,
                                                std::optional<Gfid> identity) {
  DirectoryJob job;
  job.directory = directory;
  job.ruling = ruling;
  job.identity = identity;
  job.merges = sources == sinks;
  job.direction.sources = sources;
  job.direction.sinks = sinks;
  job.report.end = HealEnd::healed;
  for (const std::string& name : names) {
    Testimony testimony = co_await tried(healing_.hear(lookup_of(directory, name), locked.copies()));
    co_await tried(names_.heal(job, name, std::move(testimony), locked));
  }
  if (job.report.end == HealEnd::split_brain) co_return failed(EIO, job.refused);
  co_return std::move(job.made);
}

}  // namespace mortar::replicate
