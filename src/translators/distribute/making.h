// New files: made where their name hashes to, or, where that is full, elsewhere with a link file there.
#pragma once

#include "translators/cluster/descriptors.h"
#include "translators/distribute/finder.h"
#include "translators/distribute/link_files.h"
#include "translators/distribute/usage.h"
#include "translators/distribute/volume.h"

namespace mortar::distribute {

class FileMaker {
 public:
  // All outlive this.
  FileMaker(Volume& volume, Usage& usage, LinkFiles& link_files, Finder& finder, Descriptors& descriptors)
      : volume_(volume), usage_(usage), link_files_(link_files), finder_(finder), descriptors_(descriptors) {}

  Task<fop::Create::Reply> create(const Call& call, const fop::Create& create);
  Task<fop::Made> mknod(const Call& call, const fop::Mknod& mknod);
  Task<fop::Made> symlink(const Call& call, const fop::Symlink& symlink);

 private:
  // The steps are the same for everything that is no directory. `place`: where it is.
  template <class Operation>
  Task<typename Operation::Reply> make_file(const Call& call, const Operation& operation, Place& place);
  template <class Operation>
  Task<typename Operation::Reply> make_file_once(const Call& call, const Operation& operation, Place& place);
  template <class Operation>
  Task<typename Operation::Reply> lock_and_make_elsewhere(const Call& call, const Operation& operation, NamePlace at,
                                                          Place place, LockSet& locks);
  template <class Operation>
  Task<fop::Made> make_unopened(const Call& call, const Operation& operation);
  Task<fop::Create::Reply> open_behind_link_file(const Call& call, const fop::Create& create,
                                                 Result<fop::Create::Reply> made, Place& place);
  Task<fop::Create::Reply> open_existing(const Call& call, const fop::Create& create, const fop::Lookup::Reply& found,
                                         Place place);

  Volume& volume_;
  Usage& usage_;
  LinkFiles& link_files_;
  Finder& finder_;
  Descriptors& descriptors_;
};

}  // namespace mortar::distribute
