// Several file operations in one call. A program of our own beside stock's, served by bricks.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "wire/programs.h"
#include "wire/xdr.h"

namespace mortar {

// What would be a call by itself.
struct SequenceStep {
  std::uint32_t procedure = 0;  // of "GlusterFS 4.x v1"
  Slice credential;             // the body of one of flavour glusterfs_3
  Slice arguments;
  friend bool operator==(const SequenceStep&, const SequenceStep&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"procedure", self.procedure}, Field{"credential", self.credential},
                      Field{"arguments", self.arguments});
  }
};

// Performed one after the other, up to the first that fails. The steps are read before the first is performed: one that
// cannot be, or may wait for somebody's lock, is answered with garbage_arguments, and nothing is done.
struct PerformSequence {
  static constexpr Program program = programs::sequences;
  static constexpr const char* name_of_operation = "PERFORM_SEQUENCE";
  static constexpr std::uint32_t number = 1;
  static constexpr std::size_t most_steps = 16;
  // The results of those that were performed; if it is not all of them, the last one is a failure.
  struct Reply {
    Chain<Slice> results;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) { return std::tuple(Field{"results", self.results}); }
  };

  Chain<SequenceStep> steps;
  friend bool operator==(const PerformSequence&, const PerformSequence&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"steps", self.steps}); }
};

using SequenceMessages = MessageList<PerformSequence>;

}  // namespace mortar
