#include "translators/cluster/descriptors.h"

#include <utility>

namespace mortar {

namespace {

constexpr std::uint32_t only_once = open_flag::create | open_flag::exclusive | open_flag::truncate;

}  // namespace

std::shared_ptr<OpenObject> Descriptors::new_object() const {
  auto object = std::make_shared<OpenObject>();
  object->fds.resize(translator_.children().size());
  return object;
}

Fd Descriptors::give_out(const Gfid& gfid, std::uint32_t flags, bool directory, std::shared_ptr<OpenObject> object) {
  Fd fd;
  fd.open = std::make_shared<Descriptor>(gfid, flags, directory);
  fd.open->contexts.put(this, std::move(object));
  return fd;
}

Fd Descriptors::give_out_file(const Gfid& gfid, std::uint32_t flags, std::size_t place, Fd there) {
  std::shared_ptr<OpenObject> object = new_object();
  object->fds[place] = std::move(there);
  return give_out(gfid, flags, false, std::move(object));
}

std::shared_ptr<OpenObject> Descriptors::object(const Fd& fd) const {
  return fd.open ? fd.open->contexts.get<OpenObject>(this) : nullptr;
}

Task<Fd> Descriptors::descriptor_at(const Call& call, Fd fd, std::size_t place) {
  const std::shared_ptr<OpenObject> open_here = object(fd);
  if (open_here->fds[place].open) co_return open_here->fds[place];
  Fd opened = co_await tried(open_at(call, fd, place));
  // Somebody else may have been faster.
  if (open_here->fds[place].open) {
    open_here->former.emplace_back(place, std::move(opened));
  } else {
    open_here->fds[place] = std::move(opened);
  }
  co_return open_here->fds[place];
}

Task<bool> Descriptors::open_anew_at(const Call& call, Fd fd, std::size_t place) {
  const std::shared_ptr<OpenObject> open_here = object(fd);
  // One without a name opens by its identity, too, as long as it is open.
  Call looking = call;
  looking.stamps = 0;
  const fop::Lookup lookup{.gfid = fd.open->gfid, .parent = {}, .name = {}, .xdata = {}};
  const Result<fop::Lookup::Reply> named = co_await translator_.children()[place]->perform(looking, lookup);
  if (!named || named->iatt.links == 0) co_return false;
  Result<Fd> opened = co_await open_at(call, fd, place);
  if (!opened) co_return false;
  Fd before = std::exchange(open_here->fds[place], std::move(*opened));
  if (before.open) open_here->former.emplace_back(place, std::move(before));
  co_return true;
}

Task<> Descriptors::close_former(const Call& call, Fd fd) {
  const std::shared_ptr<OpenObject> open_here = object(fd);
  if (!open_here) co_return done;
  for (const auto& [place, former] : std::exchange(open_here->former, {})) {
    const fop::Release release{.gfid = fd.open->gfid, .fd = former, .xdata = {}};
    // What cannot be given back goes with the connection.
    co_await translator_.children()[place]->perform(call, release);
  }
  co_return done;
}

Task<Fd> Descriptors::open_at(Call call, Fd fd, std::size_t place) {
  const Descriptor& descriptor = *fd.open;
  // The times that the operation sets are not those of an open.
  call.stamps = 0;
  if (descriptor.directory) {
    const fop::Opendir open{.gfid = descriptor.gfid, .xdata = {}};
    fop::Opened reply = co_await tried(translator_.children()[place]->perform(call, open));
    co_return std::move(reply.fd);
  }
  const fop::Open open{.gfid = descriptor.gfid, .flags = descriptor.flags & ~only_once, .xdata = {}};
  fop::Opened reply = co_await tried(translator_.children()[place]->perform(call, open));
  co_return std::move(reply.fd);
}

}  // namespace mortar
