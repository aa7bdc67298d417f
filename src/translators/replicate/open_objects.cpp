#include "translators/replicate/open_objects.h"

#include "base/few_at_once.h"
#include "base/log.h"
#include "translators/cluster/as_root.h"

namespace mortar::replicate {

namespace {

// A client may have very many open.
constexpr std::size_t opened_at_once = 32;

}  // namespace

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
Task<fop::Opened> OpenObjects::open_at(const Call& call, const Operation& open, Copies copies, Copies right,
                                       std::uint32_t flags) {
  AnswersOf<Operation> answers = co_await tried(asking_.at_each(call, open, copies));
  const Copies opened = succeeded(answers);
  if (opened.empty()) co_return error_of(answers);
  std::shared_ptr<OpenObject> object = descriptors_.new_object();
  for (const Copy copy : opened.list()) object->fds[copy] = answers[copy]->fd;
  constexpr bool is_directory = std::is_same_v<Operation, fop::Opendir>;
  fop::Opened reply = *answers[opened.front()];
  reply.fd = descriptors_.give_out(open.gfid, flags, is_directory, std::move(object));
  if (!is_directory) note_opened(reply.fd);
  // Perhaps it is being removed: what is written to too few of the copies could not be told from what they had before.
  const std::vector<Copy> others = ((is_directory ? copies : copies & right) - opened).list();
  bool is_gone = std::ranges::any_of(others, [&](Copy copy) { return is_missing(answers[copy].error()); });
  // Or a copy does not have it yet, and what is remembered is of before.
  if (is_gone) {
    const Result<Copies> found = co_await finder_.refresh(call, open.gfid);
    const bool are_enough = is_directory || volume_.quorum.is_met(opened);
    is_gone = !are_enough || (!found && is_missing(found.error()));
  }
  if (!is_gone) co_return std::move(reply);
  const std::conditional_t<is_directory, fop::Releasedir, fop::Release> release{
      .gfid = open.gfid, .fd = reply.fd, .xdata = {}};
  co_await tried(this->release(call, release));
  co_return failed(ESTALE);
}

Task<fop::Opened> OpenObjects::open(const Call& call, const fop::Open& open) {
  const Readable readable = co_await tried(finder_.to_be_read(call, open.gfid));
  if (readable.data.empty()) co_return volume_.nobody_is_right();
  fop::Open without_cut = open;
  without_cut.flags &= ~open_flag::truncate;
  fop::Opened opened = co_await tried(open_at(call, without_cut, volume_.up(), readable.data, open.flags));
  if ((open.flags & open_flag::truncate) != 0) {
    co_await tried(cut(call, open.gfid, opened.fd));
  }
  co_return std::move(opened);
}

Task<fop::Create::Reply> OpenObjects::create(const Call& call, const fop::Create& create) {
  fop::Create without_cut = create;
  without_cut.flags &= ~open_flag::truncate;
  fop::Create::Reply reply = co_await tried(changes_.perform(call, without_cut));
  note_opened(reply.fd);
  const bool is_new = create.xdata.gfid("gfid-req") == reply.iatt.gfid;
  if (!is_new && (create.flags & open_flag::truncate) != 0) {
    reply.iatt = co_await tried(cut(call, reply.iatt.gfid, reply.fd));
  }
  co_return std::move(reply);
}

void OpenObjects::note_opened(const Fd& fd) {
  if (open_on(fd) != volume_.all()) open_on_some_[fd.open.get()] = fd.open;
}

void OpenObjects::came(Copy copy) {
  if (!open_on_some_.empty()) volume_.background.start(open_all_at(copy));
}

Task<> OpenObjects::open_all_at(Copy copy) {
  std::erase_if(open_on_some_, [](const auto& entry) { return entry.second.expired(); });
  std::vector<std::weak_ptr<Descriptor>> files;
  for (const auto& [address, file] : open_on_some_) files.push_back(file);
  co_await tried(few_at_once(opened_at_once, files.size(), [&](std::size_t at) { return open_late(files[at], copy); }));
  co_return done;
}

Task<> OpenObjects::open_late(std::weak_ptr<Descriptor> file, Copy copy) {
  Fd fd;
  fd.open = file.lock();
  if (!fd.open) co_return done;
  const Call own = as_root(Call{});
  const Gfid gfid = fd.open->gfid;
  const Result<Fd> opened = co_await descriptors_.descriptor_at(own, fd, copy);
  // One that lacks it gets it by a heal.
  if (!opened) log::debug(volume_.name(), "{} is not opened late: {}", gfid.text(), opened.error().sentence());
  const bool was_closed_meanwhile = !open_on_some_.contains(fd.open.get());
  if (!opened || !was_closed_meanwhile) co_return done;
  const fop::Release release{.gfid = gfid, .fd = *opened, .xdata = {}};
  co_await tried(asking_.at(own, release, copy));
  co_return done;
}

Task<Iatt> OpenObjects::cut(const Call& call, Gfid gfid, Fd opened) {
  const fop::Ftruncate cut{.gfid = gfid, .fd = opened, .size = 0, .xdata = {}};
  const Result<fop::Changed> changed = co_await changes_.perform(call, cut);
  if (changed) co_return changed->after;
  const fop::Release release{.gfid = gfid, .fd = opened, .xdata = {}};
  co_await tried(this->release(call, release));
  co_return changed.error();
}

// Where it is read is chosen anew for each listing.
Task<fop::Opened> OpenObjects::opendir(const Call& call, const fop::Opendir& open) {
  fop::Opened opened = co_await tried(open_at(call, open, volume_.up(), {}, 0));
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
