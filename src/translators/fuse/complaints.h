// Operations that failed for what ails the volume and not for what was asked of it: the log says why, as the kernel
// takes but a number.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <source_location>

#include "base/result.h"
#include "runtime/world.h"

namespace mortar::fuse {

class Complaints {
 public:
  explicit Complaints(World& world) : world_(world) {}

  // `where`: the callback that the operation came by. Of each kind one line a second, that tells of the others.
  void note(const Error& error, std::source_location where);

 private:
  struct Kind {
    int number;
    std::optional<Instant> said_last = {};
    std::uint64_t unsaid = 0;
  };

  World& world_;
  std::array<Kind, 3> kinds_{{{EIO}, {ENOTCONN}, {ETIMEDOUT}}};
};

}  // namespace mortar::fuse
