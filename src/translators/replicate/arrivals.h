// Copies that come and go. One that comes may have lost what it had changed last, where its machine went down: that
// shows in the epoch that it tells (translators/index/unwritten_changes.h). The others are told of it, and blame it for
// what they remember, before it counts as being there. One that goes is told of to the others, so that they go on
// remembering.
//
// Bricks of GlusterFS know nothing of that: they are there at once.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "translators/replicate/asking.h"

namespace mortar::replicate {

class Arrivals {
 public:
  // `arrived` is called when a copy that came may be used. The others outlive this.
  Arrivals(Volume& volume, Asking& asking, std::function<void(Copy)> arrived)
      : volume_(volume), asking_(asking), arrived_(std::move(arrived)) {}

  void comes(Copy copy);
  void goes(Copy copy);

 private:
  struct Visit {
    std::uint32_t number = 0;     // of those of the copy
    std::optional<Gfid> epoch{};  // since it has told it
  };

  bool tells_epochs(Copy copy) const { return volume_.subvolume(copy).knows_sequences(); }
  Task<> receive(Copy copy, std::uint32_t number);
  Task<Gfid> ask_for_epoch(Copy copy);
  // Whether the others have heard of it, and it of them.
  Task<bool> tell_of(Copy copy, Copies others);
  Task<> tell_of_arrival(Copy to, Copy about, Gfid epoch);
  Task<> tell_of_loss(Copy to, Copy about, Gfid epoch);

  Volume& volume_;
  Asking& asking_;
  std::function<void(Copy)> arrived_;
  std::vector<Visit> visits_ = std::vector<Visit>(most_copies);
};

}  // namespace mortar::replicate
