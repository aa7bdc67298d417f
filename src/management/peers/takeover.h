// Lets in the servers that the document says are invited and that do not know it yet: those of a pool of GlusterFS that
// is taken over, and those whose probe was interrupted. One server of the pool does it, the one that leads the voters.
//
// In a pool that is taken over every server has read the same document from its own disk, and serves its bricks by it.
// The one with the smallest id founds the pool once another answers it; the others wait to be let in. Until then
// nothing is changed.
#pragma once

#include "management/peers/membership.h"
#include "management/peers/probe.h"

namespace mortar {

// A server that has read its pool from its disk, and not found the others yet.
bool waits_for_pool(const Membership& membership);

class Takeover {
 public:
  Takeover(World& world, Membership& membership, Probe probe)
      : world_(world), membership_(membership), probe_(std::move(probe)) {}

  // Again and again, as long as it lives.
  Task<> run();
  // One round.
  Task<> step();

 private:
  Task<> found();

  World& world_;
  Membership& membership_;
  Probe probe_;
};

}  // namespace mortar
