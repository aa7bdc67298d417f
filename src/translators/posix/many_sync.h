// Brings the content of many files to the disk, as it is asked for where changes of copies settle. Where the file
// system does that well as a whole it is told so once for all of them; else one worker does one after the other. What
// is asked for meanwhile waits, and is done together.
#pragma once

#include <memory>
#include <vector>

#include "base/event.h"
#include "base/task_set.h"
#include "runtime/world.h"
#include "translators/posix/work.h"

namespace mortar::posix {

class ManySync {
 public:
  explicit ManySync(World& world) : world_(world) {}

  // Ends when all that was written to them before is on the disk. Files that are not there are passed by.
  Task<> sync(std::shared_ptr<const Brick> brick, std::shared_ptr<const PosixOptions> options, std::vector<Gfid> files);

 private:
  struct Waiting {
    std::vector<Gfid> files;
    Completion<Done> synced;
  };
  Task<> sync_waiting(std::shared_ptr<const Brick> brick, std::shared_ptr<const PosixOptions> options);

  World& world_;
  std::vector<Waiting> waiting_;
  bool is_syncing_ = false;
  TaskSet running_;
};

}  // namespace mortar::posix
