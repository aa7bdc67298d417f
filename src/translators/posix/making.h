// The steps every new name takes, in the order that lets a crash between any two be repaired: the entry, its owner, its
// attributes, its identity, and last the handle that makes it findable. An entry without identity is healed by the next
// lookup, one without handle as well.
#pragma once

#include <cstdint>
#include <string>

#include "translators/posix/work.h"
#include "wire/file_operations.h"

namespace mortar::posix {

struct Making {
  Subject& object;
  Subject& parent;
  std::string name;
  Iatt parent_before;
  Place place;  // of the new object, once it is made
  bool is_directory = false;
  std::uint32_t mode = 0;
};

// Checks name, space, identity and the parent, and observes the parent. The object's gfid is that of the request.
Result<Making> begin_making(const Work& work, Subject& parent, Subject& object, const std::string& name,
                            const Dictionary& xdata);
std::uint32_t masked_file_mode(const PosixOptions& options, std::uint32_t mode);
std::uint32_t masked_directory_mode(const PosixOptions& options, std::uint32_t mode);

// Owner, attributes, identity, handle; where one of them fails the entry is taken away again.
Result<Done> dress(const Work& work, Making& making, const Dictionary& xdata);
// The reply of an operation that made an entry.
Result<fop::Made> finish_making(const Work& work, Making& making);

// Records one more name at a file, in the forms that are switched on.
Result<Done> record_name(const Work& work, const Place& place, const Gfid& parent, const std::string& name);
// Takes that record away. What is not there is no failure.
Result<Done> forget_name(const Work& work, const Place& place, const Gfid& parent, const std::string& name);
// Of a file that has lost its last name.
Result<Done> forget_all_names(const Work& work, const Place& place);

// The error of a caller whose view of the parent is out of date, where it asked for that check.
Result<Done> check_parent_attribute(const Work& work, const Subject& parent, const Dictionary& xdata);
// The attributes of the parent before; where the open directory was removed behind our back it is looked for again.
Result<Iatt> observe_parent(const Work& work, Subject& parent);

}  // namespace mortar::posix
