// The jobs of all operations, each plain file system work against a Work. Which subjects a job uses, in which order, is
// said beside it; who runs it holds the locks of those inodes (see inode_table.h).
#pragma once

#include "translators/posix/work.h"
#include "wire/file_operations.h"

namespace mortar::posix::job {

// What lies under a name now; asked before the object is locked, and checked again by the job that changes it.
// Null gfid where the entry has none or there is no such entry.
Gfid identify(const Work& work, Subject& parent, const std::string& name);

// Subjects: parent, object (its gfid as the caller knows it, or null). Nameless: object only, at place 1.
// needs_repair where what is found is not whole: lookup_repaired then, with both locked to be changed.
Result<fop::Lookup::Reply> lookup(Work& work, const fop::Lookup& request);
Result<fop::Lookup::Reply> lookup_repaired(Work& work, const fop::Lookup& request);
inline constexpr int needs_repair = EUCLEAN;

// Subjects: the object.
Result<fop::Attributes> stat(Work& work, const fop::Stat& request);
Result<fop::Attributes> fstat(Work& work, const fop::Fstat& request);
Result<fop::Changed> setattr(Work& work, const fop::Setattr& request);
Result<fop::Changed> fsetattr(Work& work, const fop::Fsetattr& request);
Result<fop::Readlink::Reply> readlink(Work& work, const fop::Readlink& request);
Result<fop::Acknowledged> access(Work& work, const fop::Access& request);
Result<fop::Statfs::Reply> statfs(Work& work, const fop::Statfs& request);

// Subjects: parent, the new object.
Result<fop::Made> mknod(Work& work, const fop::Mknod& request);
Result<fop::Made> mkdir(Work& work, const fop::Mkdir& request);
Result<fop::Made> symlink(Work& work, const fop::Symlink& request);
Result<fop::Create::Reply> create(Work& work, const fop::Create& request);
// Subjects: parent, the object that lies there.
Result<fop::Create::Reply> create_existing(Work& work, const fop::Create& request);
// Subjects: parent, the object.
Result<fop::Made> link(Work& work, const fop::Link& request);

// Subjects: parent, the object that lies there. name_moved where another lies there by now.
Result<fop::Changed> unlink(Work& work, const fop::Unlink& request);
Result<fop::Changed> rmdir(Work& work, const fop::Rmdir& request);
// Subjects: old parent, new parent (unused where it is the same), the object, what lies under the new name.
Result<fop::Rename::Reply> rename(Work& work, const fop::Rename& request);

// The name leads to another object than the one that was locked: try again with that.
inline constexpr int name_moved = ERESTART;

// Subjects: the object.
Result<fop::Opened> open(Work& work, const fop::Open& request);
Result<fop::Opened> opendir(Work& work, const fop::Opendir& request);
Result<fop::Read::Reply> read(Work& work, const fop::Read& request);
Result<fop::Changed> write(Work& work, const fop::Write& request);
Result<fop::Changed> truncate(Work& work, const fop::Truncate& request);
Result<fop::Changed> ftruncate(Work& work, const fop::Ftruncate& request);
Result<fop::Changed> fsync(Work& work, const fop::Fsync& request);
// The answer to a flush that was done already.
Result<fop::Changed> fsync_done(Work& work, const fop::Fsync& request);
Result<fop::Acknowledged> fsyncdir(Work& work, const fop::Fsyncdir& request);
Result<fop::Changed> fallocate(Work& work, const fop::Fallocate& request);
Result<fop::Changed> discard(Work& work, const fop::Discard& request);
Result<fop::Changed> zerofill(Work& work, const fop::Zerofill& request);
Result<fop::Seek::Reply> seek(Work& work, const fop::Seek& request);
Result<fop::Rchecksum::Reply> rchecksum(Work& work, const fop::Rchecksum& request);
// Subjects: source, destination (unused where it is the same).
Result<fop::CopyFileRange::Reply> copy_file_range(Work& work, const fop::CopyFileRange& request);

// Subjects: the object.
Result<fop::Acknowledged> setxattr(Work& work, const fop::Setxattr& request);
Result<fop::Acknowledged> fsetxattr(Work& work, const fop::Fsetxattr& request);
Result<fop::Values> getxattr(Work& work, const fop::Getxattr& request);
Result<fop::Values> fgetxattr(Work& work, const fop::Fgetxattr& request);
Result<fop::Acknowledged> removexattr(Work& work, const fop::Removexattr& request);
Result<fop::Acknowledged> fremovexattr(Work& work, const fop::Fremovexattr& request);
Result<fop::Values> xattrop(Work& work, const fop::Xattrop& request);
Result<fop::Values> fxattrop(Work& work, const fop::Fxattrop& request);

// Subjects: the directory. Nobody else reads from its descriptor meanwhile.
Result<fop::Readdir::Reply> readdir(Work& work, const fop::Readdir& request);
Result<fop::Readdirp::Reply> readdirp(Work& work, const fop::Readdirp& request);

}  // namespace mortar::posix::job
