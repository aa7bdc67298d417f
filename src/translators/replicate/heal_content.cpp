#include "translators/replicate/heal_content.h"

#include <fmt/format.h>

#include <algorithm>

namespace mortar::replicate {

namespace {

// A file of at most one block is copied while it is locked to decide.
constexpr std::uint32_t block_bytes = 1024 * 1024;
constexpr std::uint64_t bytes_of_block_count = 512;
constexpr std::int32_t seek_data = 0;  // on the wire

bool is_zero(Bytes bytes) {
  return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; });
}

}  // namespace

Task<HealReport> ContentHealer::heal(Gfid gfid) {
  const LockedThing among_healers = healing_.thing(gfid, LockKind::content, healing_.domain_of_healers());
  Refusals refusals;
  const Locked mine = co_await tried(healing_.locks().win(among_healers, volume_.up(), refusals));
  Result<HealReport> report = HealReport{HealEnd::taken, "another process is healing it"};
  if (!refusals.is_taken) {
    report = co_await heal_alone(gfid, mine);
  }
  co_await tried(healing_.locks().give_back(among_healers, mine));
  co_return std::move(report);
}

Task<HealReport> ContentHealer::heal_alone(Gfid gfid, const Locked& mine) {
  const LockedThing file = healing_.thing(gfid, LockKind::content, volume_.domain());
  Refusals refusals;
  Locked locked = co_await tried(healing_.locks().take(file, volume_.up(), refusals));
  HealReport report;
  Result<std::unique_ptr<Job>> begun = co_await begin(gfid, locked, report);
  const bool goes_on = begun && *begun;
  const bool is_small = goes_on && (*begun)->size <= block_bytes;
  Result<Done> healed = done;
  if (goes_on) {
    healed = co_await begin_copying(**begun, is_small, locked);
  }
  co_await tried(healing_.locks().give_back(file, locked));
  if (!begun) co_return begun.error();
  if (!*begun) co_return std::move(report);
  Job& job = **begun;
  if (!is_small && healed) {
    healed = co_await copy_all(job, nullptr);
  }
  if (!is_small && healed) {
    locked = co_await tried(healing_.locks().take(file, volume_.up(), refusals));
    healed = mine.check();
    if (healed) {
      healed = co_await end_unless_changed(job, locked);
    }
    co_await tried(healing_.locks().give_back(file, locked));
  }
  co_await tried(close(job));
  if (!healed) co_return healed.error();
  co_return std::move(job.report);
}

Task<std::unique_ptr<ContentHealer::Job>> ContentHealer::begin(Gfid gfid, const Locked& locked, HealReport& report) {
  auto job = std::make_unique<Job>();
  job->gfid = gfid;
  job->testimony = co_await tried(healing_.hear(lookup_of(gfid), locked.copies()));
  std::optional<HealReport> postponed = postponed_for_want_of_copies(volume_, job->testimony.heard);
  if (postponed) {
    report = std::move(*postponed);
    co_return std::unique_ptr<Job>();
  }
  if (job->testimony.present.empty()) {
    report.end = HealEnd::gone;
    co_return std::unique_ptr<Job>();
  }
  const Iatt& object = job->testimony.iatts[job->testimony.present.front()];
  if (!object.is_regular()) {
    // It has no content; somebody tried to write to it all the same.
    co_await tried(healing_.absolve(gfid, job->testimony, Slot::data, job->testimony.present, locked));
    co_return std::unique_ptr<Job>();
  }
  job->direction = direction_of_data(job->testimony, volume_.with_data(), volume_.quorum);
  if (job->direction.is_split_brain) {
    report = {HealEnd::split_brain, split_brain_sentence(job->testimony, Slot::data, volume_.names())};
    co_return std::unique_ptr<Job>();
  }
  if (!job->direction.source) {
    const Copies away = away_from_decision(*job);
    if (!away.empty()) {
      const Copies right = job->direction.sources | (job->testimony.present - volume_.with_data());
      co_await tried(healing_.absolve(gfid, job->testimony, Slot::data, right, locked, away));
      report.end = HealEnd::healed;
    }
    co_return std::unique_ptr<Job>();
  }
  job->size = job->testimony.iatts[*job->direction.source].size;
  job->sinks = job->direction.sinks & volume_.with_data();
  for (const Copy sink : job->sinks.list()) {
    if (job->testimony.iatts[sink].size == 0) job->empty_sinks.add(sink);
  }
  job->report.end = HealEnd::healed;
  co_await tried(open(*job));
  co_return std::move(job);
}

void ContentHealer::give_up(Job& job, Copy sink, const Error& error) {
  job.sinks.remove(sink);
  job.report.add({HealEnd::failed, fmt::format("the content is not copied to {}: {}", volume_.subvolume(sink).name(),
                                               error.sentence())});
}

