#include "translators/distribute/open_objects.h"

#include <algorithm>

#include "base/log.h"
#include "translators/distribute/distribute.h"

namespace mortar {

namespace {

constexpr std::uint32_t only_once = open_flag::create | open_flag::exclusive | open_flag::truncate;

}  // namespace

Fd Distribute::give_out(const Gfid& gfid, std::uint32_t flags, bool directory, std::shared_ptr<OpenObject> object) {
  Fd fd;
  fd.open = std::make_shared<Descriptor>(gfid, flags, directory);
  fd.open->contexts.put(this, std::move(object));
  return fd;
}

Task<fop::Opened> Distribute::act(const Call& call, const fop::Open& open) {
  const Where where = co_await tried(find(call, open.gfid));
  if (where.directory) co_return failed(EISDIR);
  Place place = *where.place;
  Result<fop::Opened> reply = co_await subvolume(place).perform(call, open);
  if (!reply && distribute::says_moved(reply.error().number())) {
    Result<Where> again = co_await find_again(call, open.gfid);
    if (again && again->place && *again->place != place) {
      place = *again->place;
      reply = co_await subvolume(place).perform(call, open);
    }
  }
  if (!reply) co_return reply.error();
  auto object = std::make_shared<OpenObject>();
  object->fds.resize(children().size());
  object->fds[place] = std::move(reply->fd);
  reply->fd = give_out(open.gfid, open.flags, false, std::move(object));
  co_return std::move(*reply);
}

// A directory is open wherever it is; one subvolume is enough.
Task<fop::Opened> Distribute::act(const Call& call, const fop::Opendir& open) {
  AnswersOf<fop::Opendir> answers = co_await tried(on_each(children(), call, open));
  auto object = std::make_shared<OpenObject>();
  object->fds.resize(children().size());
  std::optional<fop::Opened> reply;
  bool forbidden = false;
  Error error(ENOTCONN);
  for (Place place = 0; place < answers.size(); ++place) {
    Result<fop::Opened>& answer = answers[place];
    if (!answer) {
      const int number = answer.error().number();
      // What one subvolume forbids it forbids for all.
      forbidden = forbidden || number == EACCES || number == EPERM;
      if (error.number() == ENOTCONN || forbidden) error = answer.error();
      continue;
    }
    object->fds[place] = answer->fd;
    if (!reply) reply = std::move(*answer);
  }
  if (!reply) co_return error;
  reply->fd = give_out(open.gfid, 0, true, std::move(object));
  if (forbidden) {
    const fop::Releasedir release{.gfid = open.gfid, .fd = std::move(reply->fd), .xdata = {}};
    co_await release_everywhere(call, release);
    co_return error;
  }
  co_return std::move(*reply);
}

Task<Where> Distribute::find_open(const Call& call, Gfid gfid, const Fd& fd) {
  const std::shared_ptr<OpenObject> object = open_object(this, fd);
  const bool is_remembered = memory_.places.find(gfid) != nullptr;
  if (is_remembered || !object || fd.open->directory) return find(call, gfid);
  const auto open = std::ranges::find_if(object->fds, [](const Fd& there) { return there.open != nullptr; });
  if (open == object->fds.end()) return find(call, gfid);
  return ready<Where>(Where{static_cast<Place>(open - object->fds.begin()), nullptr});
}

Task<Fd> Distribute::descriptor_at(const Call& call, Fd fd, Place place) {
  const std::shared_ptr<OpenObject> object = open_object(this, fd);
  if (object->fds[place].open) co_return object->fds[place];
  const Descriptor& descriptor = *fd.open;
  if (descriptor.directory) {
    const fop::Opendir open{.gfid = descriptor.gfid, .xdata = {}};
    fop::Opened reply = co_await tried(subvolume(place).perform(call, open));
    object->fds[place] = std::move(reply.fd);
  } else {
    const fop::Open open{.gfid = descriptor.gfid, .flags = descriptor.flags & ~only_once, .xdata = {}};
    fop::Opened reply = co_await tried(subvolume(place).perform(call, open));
    object->fds[place] = std::move(reply.fd);
  }
  co_return object->fds[place];
}

template <class Operation>
Task<fop::Acknowledged> Distribute::release_everywhere(const Call& call, const Operation& release) {
  const std::shared_ptr<OpenObject> object = open_object(this, release.fd);
  if (!object) co_return fop::Acknowledged{};
  // One that is just being opened elsewhere finds nothing to put it into any more.
  const std::vector<Fd> fds = object->fds;
  for (Place place = 0; place < fds.size(); ++place) {
    if (!fds[place].open) continue;
    Operation there = release;
    there.fd = fds[place];
    const Result<fop::Acknowledged> released = co_await subvolume(place).perform(call, there);
    if (!released) log::debug(name(), "{} is not released: {}", release.gfid.text(), released.error().sentence());
  }
  co_return fop::Acknowledged{};
}

Task<fop::Acknowledged> Distribute::act(const Call& call, const fop::Release& release) {
  return release_everywhere(call, release);
}

Task<fop::Acknowledged> Distribute::act(const Call& call, const fop::Releasedir& release) {
  return release_everywhere(call, release);
}

// Only within one subvolume: between two the caller copies.
Task<fop::CopyFileRange::Reply> Distribute::act(const Call& call, const fop::CopyFileRange& copy) {
  const Where from = co_await tried(find_open(call, copy.in_gfid, copy.fd_in));
  const Where to = co_await tried(find_open(call, copy.out_gfid, copy.fd_out));
  if (from.directory || to.directory) co_return failed(EISDIR);
  if (*from.place != *to.place) co_return failed(EXDEV);
  fop::CopyFileRange there = copy;
  if (open_object(this, copy.fd_in)) {
    there.fd_in = co_await tried(descriptor_at(call, copy.fd_in, *from.place));
  }
  if (open_object(this, copy.fd_out)) {
    there.fd_out = co_await tried(descriptor_at(call, copy.fd_out, *to.place));
  }
  fop::CopyFileRange::Reply reply = co_await tried(subvolume(*to.place).perform(call, there));
  // A file on its way to another subvolume would get the copy on one side only.
  if (distribute::looks_moving(reply.out_after)) co_return failed(EXDEV);
  co_return std::move(reply);
}

// What a client asks of all bricks.
Task<fop::Acknowledged> Distribute::act(const Call& call, const fop::Ipc& ipc) {
  AnswersOf<fop::Ipc> answers = co_await tried(on_each(children(), call, ipc));
  for (Result<fop::Acknowledged>& answer : answers) {
    if (!answer && answer.error().number() != ENOTCONN) co_return answer.error();
  }
  co_return fop::Acknowledged{};
}

}  // namespace mortar
