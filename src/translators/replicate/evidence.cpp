#include "translators/replicate/evidence.h"

#include <fmt/format.h>

#include "translators/replicate/blame.h"

namespace mortar::replicate {

Evidence weigh(const Volume& volume, const AnswersOf<fop::Lookup>& answers, Copies heard) {
  Evidence evidence;
  evidence.present = succeeded(answers) & heard;
  evidence.marks.resize(volume.size());
  if (evidence.present.empty()) return evidence;
  for (const Copy copy : evidence.present.list()) {
    evidence.marks[copy] = volume.keys.read(answers[copy]->xdata);
  }
  const Iatt& object = answers[evidence.present.front()]->iatt;
  const bool is_directory = object.is_directory();
  const auto right = [&](Slot slot) {
    const Copies useful = slot == Slot::entries ? volume.all() : volume.with_data();
    return not_behind(accusers(evidence.marks, evidence.present, slot), evidence.present, useful, volume.quorum);
  };
  // An arbiter has the names of a directory as everybody does, but what else it says of an object is not its own.
  evidence.readable.data = is_directory ? right(Slot::entries) : right(Slot::data) & volume.with_data();
  const Copies with_attributes = right(Slot::metadata);
  evidence.readable.metadata = with_attributes & volume.with_data();
  // A directory is all its own, and so is a symbolic link: where nobody else can tell it, that does.
  const bool is_its_own = is_directory || object.is_symlink();
  if (is_its_own && evidence.readable.metadata.empty()) evidence.readable.metadata = with_attributes;
  evidence.readable.arbiters = with_attributes - volume.with_data();
  return evidence;
}

Copies without_identity(const AnswersOf<fop::Lookup>& answers, Copies heard) {
  Copies copies;
  for (const Copy copy : heard.list()) {
    if (!answers[copy] && answers[copy].error().number() == ENODATA) copies.add(copy);
  }
  return copies;
}

std::string contradiction(const Volume& volume, const AnswersOf<fop::Lookup>& answers, Copies heard) {
  const Copies unidentified = without_identity(answers, heard);
  if (!unidentified.empty()) return fmt::format("it has no identity on {}", volume.names(unidentified));
  const Copies present = succeeded(answers) & heard;
  if (present.empty()) return {};
  const Copy first = present.front();
  for (const Copy other : present.list()) {
    const Iatt& here = answers[first]->iatt;
    const Iatt& there = answers[other]->iatt;
    if (here.gfid != there.gfid) {
      return fmt::format("it is {} on {} and {} on {}", here.gfid.text(), volume.subvolume(first).name(),
                         there.gfid.text(), volume.subvolume(other).name());
    }
    if (here.type() != there.type()) {
      return fmt::format("{} is of type {:o} on {} and of type {:o} on {}", here.gfid.text(), here.type(),
                         volume.subvolume(first).name(), there.type(), volume.subvolume(other).name());
    }
  }
  return {};
}

}  // namespace mortar::replicate