Task<> ContentHealer::open(Job& job) {
  const Call own = healing_.call();
  job.fds.resize(volume_.size());
  const fop::Open reading{.gfid = job.gfid, .flags = 0, .xdata = {}};
  fop::Opened source = co_await tried(healing_.at(own, reading, *job.direction.source));
  job.fds[*job.direction.source] = std::move(source.fd);
  const fop::Open writing{.gfid = job.gfid, .flags = open_flag::read_write, .xdata = {}};
  AnswersOf<fop::Open> sinks = co_await tried(healing_.at_each(own, writing, job.sinks));
  for (const Copy sink : job.sinks.list()) {
    if (sinks[sink]) {
      job.fds[sink] = std::move(sinks[sink]->fd);
    } else {
      give_up(job, sink, sinks[sink].error());
    }
  }
  co_return done;
}

Task<> ContentHealer::close(Job& job) {
  const Call own = healing_.call();
  for (Copy copy = 0; copy < job.fds.size(); ++copy) {
    if (!job.fds[copy].open) continue;
    const fop::Release release{.gfid = job.gfid, .fd = job.fds[copy], .xdata = {}};
    co_await healing_.at(own, release, copy);
  }
  co_return done;
}

// What is behind the end of the right copy goes; what is missing before it becomes a hole.
Task<> ContentHealer::cut(Job& job, const Locked& locked) {
  for (const Copy sink : job.sinks.list()) {
    if (job.testimony.iatts[sink].size == job.size) continue;
    const fop::Ftruncate cut{.gfid = job.gfid, .fd = job.fds[sink], .size = job.size, .xdata = {}};
    const Result<fop::Changed> done_there = co_await healing_.change(locked, cut, sink);
    if (!done_there) give_up(job, sink, done_there.error());
  }
  co_return done;
}

Task<> ContentHealer::copy_all(Job& job, const Locked* locked) {
  for (std::uint64_t offset = 0; offset < job.size && !job.sinks.empty();) {
    if (job.sinks == job.empty_sinks) {
      offset = co_await tried(next_data(job, offset));
      if (offset >= job.size) break;
    }
    const auto size = static_cast<std::uint32_t>(std::min<std::uint64_t>(block_bytes, job.size - offset));
    LockedThing block = healing_.thing(job.gfid, LockKind::content, volume_.domain());
    block.first = offset;
    block.length = size;
    if (locked == nullptr) {
      co_await tried(copy_locked(job, std::move(block), size));
    } else {
      co_await tried(copy_block(job, offset, size, *locked));
    }
    offset += size;
  }
  co_return done;
}

// Others may have changed it since it was decided which copy is right, and that one may have missed it.
Task<> ContentHealer::check_source(Job& job, const Locked& locked) {
  const Testimony now = co_await tried(healing_.hear(lookup_of(job.gfid), locked.copies()));
  const Direction direction = direction_of_data(now, volume_.with_data(), volume_.quorum);
  const bool is_heard = !postponed_for_want_of_copies(volume_, now.heard);
  if (is_heard && direction.sources.has(*job.direction.source)) co_return done;
  co_return failed(EAGAIN, "the copy that was right has missed a change meanwhile, or does not answer");
}

Task<> ContentHealer::copy_locked(Job& job, LockedThing block, std::uint32_t size) {
  Refusals refusals;
  const Locked locked = co_await tried(healing_.locks().take(block, volume_.up(), refusals));
  Result<Done> copied = co_await check_source(job, locked);
  if (copied) {
    copied = co_await copy_block(job, block.first, size, locked);
  }
  co_await tried(healing_.locks().give_back(block, locked));
  co_return copied;
}

// The file is locked as a whole.
Task<> ContentHealer::begin_copying(Job& job, bool is_small, const Locked& locked) {
  co_await tried(cut(job, locked));
  if (!is_small) co_return done;
  co_await tried(copy_all(job, &locked));
  co_await tried(end(job, locked));
  co_return done;
}

Task<> ContentHealer::end_unless_changed(Job& job, const Locked& locked) {
  co_await tried(check_source(job, locked));
  co_await tried(end(job, locked));
  co_return done;
}

Task<std::uint64_t> ContentHealer::next_data(Job& job, std::uint64_t offset) {
  const Call own = healing_.call();
  const Copy source = *job.direction.source;
  const fop::Seek seek{.gfid = job.gfid, .fd = job.fds[source], .offset = offset, .what = seek_data, .xdata = {}};
  const Result<fop::Seek::Reply> found = co_await healing_.at(own, seek, source);
  if (found) co_return std::max(offset, found->offset);
  // Nothing but a hole up to the end; or a disk that knows no holes.
  co_return found.error().number() == ENXIO ? job.size : offset;
}

