#include "translators/distribute/standing.h"

#include <fmt/format.h>

#include "translators/distribute/merge.h"

namespace mortar::distribute {

Standing decide(const Volume& volume, const fop::Lookup& lookup, std::optional<Place> hashed,
                const AnswersOf<fop::Lookup>& answers) {
  Standing standing;
  std::vector<Place> links;
  bool silent = false;
  for (Place place = 0; place < answers.size(); ++place) {
    const Result<fop::Lookup::Reply>& answer = answers[place];
    if (!answer) {
      const int number = answer.error().number();
      silent = silent || number == ENOTCONN;
      if (number != ENOENT && number != ESTALE && number != ENOTCONN) standing.error = answer.error();
    } else if (answer->iatt.is_directory()) {
      standing.directory = place;
    } else if (volume.is_link_file(*answer)) {
      links.push_back(place);
    } else if (!standing.file) {
      standing.file = place;
    } else {
      standing.damage =
          fmt::format("{} in {} is a file on {} and on {}; keep one of them", lookup.name, lookup.parent.text(),
                      volume.subvolume(*standing.file).name(), volume.subvolume(place).name());
      standing.contradicts = standing.contradicts || answer->iatt.gfid != answers[*standing.file]->iatt.gfid;
    }
  }
  if (standing.file && standing.directory) {
    standing.damage = fmt::format("{} in {} is a file on {} and a directory on {}; repair it on the bricks",
                                  lookup.name, lookup.parent.text(), volume.subvolume(*standing.file).name(),
                                  volume.subvolume(*standing.directory).name());
    standing.contradicts = true;
  }
  // It may be on a subvolume that does not answer, unless the one that its name hashes to says that there is nothing: a
  // brick that is down does not keep names from being made on the others, as with stock clients.
  const bool is_settled = hashed && !answers[*hashed] && is_missing(answers[*hashed].error());
  if (silent && !is_settled) standing.error = Error(ENOTCONN);
  if (standing.contradicts) return standing;

  bool linked = false;
  for (Place place : links) {
    const fop::Lookup::Reply& link = *answers[place];
    const bool is_right = standing.file && place == hashed && volume.link_target(link.xdata) == standing.file &&
                          link.iatt.gfid == answers[*standing.file]->iatt.gfid;
    linked = linked || is_right;
    // Without the data it may only be that its subvolume is away; what is open is being moved.
    const bool is_idle = link.xdata.number(open_count_key).value_or(1) == 0;
    if (!is_right && (standing.file || !silent) && is_idle) standing.stale_links.push_back(place);
  }
  standing.lacks_link = standing.file && hashed && *hashed != *standing.file && !linked;
  return standing;
}

}  // namespace mortar::distribute
