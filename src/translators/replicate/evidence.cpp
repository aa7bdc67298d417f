#include "translators/replicate/evidence.h"

#include <fmt/format.h>

namespace mortar::replicate {

namespace {

// What a copy says of itself does not count.
Copies accused(const Evidence& evidence, Slot slot) {
  Copies accused;
  for (const Copy witness : evidence.present.list()) {
    const std::vector<Counts>& missed = evidence.marks[witness].missed;
    for (Copy other = 0; other < missed.size(); ++other) {
      // Of directories, the slot of the content is about their names, too.
      const bool is_blamed = missed[other][slot] != 0 || (slot == Slot::entries && missed[other][Slot::data] != 0);
      if (other != witness && is_blamed) accused.add(other);
    }
  }
  return accused;
}

}  // namespace

Evidence weigh(const Volume& volume, const AnswersOf<fop::Lookup>& answers, Copies heard) {
  Evidence evidence;
  evidence.present = succeeded(answers) & heard;
  evidence.marks.resize(volume.size());
  if (evidence.present.empty()) return evidence;
  for (const Copy copy : evidence.present.list()) {
    evidence.marks[copy] = volume.keys.read(answers[copy]->xdata);
  }
  const bool is_directory = answers[evidence.present.front()]->iatt.is_directory();
  // An arbiter has the names of a directory as everybody does, but what else it says of an object is not its own.
  const Copies of_names = is_directory ? evidence.present : evidence.present & volume.with_data();
  evidence.readable.data = of_names - accused(evidence, is_directory ? Slot::entries : Slot::data);
  evidence.readable.metadata = (evidence.present & volume.with_data()) - accused(evidence, Slot::metadata);
  return evidence;
}

std::string contradiction(const Volume& volume, const AnswersOf<fop::Lookup>& answers, Copies heard) {
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
