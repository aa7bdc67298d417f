// cluster/distribute: one volume over many subvolumes. A file is on the subvolume that its name hashes to in the layout
// of its directory; directories are on all of them. Where a file had to stay elsewhere (it was renamed, linked, or its
// subvolume was full) a link file stands where its name hashes to, and names the subvolume that has the data.
//
// This is the translator, which hands each operation to the part that knows it. Of the parts, each uses only those
// above it (and small headers of values):
//
//   layout.h, name_hash.h      where names hash to
//   memory.h                   what is known of objects
//   volume.h                   the subvolumes, which of them are there, the options, what is known: what all share
//   name_locks.h               the locks of names; rename_locks.h, several at once
//   link_files.h               making and removing link files
//   usage.h, free_space.h      statfs and what follows from free space
//   layouts.h                  giving layouts to directories
//   copies.h, heal_copies.h    what the copies of a directory say; making them alike
//   finder.h, standing.h       lookup: objects, names, directories; heals what it finds
//
//   making.h                   create, mknod, symlink;  mkdir.h
//   removal.h                  unlink;                  rmdir.h, emptiness.h
//   rename.h                   rename;                  link.h
//   listing.h                  readdir and readdirp
//   open_objects.h             open and release
//   files.h                    all else that is asked of a file
//   directory_attributes.h     of directories
//   xattr_changes.h, xattr_reads.h
//   layout_check.h             bricks that know better where a name belongs
//   commands.h                 what an extended attribute that is set tells distribute to do
//
// All locks are those of stock clients, so that both keep out of each other's way. Only that of moves of directories
// stock does not have.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/task_set.h"
#include "runtime/world.h"
#include "translator/graph.h"
#include "translator/intercept.h"
#include "translators/distribute/directory_attributes.h"
#include "translators/distribute/emptiness.h"
#include "translators/distribute/finder.h"
#include "translators/distribute/link.h"
#include "translators/distribute/making.h"
#include "translators/distribute/mkdir.h"
#include "translators/distribute/open_objects.h"
#include "translators/distribute/removal.h"
#include "translators/distribute/rmdir.h"
#include "translators/distribute/xattr_changes.h"
#include "translators/distribute/xattr_reads.h"

namespace mortar {

class Distribute final : public Intercept<Distribute> {
 public:
  // One subvolume needs no distribute: the result is a SoleSubvolume.
  static Result<std::unique_ptr<Translator>> make(World& world, const VolumeSection& section);
  Distribute(World& world, std::string name, DistributeOptions options, NameHash hash);
  ~Distribute() override;

  Task<> start() override;
  Task<> stop() override;
  void notified(const Notice& notice, Translator& child) override;
  Result<Done> reconfigure(const VolumeSection& section) override;
  void dump_state(std::string& out) const override;

  template <class Operation>
  Task<typename Operation::Reply> around(const Call& call, const Operation& operation);

 private:
  // ---- Operations with a part of their own; each goes there.
  Task<fop::Lookup::Reply> act(const Call& call, const fop::Lookup& lookup);
  Task<fop::Create::Reply> act(const Call& call, const fop::Create& create);
  Task<fop::Made> act(const Call& call, const fop::Mknod& mknod);
  Task<fop::Made> act(const Call& call, const fop::Symlink& symlink);
  Task<fop::Made> act(const Call& call, const fop::Mkdir& mkdir);
  Task<fop::Changed> act(const Call& call, const fop::Unlink& unlink);
  Task<fop::Changed> act(const Call& call, const fop::Rmdir& rmdir);
  Task<fop::Rename::Reply> act(const Call& call, const fop::Rename& rename);
  Task<fop::Made> act(const Call& call, const fop::Link& link);
  Task<fop::Opened> act(const Call& call, const fop::Open& open);
  Task<fop::Opened> act(const Call& call, const fop::Opendir& open);
  Task<fop::Acknowledged> act(const Call& call, const fop::Release& release);
  Task<fop::Acknowledged> act(const Call& call, const fop::Releasedir& release);
  Task<fop::CopyFileRange::Reply> act(const Call& call, const fop::CopyFileRange& copy);
  Task<fop::Readdir::Reply> act(const Call& call, const fop::Readdir& readdir);
  Task<fop::Readdirp::Reply> act(const Call& call, const fop::Readdirp& readdir);
  Task<fop::Statfs::Reply> act(const Call& call, const fop::Statfs& statfs);
  Task<fop::Acknowledged> act(const Call& call, const fop::Ipc& ipc);

  // ---- All others are about one object.
  template <class Operation>
  Task<typename Operation::Reply> on_object(const Call& call, const Operation& operation);
  template <class Operation>
  Task<Where> find_subject(const Call& call, const Operation& operation);
  template <class Operation>
  Task<typename Operation::Reply> on_file(const Call& call, const Operation& operation, Place place);
  template <class Operation>
  Task<typename Operation::Reply> on_directory(const Call& call, const Operation& operation,
                                               DirectoryPointer directory);

  bool is_up_ = false;
  std::vector<bool> decided_;  // whether it is known of a subvolume if it is there

  // Each refers to some of those above it.
  distribute::Volume volume_;
  Descriptors descriptors_{*this};
  distribute::LinkFiles link_files_{volume_};
  distribute::Usage usage_{volume_};
  distribute::Layouts layouts_{volume_, usage_};
  distribute::CopyHealer copy_healer_{volume_};
  distribute::Finder finder_{volume_, link_files_, copy_healer_, layouts_};

  distribute::FileMaker file_maker_{volume_, usage_, link_files_, finder_, descriptors_};
  distribute::Linker linker_{volume_, link_files_, finder_};
  distribute::FileRemover file_remover_{volume_, link_files_, finder_};
  distribute::DirectoryMaker directory_maker_{volume_, usage_, layouts_, finder_};
  distribute::Emptiness emptiness_{volume_, link_files_, finder_};
  distribute::DirectoryRemover directory_remover_{volume_, finder_, copy_healer_, emptiness_};

  distribute::OpenObjects open_objects_{volume_, finder_, descriptors_};
  distribute::Files files_{finder_, link_files_, descriptors_};
  distribute::DirectoryAttributes directory_attributes_{volume_, descriptors_};
  distribute::Commands commands_{volume_, layouts_, finder_};
  distribute::XattrChanges xattr_changes_{volume_, descriptors_, files_, commands_};
  distribute::XattrReads xattr_reads_{volume_, descriptors_, files_};

  // What nobody waits for; ends before what it uses.
  TaskSet background_;
};

}  // namespace mortar
