// meta: on top of a client's graph, a directory ".meta" in the root that shows the process and its graphs
// (process.h says what is in it). Nothing lists it: who looks it up by its name finds it.
//
// Files there have no size, and are read past the kernel's cache: what one says is made when it is opened, and stays
// the same until it is closed. A few can be written to. All else that would change something is refused with EPERM.
#pragma once

#include <memory>

#include "translator/intercept.h"
#include "translators/meta/process.h"

namespace mortar {

class Meta final : public Intercept<Meta> {
 public:
  static constexpr const char* type = "meta";
  // Of a process, which outlives its graphs.
  static TranslatorMaker maker(std::shared_ptr<meta::Process> process);
  Meta(World& world, std::string name, std::shared_ptr<meta::Process> process);

  template <class Operation>
  Task<typename Operation::Reply> around(const Call& call, const Operation& operation);

 private:
  // Whether it is about something in the virtual directory, or would put another in its place.
  template <class Operation>
  bool is_inside(const Operation& operation) const;
  template <class Operation>
  Task<typename Operation::Reply> pass(const Call& call, const Operation& operation);

  Result<meta::Place> place_of(const Gfid& gfid) const;
  Iatt show(const meta::Place& place) const;

  Result<fop::Lookup::Reply> act(const fop::Lookup& lookup);
  Result<fop::Attributes> act(const fop::Stat& stat) const { return attributes(stat.gfid); }
  Result<fop::Attributes> act(const fop::Fstat& fstat) const { return attributes(fstat.gfid); }
  Result<fop::Readlink::Reply> act(const fop::Readlink& readlink) const;
  Result<fop::Opened> act(const fop::Opendir& opendir) const;
  Result<fop::Readdir::Reply> act(const fop::Readdir& readdir) const;
  Result<fop::Readdirp::Reply> act(const fop::Readdirp& readdirp) const;
  Result<fop::Opened> act(const fop::Open& open) const;
  Result<fop::Read::Reply> act(const fop::Read& read) const;
  Result<fop::Changed> act(const fop::Write& write) const;
  Result<fop::Changed> act(const fop::Truncate& truncate) const { return emptied(truncate.gfid); }
  Result<fop::Changed> act(const fop::Ftruncate& ftruncate) const { return emptied(ftruncate.gfid); }
  Result<fop::Values> act(const fop::Getxattr&) const { return failed(EOPNOTSUPP); }
  Result<fop::Values> act(const fop::Fgetxattr&) const { return failed(EOPNOTSUPP); }
  Result<fop::Acknowledged> act(const fop::Access&) const { return fop::Acknowledged{}; }
  Result<fop::Acknowledged> act(const fop::Flush&) const { return fop::Acknowledged{}; }
  Result<fop::Changed> act(const fop::Fsync& fsync) const { return unchanged(fsync.gfid); }
  Result<fop::Acknowledged> act(const fop::Fsyncdir&) const { return fop::Acknowledged{}; }
  Result<fop::Acknowledged> act(const fop::Release&) const { return fop::Acknowledged{}; }
  Result<fop::Acknowledged> act(const fop::Releasedir&) const { return fop::Acknowledged{}; }

  Result<fop::Attributes> attributes(const Gfid& gfid) const;
  Result<fop::Changed> unchanged(const Gfid& gfid) const;
  // Who redirects into a file empties it first: there is nothing to empty.
  Result<fop::Changed> emptied(const Gfid& gfid) const;
  Result<fop::Opened> opened(const meta::Place& place, std::uint32_t flags, std::string text) const;
  template <class Reply>
  Result<Reply> listed(const Gfid& gfid, std::uint64_t offset, std::uint32_t size) const;

  World& world_;
  const std::shared_ptr<meta::Process> process_;
};

}  // namespace mortar
