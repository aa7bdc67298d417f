#include "translators/open_behind/open_behind.h"

#include <fmt/format.h>

#include "base/absence.h"
#include "base/log.h"
#include "translators/open_behind/plain_reading.h"

namespace mortar {

Result<std::unique_ptr<Translator>> OpenBehind::make(World&, const VolumeSection& section) {
  Result<OpenBehindOptions> options = read_options<OpenBehindOptions>(section);
  if (!options) return std::unexpected(options.error());
  return std::make_unique<OpenBehind>(section.name, *options);
}

Result<Done> OpenBehind::reconfigure(const VolumeSection& section) {
  Result<OpenBehindOptions> options = read_options<OpenBehindOptions>(section);
  if (!options) return std::unexpected(options.error());
  options_ = *options;
  return done;
}

Task<> OpenBehind::stop() {
  co_await tasks_.finished();
  co_return done;
}

void OpenBehind::dump_state(std::string& out) const {
  out += fmt::format("promised={}\nneeded={}\nwaiting={}\n", promised_, needed_, waiting_->size());
}

bool OpenBehind::may_wait(const fop::Open& open) const {
  return options_.lazy_open && !options_.pass_through && is_for_plain_reading(open);
}

fop::Opened OpenBehind::promise(const Call& call, const fop::Open& open) {
  ++promised_;
  auto file = std::make_shared<LateFile>();
  file->opener = call;
  file->request = open;
  file->waiting = waiting_;
  file->place = waiting_->insert(waiting_->end(), file.get());
  auto descriptor = std::make_shared<Descriptor>(open.gfid, open.flags, false);
  descriptor->contexts.put(this, file);
  fop::Opened reply;
  reply.fd.open = std::move(descriptor);
  return reply;
}

void OpenBehind::ask(const LatePointer& file) {
  if (file->asked) return;
  file->stop_waiting();
  ++needed_;
  tasks_.start(open(file));
}

Task<> OpenBehind::open(LatePointer file) {
  Result<fop::Opened> reply = co_await next().perform(file->opener, file->request);
  if (reply) {
    file->opened.emplace(std::move(reply->fd));
  } else {
    log::debug(name(), "{} cannot be opened: {}", file->request.gfid.text(), reply.error().sentence());
    file->opened.emplace(std::unexpected(reply.error()));
  }
  file->settled.set();
  // Whoever let go of it meanwhile left the release to us.
  if (file->released && *file->opened) {
    co_await release_behind(file->opener, file->request.gfid, **file->opened);
  }
  co_return done;
}

Task<Fd> OpenBehind::opened(LatePointer file) {
  ask(file);
  co_await file->settled.wait();
  co_return *file->opened;
}

Task<> OpenBehind::open_all_waiting() {
  std::vector<LatePointer> files;
  for (LateFile* file : *waiting_) files.push_back(file->shared_from_this());
  for (const LatePointer& file : files) ask(file);
  for (const LatePointer& file : files) {
    co_await file->settled.wait();
  }
  co_return done;
}

Task<fop::Read::Reply> OpenBehind::read(Call call, fop::Read read, LatePointer file) {
  if (!file->opened) {
    if (options_.read_after_open) ask(file);
    // By its identity, behind the open on the same connection.
    fop::Read early = read;
    early.fd = Fd{};
    Result<fop::Read::Reply> data = co_await next().perform(call, early);
    if (!options_.read_after_open && data) co_return std::move(data);
    const Result<Fd> allowed = co_await opened(file);
    if (!allowed) co_return allowed.error();
    if (data) co_return std::move(data);
  }
  read.fd = co_await tried(opened(file));
  fop::Read::Reply reply = co_await tried(next().perform(call, read));
  co_return std::move(reply);
}

Task<fop::Attributes> OpenBehind::status(Call call, fop::Fstat status, LatePointer file) {
  if (!file->asked) {
    const fop::Stat by_identity{.gfid = status.gfid, .xdata = status.xdata};
    Result<fop::Attributes> reply = co_await next().perform(call, by_identity);
    // Who has it open keeps it: a name may have gone meanwhile.
    if (reply || !is_missing(reply.error())) co_return std::move(reply);
  }
  fop::Attributes reply = co_await tried(perform_opened(call, std::move(status)));
  co_return std::move(reply);
}

void OpenBehind::release(const Call& call, LatePointer file) {
  file->released = true;
  file->stop_waiting();
  if (file->opened && *file->opened) tasks_.start(release_behind(call, file->request.gfid, **file->opened));
}

Task<> OpenBehind::release_behind(Call call, Gfid gfid, Fd fd) {
  const fop::Release release{.gfid = gfid, .fd = std::move(fd)};
  const Result<fop::Acknowledged> released = co_await next().perform(call, release);
  if (!released) log::debug(name(), "{} is not released: {}", gfid.text(), released.error().sentence());
  co_return done;
}

}  // namespace mortar
