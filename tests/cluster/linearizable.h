// Whether what was seen of one register can have happened: there must be an order of the events, each somewhere between
// its begin and its end, in which every one of them finds what it requires.
//
// A register is whatever has one value at a time: what a name leads to, a mode, an extended attribute, a block of a
// file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/gfid.h"

namespace mortar::sim {

// Any 16 bytes. All zero stands for "nothing".
using RegisterValue = Gfid;
inline constexpr RegisterValue dead = fixed_gfid(255);
// A point in the one order in which everything of a simulation happens.
using Tick = std::uint64_t;
inline constexpr Tick never = ~Tick{0};

struct RegisterEvent {
  // Vacant: nothing, but something may come. What is dead is nothing and stays so. Another: than that which is required.
  enum class Requires { anything, nothing, vacant, something, value, another };

  Tick begin = 0;
  Tick end = never;
  Requires requires_ = Requires::anything;
  RegisterValue required;
  // What it leaves behind; none: what it found. Several: one of them, or what it found (a crash).
  std::vector<RegisterValue> leaves;
  bool is_choice = false;
  // Not: it may have happened or not (nobody heard the answer).
  bool is_certain = true;
  bool is_making = false;  // of what the register belongs to
  std::string what;        // for people
};

// The event at whose end no order is left; nothing where all is well, or where so much is uncertain that thousands of
// orders are left. `start` is the value before all events; none:
// any value.
std::optional<std::size_t> first_impossible(std::vector<RegisterEvent> events, RegisterValue start);

// The values that the register may have had at any time between two ticks.
std::vector<RegisterValue> possible_values(const std::vector<RegisterEvent>& events, RegisterValue start, Tick from,
                                           Tick to);

}  // namespace mortar::sim
