// storage/posix: where calls end on a brick. Every operation becomes a job (see jobs.h) against the brick's directory
// in the stock on-disk format; this class says which inodes a job is about, how they are locked and how heavy it is.
#pragma once

#include <memory>

#include "base/task_set.h"
#include "runtime/world.h"
#include "translator/translator.h"
#include "translator/volfile.h"
#include "translators/posix/core.h"
#include "translators/posix/fsync_batch.h"
#include "translators/posix/many_sync.h"

namespace mortar::posix {

class Posix : public Refuse {
 public:
  static constexpr const char* type = "storage/posix";
  // EINVAL with a sentence for an option out of range; the brick itself is checked at the start.
  static Result<std::unique_ptr<Translator>> make(World& world, const VolumeSection& section);

  Posix(World& world, std::string name, PosixOptions options);

  Task<> start() override;
  Task<> stop() override;
  Result<Done> reconfigure(const VolumeSection& section) override;
  void dump_state(std::string& out) const override;
  const InodeTable& inodes() const { return core_->table; }

  using Refuse::perform;
  Task<fop::Lookup::Reply> perform(const Call& call, const fop::Lookup& request) override;
  Task<fop::Attributes> perform(const Call& call, const fop::Stat& request) override;
  Task<fop::Attributes> perform(const Call& call, const fop::Fstat& request) override;
  Task<fop::Changed> perform(const Call& call, const fop::Setattr& request) override;
  Task<fop::Changed> perform(const Call& call, const fop::Fsetattr& request) override;
  Task<fop::Readlink::Reply> perform(const Call& call, const fop::Readlink& request) override;
  Task<fop::Acknowledged> perform(const Call& call, const fop::Access& request) override;
  Task<fop::Statfs::Reply> perform(const Call& call, const fop::Statfs& request) override;
  Task<fop::Made> perform(const Call& call, const fop::Mknod& request) override;
  Task<fop::Made> perform(const Call& call, const fop::Mkdir& request) override;
  Task<fop::Made> perform(const Call& call, const fop::Symlink& request) override;
  Task<fop::Create::Reply> perform(const Call& call, const fop::Create& request) override;
  Task<fop::Made> perform(const Call& call, const fop::Link& request) override;
  Task<fop::Changed> perform(const Call& call, const fop::Unlink& request) override;
  Task<fop::Changed> perform(const Call& call, const fop::Rmdir& request) override;
  Task<fop::Rename::Reply> perform(const Call& call, const fop::Rename& request) override;
  Task<fop::Opened> perform(const Call& call, const fop::Open& request) override;
  Task<fop::Opened> perform(const Call& call, const fop::Opendir& request) override;
  Task<fop::Read::Reply> perform(const Call& call, const fop::Read& request) override;
  Task<fop::Changed> perform(const Call& call, const fop::Write& request) override;
  Task<fop::Changed> perform(const Call& call, const fop::Truncate& request) override;
  Task<fop::Changed> perform(const Call& call, const fop::Ftruncate& request) override;
  Task<fop::Acknowledged> perform(const Call& call, const fop::Flush& request) override;
  Task<fop::Changed> perform(const Call& call, const fop::Fsync& request) override;
  Task<fop::Acknowledged> perform(const Call& call, const fop::Fsyncdir& request) override;
  Task<fop::Changed> perform(const Call& call, const fop::Fallocate& request) override;
  Task<fop::Changed> perform(const Call& call, const fop::Discard& request) override;
  Task<fop::Changed> perform(const Call& call, const fop::Zerofill& request) override;
  Task<fop::Seek::Reply> perform(const Call& call, const fop::Seek& request) override;
  Task<fop::Rchecksum::Reply> perform(const Call& call, const fop::Rchecksum& request) override;
  Task<fop::CopyFileRange::Reply> perform(const Call& call, const fop::CopyFileRange& request) override;
  Task<fop::Acknowledged> perform(const Call& call, const fop::Setxattr& request) override;
  Task<fop::Acknowledged> perform(const Call& call, const fop::Fsetxattr& request) override;
  Task<fop::Values> perform(const Call& call, const fop::Getxattr& request) override;
  Task<fop::Values> perform(const Call& call, const fop::Fgetxattr& request) override;
  Task<fop::Acknowledged> perform(const Call& call, const fop::Removexattr& request) override;
  Task<fop::Acknowledged> perform(const Call& call, const fop::Fremovexattr& request) override;
  Task<fop::Values> perform(const Call& call, const fop::Xattrop& request) override;
  Task<fop::Values> perform(const Call& call, const fop::Fxattrop& request) override;
  Task<fop::Readdir::Reply> perform(const Call& call, const fop::Readdir& request) override;
  Task<fop::Readdirp::Reply> perform(const Call& call, const fop::Readdirp& request) override;
  Task<fop::Acknowledged> perform(const Call& call, const fop::Release& request) override;
  Task<fop::Acknowledged> perform(const Call& call, const fop::Releasedir& request) override;

 private:
  void tell_of_bad_health(const Error& problem);
  template <class Request>
  Task<typename Request::Reply> on_object(const Call& call, const Request& request, bool exclusive, Weight weight,
                                          Core::Job<Request> job);
  template <class Request>
  Task<typename Request::Reply> on_descriptor(const Call& call, const Request& request, bool exclusive, Weight weight,
                                              Core::Job<Request> job, bool lists = false);
  template <class Request>
  Task<typename Request::Reply> make_entry(const Call& call, const Request& request, Core::Job<Request> job);
  template <class Request>
  Task<fop::Changed> remove_entry(const Call& call, const Request& request, Core::Job<Request> job);
  Task<fop::Lookup::Reply> look_up_repaired(const Call& call, const fop::Lookup& request);
  Task<fop::Create::Reply> open_existing(const Call& call, const fop::Create& request);
  Task<fop::Changed> flush_in_batch(const Call& call, const fop::Fsync& request, SubjectWishes wishes);
  Task<fop::Changed> sync_many(const fop::Fsync& request);
  Task<fop::Acknowledged> release(const Fd& fd);
  Result<SubjectWish> wish_for(const Gfid& gfid, const Fd& fd, bool exclusive) const;

  World& world_;
  std::shared_ptr<Core> core_;
  FsyncBatch batch_;
  ManySync many_;
  TaskSet chores_;  // what is done again and again
};

}  // namespace mortar::posix
