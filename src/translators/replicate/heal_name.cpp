#include "translators/replicate/heal_name.h"

#include <fmt/format.h>

#include <tuple>

#include "base/log.h"

namespace mortar::replicate {

Task<> NameHealer::heal(DirectoryJob& job, std::string name, Testimony testimony, const Locked& locked) {
  co_await tried(identities_.heal(job, name, testimony, locked));
  const Copies concerned = job.concerned();
  const Copies unidentified = testimony.unidentified & concerned;
  if (!unidentified.empty()) {
    co_return failed(EAGAIN,
                     fmt::format("what these copies have there has no identity: {}", volume_.names(unidentified)));
  }
  if ((testimony.heard & concerned) != concerned) co_return failed(ENOTCONN, "a copy has gone");
  const Copies candidates = testimony.present & job.direction.sources;
  if (candidates.empty()) {
    for (const Copy sink : (testimony.present & job.direction.sinks).list()) {
      Place place{.directory = job.directory, .name = name};
      const Copy source = job.direction.sources.front();
      co_await tried(remover_.expunge(sink, std::move(place), testimony.iatts[sink], source, locked));
    }
    co_return done;
  }
  const Result<Copy> source = choose_source(job, testimony, candidates);
  if (!source) {
    job.refused = source.error().sentence();
    job.report.add(
        {HealEnd::split_brain, fmt::format("{}: {}", contradiction_of(name, testimony, candidates), job.refused)});
    co_return done;
  }
  co_await tried(spread(job, name, testimony, *source, locked));
  co_return done;
}

// Where right copies have different objects under one name, no more than one of these was acknowledged: that which a
// quorum has. Where all copies were heard and no quorum has any, none was, for the copies that are right have all that
// was: the newest stands for what somebody last tried. Else, or by command, the ruling says it.
Result<Copy> NameHealer::choose_source(const DirectoryJob& job, const Testimony& testimony, Copies candidates) const {
  const bool quorum_decides =
      volume_.quorum.is_required() && !job.direction.all_are_behind && !job.ruling.is_by_command();
  for (const Copy source : candidates.list()) {
    Copies alike;
    for (const Copy copy : candidates.list()) {
      if (is_same_object(testimony.iatts[copy], testimony.iatts[source])) alike.add(copy);
    }
    if (alike == candidates || (quorum_decides && volume_.quorum.is_met(alike))) return source;
  }
  const Copies heard = job.testimony.heard | job.direction.sources;
  if (quorum_decides && (heard & testimony.heard) == volume_.all()) {
    return best_of(candidates, [&](Copy copy) {
      return std::tuple(testimony.iatts[copy].changed, -static_cast<std::int64_t>(copy));
    });
  }
  return right_object(job.ruling, testimony, candidates);
}

Task<> NameHealer::spread(DirectoryJob& job, const std::string& name, const Testimony& testimony, Copy source,
                          const Locked& locked) {
  const Iatt& object = testimony.iatts[source];
  const Copies candidates = testimony.present & job.direction.sources;
  Copies right;
  for (const Copy copy : candidates.list()) {
    if (is_same_object(testimony.iatts[copy], object)) right.add(copy);
  }
  if (right != candidates) {
    log::warning(volume_.name(), "{}: that of {} is taken as right", contradiction_of(name, testimony, candidates),
                 volume_.subvolume(source).name());
  }
  for (const Copy sink : (job.concerned() - right).list()) {
    const Iatt& there = testimony.iatts[sink];
    const MissingName missing{
        .place = {.directory = job.directory, .name = name}, .object = object, .right = right, .sink = sink};
    const bool has_another = testimony.present.has(sink) && !is_same_object(there, object);
    if (has_another) {
      co_await tried(remover_.expunge(sink, missing.place, there, missing.source(), locked));
    }
    if (has_another || !testimony.present.has(sink)) {
      co_await tried(make(job, missing, locked));
      continue;
    }
    // It has missed that the object went to and fro.
    const bool is_earlier = there.changed < object.changed;
    if (is_earlier && testimony.keeps_times.has(sink) && testimony.keeps_times.has(source)) {
      co_await tried(metadata_.copy_times(object.gfid, source, sink, locked));
    }
  }
  co_return done;
}

Task<> NameHealer::make(DirectoryJob& job, const MissingName& missing, const Locked& locked) {
  const std::optional<Iatt> there = co_await tried(healing_.object_on(missing.sink, missing.object.gfid));
  if (there) {
    co_await tried(mover_.bring(job, missing, *there, locked));
  } else {
    co_await tried(maker_.make(job, missing, locked));
  }
  co_return done;
}

std::string NameHealer::contradiction_of(const std::string& name, const Testimony& testimony, Copies copies) const {
  std::vector<std::string> objects;
  for (const Copy copy : copies.list()) {
    const Iatt& object = testimony.iatts[copy];
    objects.push_back(
        fmt::format("{} of type {:o} on {}", object.gfid.text(), object.type(), volume_.subvolume(copy).name()));
  }
  return fmt::format("{} is {}", name, fmt::join(objects, " and "));
}

}  // namespace mortar::replicate
