#include "translators/distribute/open_objects.h"

#include <algorithm>

#include "base/log.h"

namespace mortar::distribute {

Task<fop::Opened> OpenObjects::open(const Call& call, const fop::Open& open) {
  const Where where = co_await tried(finder_.find(call, open.gfid));
  if (where.directory) co_return failed(EISDIR);
  Place place = *where.place;
  Result<fop::Opened> reply = co_await volume_.subvolume(place).perform(call, open);
  if (!reply && says_moved(reply.error().number())) {
    Result<Where> again = co_await finder_.find_again(call, open.gfid);
    if (again && again->place && *again->place != place) {
      place = *again->place;
      reply = co_await volume_.subvolume(place).perform(call, open);
    }
  }
  if (!reply) co_return reply.error();
  reply->fd = descriptors_.give_out_file(open.gfid, open.flags, place, std::move(reply->fd));
  co_return std::move(*reply);
}

// A directory is open wherever it is; one subvolume is enough.
Task<fop::Opened> OpenObjects::opendir(const Call& call, const fop::Opendir& open) {
  AnswersOf<fop::Opendir> answers = co_await tried(on_each(volume_.children(), call, open));
  std::shared_ptr<OpenObject> object = descriptors_.new_object();
  std::optional<fop::Opened> reply;
  bool forbidden = false;
  Error error(ENOTCONN);
  for (Place place = 0; place < answers.size(); ++place) {
    Result<fop::Opened>& answer = answers[place];
    if (!answer) {
      const int number = answer.error().number();
      // What one subvolume forbids it forbids for all, whatever the others say.
      const bool forbids = number == EACCES || number == EPERM;
      if (!forbidden && (forbids || error.number() == ENOTCONN)) error = answer.error();
      forbidden = forbidden || forbids;
      continue;
    }
    object->fds[place] = answer->fd;
    if (!reply) reply = std::move(*answer);
  }
  if (!reply) co_return error;
  reply->fd = descriptors_.give_out(open.gfid, 0, true, std::move(object));
  if (forbidden) {
    const fop::Releasedir release{.gfid = open.gfid, .fd = std::move(reply->fd), .xdata = {}};
    co_await release_everywhere(call, release);
    co_return error;
  }
  co_return std::move(*reply);
}

Task<Where> OpenObjects::find_open(const Call& call, Gfid gfid, const Fd& fd) {
  const std::shared_ptr<OpenObject> object = descriptors_.object(fd);
  const bool is_remembered = volume_.memory.places.find(gfid) != nullptr;
  if (is_remembered || !object || fd.open->directory) return finder_.find(call, gfid);
  const auto open = std::ranges::find_if(object->fds, [](const Fd& there) { return there.open != nullptr; });
  if (open == object->fds.end()) return finder_.find(call, gfid);
  return ready<Where>(Where{static_cast<Place>(open - object->fds.begin()), nullptr});
}

template <class Operation>
Task<fop::Acknowledged> OpenObjects::release_everywhere(const Call& call, const Operation& release) {
  const std::shared_ptr<OpenObject> object = descriptors_.object(release.fd);
  if (!object) co_return fop::Acknowledged{};
  // One that is just being opened elsewhere finds nothing to put it into any more.
  const std::vector<Fd> fds = object->fds;
  for (Place place = 0; place < fds.size(); ++place) {
    if (!fds[place].open) continue;
    Operation there = release;
    there.fd = fds[place];
    const Result<fop::Acknowledged> released = co_await volume_.subvolume(place).perform(call, there);
    if (!released) {
      log::debug(volume_.name(), "{} is not released: {}", release.gfid.text(), released.error().sentence());
    }
  }
  co_return fop::Acknowledged{};
}

Task<fop::Acknowledged> OpenObjects::release(const Call& call, const fop::Release& release) {
  return release_everywhere(call, release);
}

Task<fop::Acknowledged> OpenObjects::releasedir(const Call& call, const fop::Releasedir& release) {
  return release_everywhere(call, release);
}

Task<fop::CopyFileRange::Reply> OpenObjects::copy_file_range(const Call& call, const fop::CopyFileRange& copy) {
  const Where from = co_await tried(find_open(call, copy.in_gfid, copy.fd_in));
  const Where to = co_await tried(find_open(call, copy.out_gfid, copy.fd_out));
  if (from.directory || to.directory) co_return failed(EISDIR);
  if (*from.place != *to.place) co_return failed(EXDEV);
  fop::CopyFileRange there = copy;
  if (descriptors_.object(copy.fd_in)) {
    there.fd_in = co_await tried(descriptors_.descriptor_at(call, copy.fd_in, *from.place));
  }
  if (descriptors_.object(copy.fd_out)) {
    there.fd_out = co_await tried(descriptors_.descriptor_at(call, copy.fd_out, *to.place));
  }
  fop::CopyFileRange::Reply reply = co_await tried(volume_.subvolume(*to.place).perform(call, there));
  // A file on its way to another subvolume would get the copy on one side only.
  if (looks_moving(reply.out_after)) co_return failed(EXDEV);
  co_return std::move(reply);
}

}  // namespace mortar::distribute
