// Gives commands to servers of a pool by chance, and what administrators have to do by themselves after faults.
#pragma once

#include "base/random.h"
#include "pool_under_test.h"

namespace mortar::sim {

class RandomAdministrator {
 public:
  RandomAdministrator(PoolUnderTest& pool, Random random) : pool_(pool), random_(random) {}

  // The first probes others, so many that there are these in its pool.
  void form_pool(std::size_t servers);
  // Begins one on a server that takes commands; null where there is none.
  CommandUnderTest* command();
  // One step of it, where there is something to do: an invitation that was not heard is repeated, a server that has
  // lost everything is detached.
  void repair();
  // A change that every pool takes.
  Intent mark_pool();

 private:
  Intent some_intent(Management& management);
  Intent create(Management& management);
  Intent of_volume(Management& management);
  // By name or by address.
  std::string some_name(ServerUnderTest& server);
  std::string mark() { return std::to_string(++marks_); }

  PoolUnderTest& pool_;
  Random random_;
  std::uint64_t marks_ = 1000;
  std::uint64_t volumes_ = 0;
};

}  // namespace mortar::sim
