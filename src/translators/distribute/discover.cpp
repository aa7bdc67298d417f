// Objects by gfid: every subvolume is asked at once.
#include "base/log.h"
#include "translators/distribute/finder.h"

namespace mortar::distribute {

Task<Where> Finder::find(const Call& call, Gfid gfid) {
  if (std::optional<Where> known = volume_.memory.where(gfid)) co_return std::move(*known);
  Where where = co_await tried(find_again(call, gfid));
  co_return where;
}

Task<Where> Finder::find_again(const Call& call, Gfid gfid) {
  const fop::Lookup lookup{.gfid = gfid};
  const Result<fop::Lookup::Reply> reply = co_await discover(call, lookup);
  if (!reply) co_return failed(reply.error().number() == ENOENT ? ESTALE : reply.error().number());
  if (std::optional<Where> found = volume_.memory.where(gfid)) co_return std::move(*found);
  co_return failed(ESTALE);
}

Task<DirectoryPointer> Finder::find_directory(const Call& call, Gfid gfid) {
  const Where where = co_await tried(find(call, gfid));
  if (!where.directory) co_return failed(ENOTDIR);
  co_return where.directory;
}

Task<DirectoryPointer> Finder::find_directory_again(const Call& call, Gfid gfid) {
  const Where where = co_await tried(find_again(call, gfid));
  if (!where.directory) co_return failed(ENOTDIR);
  co_return where.directory;
}

Task<fop::Lookup::Reply> Finder::discover(const Call& call, const fop::Lookup& lookup) {
  const fop::Lookup asked = volume_.keys.added_to(lookup);
  AnswersOf<fop::Lookup> answers = co_await tried(on_each(volume_.children(), call, asked));
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
    volume_.learn_commit_hash(answer->xdata);
    if (answer->iatt.is_directory()) {
      directory = place;
    } else if (!volume_.is_link_file(*answer) && !file) {
      file = place;
    }
  }
  if (file && directory) {
    log::error(volume_.name(), "{} is a file on {} and a directory on {}; repair it on the bricks", lookup.gfid.text(),
               volume_.subvolume(*file).name(), volume_.subvolume(*directory).name());
    co_return failed(EIO);
  }
  if (file) co_return file_found(asked, *file, std::move(*answers[*file]));
  if (directory) {
    fop::Lookup::Reply reply = co_await tried(directory_found(call, asked, answers));
    co_return std::move(reply);
  }
  volume_.memory.places.erase(lookup.gfid);
  volume_.memory.directories.erase(lookup.gfid);
  // It may be on the subvolume that does not answer.
  if (silent) co_return failed(ENOTCONN);
  co_return error;
}

}  // namespace mortar::distribute
