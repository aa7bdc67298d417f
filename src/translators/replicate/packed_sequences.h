// Sequences that nobody waits for go to a subvolume in as few requests as they fit into: all that are handed over in
// one turn of the loop, in their order. What each performs is the same as by itself.
#pragma once

#include <map>
#include <vector>

#include "base/event.h"
#include "base/task_set.h"
#include "translator/translator.h"

namespace mortar::replicate {

class PackedSequences {
 public:
  // Outlives this.
  explicit PackedSequences(TaskSet& background) : background_(background) {}

  // Where a request fails as a whole, or a step for another reason than that its object is not there or somebody has it
  // locked, what came behind it in that request fails with it: whether it was performed is not known.
  Task<Sequence> perform_in_order(Translator& subvolume, Sequence sequence);

 private:
  struct Waiting {
    Sequence steps;
    Completion<Sequence> performed;
  };
  Task<> send(Translator& subvolume);
  // What could not be performed for what was before it.
  Task<std::vector<Waiting>> send_together(Translator& subvolume, std::vector<Waiting> together);

  TaskSet& background_;
  std::map<Translator*, std::vector<Waiting>> waiting_;
};

}  // namespace mortar::replicate
