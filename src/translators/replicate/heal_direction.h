// Which copies of an object are right, and which are to be made like them: decided from the marks alone where they say
// something, and else from what differs. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "translators/replicate/evidence.h"

namespace mortar::replicate {

// What the copies that were heard say of one object.
struct Testimony {
  Copies heard;              // has answered; may not have the object
  Copies present;            // has it
  std::vector<Marks> marks;  // by copy
  std::vector<Iatt> iatts;
  Copies keeps_times;  // those of its users' clocks, which all copies have alike
  // Has something under the name that has no identity: not heard, but for the type.
  Copies unidentified;
};

struct Direction {
  Copies sources;  // right
  Copies sinks;    // to be made like the source
  // The one that is copied; nothing where there is nothing to do, or nobody knows what is right.
  std::optional<Copy> source;
  bool is_split_brain = false;
  bool all_are_behind = false;  // of names: all are kept, and nobody decides between two
  // Changes came to no end, so that sources may differ: these are blamed, by too few to count, or marked.
  bool is_unsettled = false;
};

// `with_data`: not the arbiter, whose content is none.
Direction direction_of_data(const Testimony& testimony, Copies with_data, const Quorum& quorum);
Direction direction_of_metadata(const Testimony& testimony, const Quorum& quorum);
// Without a copy that nobody blames all names are kept: each copy is a source and a sink.
Direction direction_of_entries(const Testimony& testimony, const Quorum& quorum);

// Who blames whom, for whoever has to decide: "all copies are blamed for a change of the content: a by b, c".
std::string split_brain_sentence(const Testimony& testimony, Slot slot, const std::vector<std::string>& names);

}  // namespace mortar::replicate
