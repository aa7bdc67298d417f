// Objects by gfid: every subvolume is asked at once.
#include <algorithm>

#include "base/log.h"
#include "translators/distribute/distribute.h"

namespace mortar {

Task<Where> Distribute::find(const Call& call, Gfid gfid) {
  if (const Place* place = memory_.places.find(gfid)) co_return Where{*place, nullptr};
  if (const DirectoryPointer* directory = memory_.directories.find(gfid)) co_return Where{std::nullopt, *directory};
  Where where = co_await tried(find_again(call, gfid));
  co_return where;
}

Task<Where> Distribute::find_again(const Call& call, Gfid gfid) {
  const fop::Lookup lookup{.gfid = gfid};
  const Result<fop::Lookup::Reply> reply = co_await discover(call, lookup);
  if (!reply) co_return failed(reply.error().number() == ENOENT ? ESTALE : reply.error().number());
  if (const DirectoryPointer* directory = memory_.directories.find(gfid)) co_return Where{std::nullopt, *directory};
  if (const Place* place = memory_.places.find(gfid)) co_return Where{*place, nullptr};
  co_return failed(ESTALE);
}

Task<DirectoryPointer> Distribute::find_directory(const Call& call, Gfid gfid) {
  const Where where = co_await tried(find(call, gfid));
  if (!where.directory) co_return failed(ENOTDIR);
  co_return where.directory;
}

Task<Distribute::NamePlace> Distribute::place_of_name(const Call& call, Gfid gfid, std::string entry) {
  DirectoryPointer parent = co_await tried(find_directory(call, gfid));
  std::optional<Place> hashed = hashed_place(*parent, entry);
  if (!hashed && all_up()) {
    // One may just have come back when the directory was looked at.
    const Where again = co_await tried(find_again(call, gfid));
    if (!again.directory) co_return failed(ENOTDIR);
    parent = again.directory;
    hashed = hashed_place(*parent, entry);
  }
  if (!hashed) co_return failed(all_up() ? EIO : ENOTCONN);
  co_return NamePlace{parent, *hashed};
}

Task<fop::Lookup::Reply> Distribute::discover(const Call& call, const fop::Lookup& lookup) {
  const fop::Lookup asked = with_own_keys(lookup);
  AnswersOf<fop::Lookup> answers = co_await tried(on_each(children(), call, asked));
  std::optional<Place> file;
  std::optional<Place> directory;
  bool silent = false;
  Error error(ENOENT);
  for (Place place = 0; place < answers.size(); ++place) {
    const Result<fop::Lookup::Reply>& answer = answers[place];
    if (!answer) {
      silent = silent || answer.error().number() == ENOTCONN;
      if (answer.error().number() != ENOENT && answer.error().number() != ENOTCONN) error = answer.error();
      continue;
    }
    learn_commit_hash(answer->xdata);
    if (answer->iatt.is_directory()) {
      directory = place;
    } else if (!is_link_file(*answer) && !file) {
      file = place;
    }
  }
  if (file && directory) {
    log::error(name(), "{} is a file on {} and a directory on {}; repair it on the bricks", lookup.gfid.text(),
               subvolume(*file).name(), subvolume(*directory).name());
    co_return failed(EIO);
  }
  if (file) co_return file_found(asked, *file, std::move(*answers[*file]));
  if (directory) {
    fop::Lookup::Reply reply = co_await tried(directory_found(call, asked, answers));
    co_return std::move(reply);
  }
  memory_.places.erase(lookup.gfid);
  memory_.directories.erase(lookup.gfid);
  // It may be on the subvolume that does not answer.
  if (silent) co_return failed(ENOTCONN);
  co_return error;
}

}  // namespace mortar
