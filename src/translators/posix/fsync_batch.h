// Flushes that may be batched: those that arrive within a delay are done together, in the way the volume chose.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/event.h"
#include "base/task_set.h"
#include "runtime/world.h"
#include "translators/posix/work.h"

namespace mortar::posix {

class FsyncBatch {
 public:
  explicit FsyncBatch(World& world) : world_(world) {}

  // Whether the options ask for batches; a flush by itself is as good otherwise.
  static bool is_wanted(const PosixOptions& options);
  // Ends when the file's data is on the disk.
  Task<> flush(std::shared_ptr<const PosixOptions> options, std::shared_ptr<OpenFile> file);

 private:
  struct Waiting {
    std::shared_ptr<OpenFile> file;
    Completion<Done> flushed;
  };
  Task<> collect(std::shared_ptr<const PosixOptions> options);

  World& world_;
  std::vector<Waiting> waiting_;
  TaskSet running_;
};

}  // namespace mortar::posix
