// What a change needs: of which objects, which bytes or names, and in which slot of the marks it counts.
#pragma once

#include <type_traits>
#include <vector>

#include "translators/replicate/holds.h"

namespace mortar::replicate {

// In the order in which they are taken, which is one for all.
using Plan = std::vector<Part>;

Part bytes_of_file(const Gfid& gfid, std::uint64_t first, std::uint64_t length);
Part from_byte_on(const Gfid& gfid, std::uint64_t first);
Part attributes_of(const Gfid& gfid);
Part names_in(const Gfid& directory, std::vector<std::string> names);
// The directory is to be removed: nobody is to put anything into it meanwhile.
Part emptiness_of(const Gfid& directory);
// A directory gets into another one: nobody else is to do the same, for whether it may depends on all directories above
// those that are locked.
Part moves_of_directories();
// Sorted, and what is about one object made one part.
Plan in_order(std::vector<Part> parts);

template <class Operation>
concept ChangesContent = std::is_same_v<Operation, fop::Write> || std::is_same_v<Operation, fop::Truncate> ||
    std::is_same_v<Operation, fop::Ftruncate> || std::is_same_v<Operation, fop::Fallocate> ||
    std::is_same_v<Operation, fop::Discard> || std::is_same_v<Operation, fop::Zerofill>;

template <class Operation>
concept ChangesAttributes = std::is_same_v<Operation, fop::Setattr> || std::is_same_v<Operation, fop::Fsetattr> ||
    std::is_same_v<Operation, fop::Setxattr> || std::is_same_v<Operation, fop::Fsetxattr> ||
    std::is_same_v<Operation, fop::Removexattr> || std::is_same_v<Operation, fop::Fremovexattr> ||
    std::is_same_v<Operation, fop::Xattrop> || std::is_same_v<Operation, fop::Fxattrop>;

template <class Operation>
concept RemovesName = std::is_same_v<Operation, fop::Unlink> || std::is_same_v<Operation, fop::Rmdir> ||
                      std::is_same_v<Operation, fop::Rename>;

template <class Operation>
concept MakesEntry = std::is_same_v<Operation, fop::Create> || std::is_same_v<Operation, fop::Mknod> ||
    std::is_same_v<Operation, fop::Mkdir> || std::is_same_v<Operation, fop::Symlink>;

template <ChangesContent Operation>
Plan plan_of(const Operation& change) {
  if constexpr (std::is_same_v<Operation, fop::Write>) {
    const bool appends = change.fd.open && (change.fd.open->flags & open_flag::append) != 0;
    return {appends ? from_byte_on(change.gfid, 0) : bytes_of_file(change.gfid, change.offset, change.size)};
  } else if constexpr (requires { change.offset; }) {
    return {bytes_of_file(change.gfid, change.offset, change.size)};
  } else {
    return {from_byte_on(change.gfid, change.size)};
  }
}

template <ChangesAttributes Operation>
Plan plan_of(const Operation& change) {
  return {attributes_of(change.gfid)};
}

template <MakesEntry Operation>
Plan plan_of(const Operation& change) {
  return {names_in(change.parent, {change.name})};
}

inline Plan plan_of(const fop::Unlink& unlink) { return {names_in(unlink.parent, {unlink.name})}; }
inline Plan plan_of(const fop::Link& link) { return {names_in(link.new_parent, {link.new_name})}; }

}  // namespace mortar::replicate
