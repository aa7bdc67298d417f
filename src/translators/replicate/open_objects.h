// Opening and releasing. A file is opened on all copies at once, for one that loses its name can be read only where it
// is open; on those that were away, or lacked it, when a copy comes, or when they are asked for something.
#pragma once

#include <map>

#include "translators/replicate/changes.h"

namespace mortar::replicate {

class OpenObjects {
 public:
  // All outlive this.
  OpenObjects(Volume& volume, Asking& asking, Finder& finder, Changes& changes, Descriptors& descriptors)
      : volume_(volume), asking_(asking), finder_(finder), changes_(changes), descriptors_(descriptors) {}

  Task<fop::Opened> open(const Call& call, const fop::Open& open);
  Task<fop::Create::Reply> create(const Call& call, const fop::Create& create);
  Task<fop::Opened> opendir(const Call& call, const fop::Opendir& open);
  template <class Operation>
  Task<fop::Acknowledged> release(const Call& call, const Operation& release);
  // Gives back the POSIX locks of who closes it.
  Task<fop::Acknowledged> flush(const Call& call, const fop::Flush& flush);
  // A copy has come: files that are open elsewhere only may lose their names before they are asked for.
  void came(Copy copy);

 private:
  // ESTALE where it is gone: a file, where one of the `right` copies has it no more.
  template <class Operation>
  Task<fop::Opened> open_at(const Call& call, const Operation& open, Copies copies, Copies right, std::uint32_t flags);
  // To nothing, as all changes are made: under a lock, and with marks. Who opens it on a copy that is behind may have
  // opened another file of that name. Closes it where it fails.
  Task<Iatt> cut(const Call& call, Gfid gfid, Fd opened);
  // The copies that an open file is open on.
  Copies open_on(const Fd& fd) const;
  void note_opened(const Fd& fd);
  Task<> open_all_at(Copy copy);
  Task<> open_late(std::weak_ptr<Descriptor> file, Copy copy);

  Volume& volume_;
  Asking& asking_;
  Finder& finder_;
  Changes& changes_;
  Descriptors& descriptors_;
  // Files that were not opened on all copies.
  std::map<const Descriptor*, std::weak_ptr<Descriptor>> open_on_some_;
};

template <class Operation>
Task<fop::Acknowledged> OpenObjects::release(const Call& call, const Operation& release) {
  open_on_some_.erase(release.fd.open.get());
  const Copies copies = open_on(release.fd);
  co_await tried(asking_.at_each(call, release, copies));
  changes_.closed(release.gfid);
  co_await tried(descriptors_.close_former(call, release.fd));
  co_return fop::Acknowledged{};
}

}  // namespace mortar::replicate
