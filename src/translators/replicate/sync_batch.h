// Brings what was written to the disks of copies, before the marks go by which it would be found. Files that settle at
// the same time go to a copy in one request, where its brick knows such.
#pragma once

#include <vector>

#include "base/event.h"
#include "translators/replicate/asking.h"

namespace mortar::replicate {

class SyncBatch {
 public:
  // By copy: whether it has on its disk what was written to the file before, or has no such file. ENOTCONN of those
  // that were not asked.
  using Answers = std::vector<Result<Done>>;

  // Both outlive this.
  SyncBatch(Volume& volume, Asking& asking) : volume_(volume), asking_(asking) {}

  Task<Answers> sync(Gfid file, Copies copies);

 private:
  struct Waiting {
    Gfid file;
    Copies copies;
    Completion<Answers> synced;
  };
  Task<> sync_waiting();
  // An answer for each file.
  Task<Answers> sync_at(Copy copy, std::vector<Gfid> files);
  Task<> sync_together(Copy copy, std::vector<Gfid> files);
  Task<> sync_one(Copy copy, Gfid file);

  Volume& volume_;
  Asking& asking_;
  std::vector<Waiting> waiting_;
};

}  // namespace mortar::replicate
