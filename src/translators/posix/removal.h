// What taking the last name of an object means for its handle.
#pragma once

#include <string>

#include "translators/posix/work.h"

namespace mortar::posix {

// The handle goes before the name does: a crash between leaves an entry without handle, which the next lookup repairs,
// not an object that nobody can name. An object that is open keeps its handle in the folder of parked ones.
class LastName {
 public:
  // Gives up the handle of the object unless it keeps another name. `links` counts the handle.
  static Result<LastName> give_up(const Work& work, Subject& object, std::uint32_t links);
  // The name is still there: the handle comes back.
  void restore(int parent, const std::string& name);
  bool was_last() const { return way_ != Way::kept; }

 private:
  enum class Way { kept, removed, parked };
  LastName(const Work& work, Subject& object, Way way) : work_(work), object_(object), way_(way) {}
  const Work& work_;
  Subject& object_;
  Way way_;
};

// Whether the request means another directory to go than the one that would.
bool is_another_to_go(const Dictionary& xdata, const Gfid& directory);

// Whether a file would lose its last name here of which the request does not want that where others lack some of its
// content.
bool is_last_that_blames(const Work& work, const FileStatus& status, const Place& place, const Dictionary& xdata);

// Removes the entry where it is a link file of distribute; says whether it did.
bool remove_link_file(const Work& work, Subject& parent, const std::string& name);
bool is_link_file(const Work& work, const FileStatus& status, const Place& place);

// Keeps a large file open beyond its removal, so that its blocks are freed where that delays nobody.
void free_late(Work& work, const FileStatus& status, const Place& place);

}  // namespace mortar::posix
