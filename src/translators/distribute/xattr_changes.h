// Setting and removing extended attributes. A file has them where it is; of a directory every subvolume has a copy.
#pragma once

#include "translators/distribute/commands.h"
#include "translators/cluster/descriptors.h"
#include "translators/distribute/files.h"
#include "translators/distribute/volume.h"

namespace mortar::distribute {

class XattrChanges {
 public:
  // All outlive this.
  XattrChanges(Volume& volume, Descriptors& descriptors, Files& files, Commands& commands)
      : volume_(volume), descriptors_(descriptors), files_(files), commands_(commands) {}

  Task<fop::Acknowledged> on_file(const Call& call, const fop::Setxattr& set, Place place);
  Task<fop::Acknowledged> on_file(const Call& call, const fop::Fsetxattr& set, Place place);
  Task<fop::Acknowledged> on_file(const Call& call, const fop::Removexattr& remove, Place place);
  Task<fop::Acknowledged> on_file(const Call& call, const fop::Fremovexattr& remove, Place place);

  Task<fop::Acknowledged> on_directory(const Call& call, const fop::Setxattr& set, DirectoryPointer directory);
  Task<fop::Acknowledged> on_directory(const Call& call, const fop::Fsetxattr& set, DirectoryPointer directory);
  Task<fop::Acknowledged> on_directory(const Call& call, const fop::Removexattr& remove, DirectoryPointer directory);
  Task<fop::Acknowledged> on_directory(const Call& call, const fop::Fremovexattr& remove, DirectoryPointer directory);

 private:
  template <class Operation>
  bool may_change(const Call& call, const Operation& change) const;
  template <class Operation>
  Task<fop::Acknowledged> change_file_xattrs(const Call& call, const Operation& change, Place place);
  template <class Operation>
  Task<fop::Acknowledged> change_xattrs(const Call& call, const Operation& change, DirectoryPointer directory);
  template <class Operation>
  Task<fop::Acknowledged> change_everywhere(const Call& call, const Operation& change, DirectoryPointer directory);
  template <class Operation>
  Task<fop::Acknowledged> change_root(const Call& call, const Operation& change, DirectoryPointer directory);
  template <class Operation>
  Task<fop::Acknowledged> change_marked(const Call& call, const Operation& change, DirectoryPointer directory);
  // Adds to the leader's count of changes that the others may lack.
  template <class Operation>
  Task<> mark_leader(const Call& call, const Operation& change, Place leader, std::int32_t number);
  template <class Operation>
  Task<> unmark_leader(const Call& call, const Operation& change, Place leader);

  Volume& volume_;
  Descriptors& descriptors_;
  Files& files_;
  Commands& commands_;
};

}  // namespace mortar::distribute