Task<> ContentHealer::copy_block(Job& job, std::uint64_t offset, std::uint32_t size, const Locked& locked) {
  const Copies sinks = co_await tried(that_differ(job, offset, size));
  if (sinks.empty()) co_return done;
  const Call own = healing_.call();
  const Copy source = *job.direction.source;
  const fop::Read read{.gfid = job.gfid, .fd = job.fds[source], .offset = offset, .size = size, .xdata = {}};
  const fop::Read::Reply content = co_await tried(healing_.at(own, read, source));
  const Bytes bytes = content.data.bytes.bytes();
  if (bytes.empty()) co_return done;  // cut meanwhile
  // Zeros that have room on the source's disk get it on the others, too.
  const Iatt& right = job.testimony.iatts[source];
  const bool is_hole = is_zero(bytes) && right.blocks * bytes_of_block_count < right.size;
  std::vector<Task<fop::Changed>> tasks;
  std::vector<fop::Write> writes;
  std::vector<Copy> places;
  for (const Copy sink : sinks.list()) {
    if (is_hole && job.empty_sinks.has(sink)) continue;
    places.push_back(sink);
    writes.push_back({.gfid = job.gfid,
                      .fd = job.fds[sink],
                      .offset = offset,
                      .size = static_cast<std::uint32_t>(bytes.size()),
                      .xdata = {},
                      .data = content.data});
  }
  for (std::size_t at = 0; at < places.size(); ++at) {
    tasks.push_back(healing_.change(locked, writes[at], places[at]));
  }
  const std::vector<Result<fop::Changed>> written = co_await tried(all(std::move(tasks)));
  for (std::size_t at = 0; at < places.size(); ++at) {
    if (!written[at]) give_up(job, places[at], written[at].error());
  }
  co_return done;
}

Task<Copies> ContentHealer::that_differ(Job& job, std::uint64_t offset, std::uint32_t size) {
  const Copies compared = job.sinks - job.empty_sinks;
  Copies differ = job.sinks & job.empty_sinks;
  if (compared.empty()) co_return differ;
  const Call own = healing_.call();
  const Copies asked = compared | Copies::only(*job.direction.source);
  std::vector<fop::Rchecksum> questions;
  std::vector<Translator*> subvolumes;
  for (const Copy copy : asked.list()) {
    questions.push_back({.gfid = job.gfid, .fd = job.fds[copy], .offset = offset, .size = size, .xdata = {}});
    subvolumes.push_back(&volume_.subvolume(copy));
  }
  const AnswersOf<fop::Rchecksum> answers = co_await tried(on_each_its_own(subvolumes, own, questions));
  const std::vector<Copy> places = asked.list();
  const auto source = static_cast<std::size_t>(std::ranges::find(places, *job.direction.source) - places.begin());
  if (!answers[source]) co_return answers[source].error();
  for (std::size_t at = 0; at < places.size(); ++at) {
    if (at == source) continue;
    const bool is_equal =
        answers[at] && answers[at]->weak == answers[source]->weak && answers[at]->strong == answers[source]->strong;
    if (!is_equal) differ.add(places[at]);
  }
  co_return differ;
}

Task<> ContentHealer::end(Job& job, const Locked& locked) {
  const Call own = healing_.call();
  const Copies to_be_synced = volume_.options.ensure_durability ? job.sinks : Copies();
  for (const Copy sink : to_be_synced.list()) {
    const fop::Fsync fsync{.gfid = job.gfid, .fd = job.fds[sink], .data_only = 0, .xdata = {}};
    const Result<fop::Changed> synced = co_await healing_.at(own, fsync, sink);
    if (!synced) give_up(job, sink, synced.error());
  }
  for (const Copy sink : job.sinks.list()) {
    const Result<Done> set = co_await metadata_.copy_times(job.gfid, *job.direction.source, sink, locked);
    if (!set) give_up(job, sink, set.error());
  }
  // An arbiter has no content to be behind with.
  const Copies arbiters = job.testimony.present - volume_.with_data();
  const Copies healed = job.direction.sources | job.sinks | arbiters;
  co_await tried(healing_.absolve(job.gfid, job.testimony, Slot::data, healed, locked, away_from_decision(job)));
  co_return done;
}

Copies ContentHealer::away_from_decision(const Job& job) const {
  const bool are_enough = volume_.quorum.is_required() && volume_.quorum.is_met(job.testimony.present);
  return job.direction.is_unsettled && are_enough ? volume_.with_data() - job.testimony.heard : Copies();
}

}  // namespace mortar::replicate
