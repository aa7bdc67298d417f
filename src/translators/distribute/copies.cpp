#include "translators/distribute/copies.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "translators/distribute/merge.h"

namespace mortar::distribute {

namespace {

void raise_times(Times& times, const Times& others) {
  times.accessed = std::max(times.accessed, others.accessed);
  times.modified = std::max(times.modified, others.modified);
  times.changed = std::max(times.changed, others.changed);
}

}  // namespace

Result<DirectoryPointer> unite(Volume& volume, const fop::Lookup& lookup, const AnswersOf<fop::Lookup>& answers) {
  auto directory = std::make_shared<Directory>();
  directory->layout = Layout(answers.size());
  const DirectoryPointer* known = nullptr;
  bool complete = true;
  for (const Result<fop::Lookup::Reply>& answer : answers) {
    if (!answer || !answer->iatt.is_directory()) continue;
    directory->gfid = answer->iatt.gfid;
    known = volume.memory.directories.find(directory->gfid);
    break;
  }
  if (directory->gfid.is_null()) return std::unexpected(error_of(answers));

  for (Place place = 0; place < answers.size(); ++place) {
    const Result<fop::Lookup::Reply>& answer = answers[place];
    Range& range = directory->layout[place];
    if (!answer || !answer->iatt.is_directory()) {
      range.err = answer ? ENOTDIR : answer.error().number();
      complete = complete && range.err != ENOTCONN;
      // An answer that says nothing of the directory does not make forget what is known of it.
      const bool says_nothing = range.err != ENOENT && range.err != ESTALE && range.err != ENOTCONN;
      if (known != nullptr && says_nothing) range = (*known)->layout[place];
      continue;
    }
    if (const Result<Done> learned = directory->layout.learn(place, answer->xdata.bytes(volume.keys.layout));
        !learned) {
      log::error(volume.name(), "the layout of {} on {} cannot be read", directory->gfid.text(),
                 volume.subvolume(place).name());
    }
    const bool leads = !directory->gfid.is_root() && answer->xdata.has(volume.keys.leader);
    if (leads && !directory->leader) directory->leader = place;
    raise_times(directory->times, {answer->iatt.accessed, answer->iatt.modified, answer->iatt.changed});
  }
  // Who is away cannot say when it was changed there: what was known of it holds.
  if (!complete && known != nullptr) raise_times(directory->times, (*known)->times);
  if (is_named(lookup)) {
    directory->parent = lookup.parent;
    directory->name = lookup.name;
  } else if (known != nullptr) {
    directory->parent = (*known)->parent;
    directory->name = (*known)->name;
  }
  return directory;
}

std::optional<std::string> contradiction(const Volume& volume, const fop::Lookup& lookup,
                                         const AnswersOf<fop::Lookup>& answers) {
  std::optional<Place> first;
  for (Place place = 0; place < answers.size(); ++place) {
    if (!answers[place] || !answers[place]->iatt.is_directory()) continue;
    if (!first) first = place;
    const Gfid& gfid = answers[*first]->iatt.gfid;
    if (answers[place]->iatt.gfid == gfid) continue;
    return fmt::format("the directory {} in {} is {} on {} and {} on {}; keep one of them", lookup.name,
                       lookup.parent.text(), gfid.text(), volume.subvolume(*first).name(),
                       answers[place]->iatt.gfid.text(), volume.subvolume(place).name());
  }
  return std::nullopt;
}

}  // namespace mortar::distribute
