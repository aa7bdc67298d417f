// How long a loop looks out for what it waits for before it lets the kernel put it to sleep. Falling asleep and being
// woken costs some microseconds on a machine of one's own and some tens on a virtual one, more than many an answer
// takes to come: on two virtual cores a mode change took 230 us with sleeping and 80 us without. Who looks out yields
// the core at every look, so it only uses what nobody else wants, and it does so only while waits prove to be short.
// A core that is looked out on takes over no work that waits at another one, so it is for a moment only, and only waits
// that a look would have met make it look out. With three bricks and a client on two cores a brick is asked for the
// next change after some 150 to 300 us: with looks of up to 200 us, rather than 100, renames and new directories take a
// sixth less time, other changes up to a tenth, for up to a tenth more processor time; with 60 chmod takes a fifth
// longer.
#pragma once

#include <algorithm>

#include "runtime/world.h"

namespace mortar {

class Patience {
 public:
  // The longest that is looked out for.
  static constexpr Duration longest = std::chrono::microseconds(200);

  // On one core whoever is waited for could not run meanwhile.
  explicit Patience(unsigned cores) : enabled_(cores > 1) {}

  bool looks_out() const { return enabled_ && credit_ > 0; }
  void looked_out(bool in_vain) { change(in_vain ? -loss : 1); }
  void slept(Duration duration) { change(duration < short_sleep ? 1 : -loss); }

 private:
  // What was slept is longer than what was waited for, by what falling asleep and being woken cost.
  static constexpr Duration short_sleep = 2 * longest;
  static constexpr int most_credit = 16;
  static constexpr int loss = 4;  // four of five waits have to be short

  void change(int by) { credit_ = std::clamp(credit_ + by, -most_credit, most_credit); }

  const bool enabled_;
  int credit_ = 0;
};

}  // namespace mortar
