// features/access-control: who may do what, by mode and access list, for callers that are neither root nor internal.
//
// Nothing is kept in memory: bricks change under the feet of a cache. What a check needs is asked of the translator
// below, in one operation an object. Calls of root pass without a question.
//
// New objects take the default list of their directory, else the caller's umask. For root the file system below does
// the former by itself; only where a umask is still to be applied must the directory be asked.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "runtime/world.h"
#include "translator/graph.h"
#include "translators/access_control/access_list.h"

namespace mortar {

class AccessControl : public PassOn {
 public:
  using PassOn::PassOn;
  using PassOn::perform;

  Task<fop::Lookup::Reply> perform(const Call& call, const fop::Lookup& lookup) override;
  Task<fop::Readdirp::Reply> perform(const Call& call, const fop::Readdirp& readdirp) override;
  Task<fop::Access::Reply> perform(const Call& call, const fop::Access& access) override;
  Task<fop::Open::Reply> perform(const Call& call, const fop::Open& open) override;
  Task<fop::Opendir::Reply> perform(const Call& call, const fop::Opendir& opendir) override;
  Task<fop::Truncate::Reply> perform(const Call& call, const fop::Truncate& truncate) override;
  Task<fop::Read::Reply> perform(const Call& call, const fop::Read& read) override;
  Task<fop::Write::Reply> perform(const Call& call, const fop::Write& write) override;
  Task<fop::Ftruncate::Reply> perform(const Call& call, const fop::Ftruncate& truncate) override;

  Task<fop::Mknod::Reply> perform(const Call& call, const fop::Mknod& mknod) override;
  Task<fop::Mkdir::Reply> perform(const Call& call, const fop::Mkdir& mkdir) override;
  Task<fop::Create::Reply> perform(const Call& call, const fop::Create& create) override;
  Task<fop::Symlink::Reply> perform(const Call& call, const fop::Symlink& symlink) override;
  Task<fop::Link::Reply> perform(const Call& call, const fop::Link& link) override;
  Task<fop::Unlink::Reply> perform(const Call& call, const fop::Unlink& unlink) override;
  Task<fop::Rmdir::Reply> perform(const Call& call, const fop::Rmdir& rmdir) override;
  Task<fop::Rename::Reply> perform(const Call& call, const fop::Rename& rename) override;

  Task<fop::Setattr::Reply> perform(const Call& call, const fop::Setattr& set) override;
  Task<fop::Fsetattr::Reply> perform(const Call& call, const fop::Fsetattr& set) override;
  Task<fop::Setxattr::Reply> perform(const Call& call, const fop::Setxattr& set) override;
  Task<fop::Fsetxattr::Reply> perform(const Call& call, const fop::Fsetxattr& set) override;
  Task<fop::Getxattr::Reply> perform(const Call& call, const fop::Getxattr& get) override;
  Task<fop::Fgetxattr::Reply> perform(const Call& call, const fop::Fgetxattr& get) override;
  Task<fop::Removexattr::Reply> perform(const Call& call, const fop::Removexattr& remove) override;
  Task<fop::Fremovexattr::Reply> perform(const Call& call, const fop::Fremovexattr& remove) override;

 private:
  // What a decision needs to know of an object.
  struct Facts {
    Iatt iatt;
    std::optional<access::AccessList> list;
    std::optional<access::AccessList> default_list;

    bool permit(const Call& call, std::uint32_t wanted) const;
  };

  Task<Facts> facts_of(const Call& call, Gfid gfid);
  // EACCES where the caller has not all the permissions.
  Task<> require(const Call& call, Gfid gfid, std::uint32_t wanted);
  // Write and execute on the directory and, where it is sticky, ownership of it or of the entry.
  Task<> require_entry(const Call& call, Gfid directory, std::string entry);

  template <class Operation>
  Task<typename Operation::Reply> checked(const Call& call, const Operation& operation, Gfid gfid,
                                          std::uint32_t wanted);
  Task<fop::Lookup::Reply> look_up(const Call& call, const fop::Lookup& lookup);
  Task<fop::Readdirp::Reply> list(const Call& call, const fop::Readdirp& readdirp);
  template <class Operation>
  Task<typename Operation::Reply> making(const Call& call, const Operation& operation);
  template <class Operation>
  Task<typename Operation::Reply> removing(const Call& call, const Operation& operation);
  template <class Operation>
  Task<typename Operation::Reply> setting(const Call& call, const Operation& operation);
  template <class Operation>
  Task<typename Operation::Reply> setting_xattrs(const Call& call, const Operation& operation);
  template <class Operation>
  Task<typename Operation::Reply> removing_xattr(const Call& call, const Operation& operation);
};

Result<std::unique_ptr<Translator>> make_access_control(World& world, const VolumeSection& section);

}  // namespace mortar
