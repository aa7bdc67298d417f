#include "translators/replicate/open_objects.h"

namespace mortar::replicate {

Copies OpenObjects::open_on(const Fd& fd) const {
  const std::shared_ptr<OpenObject> object = descriptors_.object(fd);
  Copies copies;
  if (!object) return copies;
  for (Copy copy = 0; copy < object->fds.size(); ++copy) {
    if (object->fds[copy].open) copies.add(copy);
  }
  return copies;
}

template <class Operation>
Task<fop::Opened> OpenObjects::open_at(const Call& call, const Operation& open, Copies copies, std::uint32_t flags) {
  AnswersOf<Operation> answers = co_await tried(asking_.at_each(call, open, copies));
  const Copies opened = succeeded(answers);
  if (opened.empty()) co_return error_of(answers);
  std::shared_ptr<OpenObject> object = descriptors_.new_object();
  for (const Copy copy : opened.list()) object->fds[copy] = std::move(answers[copy]->fd);
  fop::Opened reply = *answers[opened.front()];
  reply.fd = descriptors_.give_out(open.gfid, flags, std::is_same_v<Operation, fop::Opendir>, std::move(object));
  co_return std::move(reply);
}

Task<fop::Opened> OpenObjects::open(const Call& call, const fop::Open& open) {
  const Readable readable = co_await tried(finder_.readable(call, open.gfid));
  const bool writes = (open.flags & open_flag::access_mode) != 0;
  if (!writes) {
    Copies copies = readable.data;
    if (copies.empty()) co_return failed(EIO, "every copy is said to have missed something: split brain");
    for (;;) {
      const Copy copy = volume_.choose(open.gfid, copies);
      Result<fop::Opened> opened = co_await open_at(call, open, Copies::only(copy), open.flags);
      copies.remove(copy);
      if (opened || !(is_away(opened.error()) || is_missing(opened.error())) || copies.empty()) {
        co_return std::move(opened);
      }
    }
  }
  // Cut to nothing as all changes are: under a lock, and with marks.
  fop::Open without_cut = open;
  without_cut.flags &= ~open_flag::truncate;
  fop::Opened opened = co_await tried(open_at(call, without_cut, volume_.up(), open.flags));
  if ((open.flags & open_flag::truncate) != 0) {
    const fop::Ftruncate cut{.gfid = open.gfid, .fd = opened.fd, .size = 0, .xdata = {}};
    co_await tried(changes_.perform(call, cut));
  }
  co_return std::move(opened);
}

// Where it is read is chosen anew for each listing.
Task<fop::Opened> OpenObjects::opendir(const Call& call, const fop::Opendir& open) {
  fop::Opened opened = co_await tried(open_at(call, open, volume_.up(), 0));
  co_return std::move(opened);
}

Task<fop::Acknowledged> OpenObjects::flush(const Call& call, const fop::Flush& flush) {
  const Copies copies = open_on(flush.fd);
  if (copies.empty()) co_return fop::Acknowledged{};
  AnswersOf<fop::Flush> answers = co_await tried(asking_.at_each(call, flush, copies));
  const Copies flushed = succeeded(answers);
  if (flushed.empty()) co_return error_of(answers);
  co_return *answers[flushed.front()];
}

}  // namespace mortar::replicate
