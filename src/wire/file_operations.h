// The file operations: each is a value, declared once (in the families under fop/). The same type is what the wire
// carries (program "GlusterFS 4.x v1", 1298437 version 400), what translators pass on, and what statistics, tracing and
// the tests derive from.
//
// `number` is the procedure on the wire; members stand in wire order. `stamps` says which times the utime translator
// asks the brick to set.
#pragma once

#include "wire/fop/attributes.h"
#include "wire/fop/data.h"
#include "wire/fop/directories.h"
#include "wire/fop/entries.h"
#include "wire/fop/locks.h"

namespace mortar::fop {

template <class... Operations>
struct OperationList {};

template <class Operation, class... Others>
inline constexpr bool is_one_of = (std::is_same_v<Operation, Others> || ...);

// Every operation, in order of number.
using AllOperations =
    OperationList<Stat, Readlink, Mknod, Mkdir, Unlink, Rmdir, Symlink, Rename, Link, Truncate, Open, Read, Write,
                  Statfs, Flush, Fsync, Setxattr, Getxattr, Removexattr, Opendir, Fsyncdir, Access, Create, Ftruncate,
                  Fstat, Lk, Lookup, Readdir, Inodelk, Finodelk, Entrylk, Fentrylk, Xattrop, Fxattrop, Fgetxattr,
                  Fsetxattr, Rchecksum, Setattr, Fsetattr, Readdirp, Release, Releasedir, Fremovexattr, Fallocate,
                  Discard, Zerofill, Ipc, Seek, Lease, GetActiveLocks, SetActiveLocks, Icreate, Namelink, Put,
                  CopyFileRange>;

// Calls visit.template operator()<Operation>() for each.
template <class Visitor, class... Operations>
constexpr void for_each_operation(Visitor&& visit, OperationList<Operations...>) {
  (visit.template operator()<Operations>(), ...);
}
template <class Visitor>
constexpr void for_each_operation(Visitor&& visit) {
  for_each_operation(visit, AllOperations{});
}

}  // namespace mortar::fop
