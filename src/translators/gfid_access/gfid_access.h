// features/gfid-access: on top of a client's graph, a directory ".gfid" in the root in which every object is found by
// the text of its gfid (mount option aux-gfid-mount). Nothing lists it, and no name can be made or removed in it.
//
// A file found there is the file itself. A directory is found under an alias, as a directory that cannot be listed;
// attributes and names in it are those of the directory it stands for. New names get into it by an extended attribute
// only, which tells their identities (entry_requests.h).
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "runtime/world.h"
#include "translator/graph.h"
#include "translator/translator.h"
#include "translators/gfid_access/directory_aliases.h"

namespace mortar {

class GfidAccess final : public PassOn {
 public:
  static Result<std::unique_ptr<Translator>> make(World& world, const VolumeSection& section);
  GfidAccess(std::string name, Gfid key) : PassOn(std::move(name)), aliases_(key) {}

  using PassOn::perform;
  Task<fop::Lookup::Reply> perform(const Call& call, const fop::Lookup& lookup) override;

  Task<fop::Made> perform(const Call& call, const fop::Mknod& mknod) override;
  Task<fop::Made> perform(const Call& call, const fop::Mkdir& mkdir) override;
  Task<fop::Made> perform(const Call& call, const fop::Symlink& symlink) override;
  Task<fop::Create::Reply> perform(const Call& call, const fop::Create& create) override;
  Task<fop::Made> perform(const Call& call, const fop::Link& link) override;
  Task<fop::Changed> perform(const Call& call, const fop::Unlink& unlink) override;
  Task<fop::Changed> perform(const Call& call, const fop::Rmdir& rmdir) override;
  Task<fop::Rename::Reply> perform(const Call& call, const fop::Rename& rename) override;

  Task<fop::Attributes> perform(const Call& call, const fop::Stat& stat) override;
  Task<fop::Changed> perform(const Call& call, const fop::Setattr& setattr) override;
  Task<fop::Values> perform(const Call& call, const fop::Getxattr& getxattr) override;
  Task<fop::Acknowledged> perform(const Call& call, const fop::Removexattr& removexattr) override;
  Task<fop::Acknowledged> perform(const Call& call, const fop::Setxattr& setxattr) override;
  Task<fop::Acknowledged> perform(const Call& call, const fop::Fsetxattr& fsetxattr) override;
  Task<fop::Opened> perform(const Call& call, const fop::Opendir& opendir) override;
  Task<fop::Acknowledged> perform(const Call& call, const fop::Access& access) override;
  Task<fop::Statfs::Reply> perform(const Call& call, const fop::Statfs& statfs) override;

  // An object that the kernel knows twice is to be forgotten twice.
  void notified(const Notice& notice, Translator& child) override;
  void dump_state(std::string& out) const override;

 private:
  // What an alias stands for; all else as it is.
  Gfid real(const Gfid& gfid) { return aliases_.directory_of(gfid).value_or(gfid); }
  // Why no entry of that name can be made, removed or moved; 0: it can.
  int refusal(const Gfid& parent, std::string_view name);

  template <class Operation>
  Task<typename Operation::Reply> make_entry(const Call& call, const Operation& operation);
  template <class Operation>
  Task<typename Operation::Reply> remove(const Call& call, const Operation& operation);
  template <class Operation>
  Task<typename Operation::Reply> on_object(const Call& call, const Operation& operation);
  template <class Operation>
  Task<typename Operation::Reply> on_any(const Call& call, const Operation& operation);

  // An operation that was changed, and lives here for that.
  template <class Operation>
  Task<typename Operation::Reply> perform_changed(const Call& call, Operation operation);
  // The same on the directory of an alias; attributes that come back are shown as the alias'.
  template <class Operation>
  Task<typename Operation::Reply> perform_on_directory(const Call& call, Operation operation, Gfid directory);

  Task<fop::Lookup::Reply> look_up_virtual_directory(const Call& call);
  Task<fop::Lookup::Reply> look_up_object(const Call& call, fop::Lookup lookup);
  Task<fop::Acknowledged> make_new_entry(const Call& call, Gfid directory, Slice request, Dictionary xdata);
  Task<fop::Acknowledged> heal_entry(const Call& call, Gfid directory, Slice request, Dictionary xdata);

  DirectoryAliases aliases_;
};

}  // namespace mortar
