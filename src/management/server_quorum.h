// Whether this server sees enough servers of its pool for volumes that ask for it (pool/server_quorum.h).
#pragma once

#include <functional>

#include "base/event.h"
#include "base/task_set.h"
#include "management/peers/membership.h"

namespace mortar {

class ServerQuorum {
 public:
  // `changed` is called when bricks may have to end or to start.
  ServerQuorum(World& world, Membership& membership, std::function<void()> changed);

  void begin() { looking_.start(look()); }
  // Right after a start the others have not had the time to answer.
  Task<> known() { return known_.wait(); }
  // Whether bricks of the volume may run. A server that is silent for a moment does not end them.
  bool allows(const Volume& volume) const;
  // EAGAIN in stock's words where the volume may not be changed now; null: a change of the pool's servers.
  Result<Done> check(const Volume* volume) const;

 private:
  bool is_met() const;
  Task<> look();

  World& world_;
  Membership& membership_;
  const std::function<void()> changed_;
  bool met_ = true;
  Event known_;
  TaskSet looking_;
};

}  // namespace mortar
