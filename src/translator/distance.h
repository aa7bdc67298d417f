// How far away a subvolume is. The end of a graph that leads to another machine is one of these, too: whoever has
// copies on several machines can do without those that are far, and hears of it when they are near.
#pragma once

#include <functional>
#include <optional>

#include "runtime/world.h"

namespace mortar {

class Distant {
 public:
  virtual ~Distant() = default;

  // The time of a round trip: once before the subvolume says that it is up, and every few seconds from then on. Nothing
  // where it is not reached any more. An empty function ends that.
  using Told = std::function<void(std::optional<Duration>)>;
  virtual void tell_distance(Told told) = 0;
  // Resting, it is reached and measured, but not used: here it is down, and over there this client is gone, with its
  // locks and all it had open.
  virtual void rest(bool rests) = 0;
  // Known once it is up: whether it is on this very machine.
  virtual bool is_on_this_machine() const = 0;
};

}  // namespace mortar
