// A brick served by storage/posix over a simulated disk: started, worked on, stopped by a power cut, started again.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "simulation/simulation.h"
#include "translators/posix/checker.h"
#include "translators/posix/posix.h"

namespace mortar::sim {

inline constexpr const char* brick_directory = "/bricks/b1";
Gfid brick_volume_id();
// The n-th gfid of a test.
Gfid test_gfid(std::uint8_t number);

class BrickUnderTest {
 public:
  // A disk with an empty brick, as the management daemon prepares it.
  static DiskState empty_disk();

  BrickUnderTest(std::uint64_t seed, const DiskState& disk);
  ~BrickUnderTest();

  // The sentence of what went wrong, else empty.
  std::string start();
  void stop();

  // One operation by an ordinary client, now.
  template <class Operation>
  Result<typename Operation::Reply> perform(const Operation& operation);

  // Looks up every name there is, as a client does that walks the tree, and what they lead to by gfid; then everything
  // that a gfid leads to, as clients do that still know it. The sentences of what went wrong with the names.
  std::vector<std::string> look_up_everything();
  // What the checker says, and what looking up said.
  std::vector<std::string> inconsistencies();

  SimulatedFileSystem& disk() { return host_.disk(); }
  Simulation& simulation() { return simulation_; }

 private:
  void look_up_handles();
  void look_up_below(const Gfid& directory, const std::string& path, std::vector<std::string>& wrong);

  Simulation simulation_;
  Host& host_;
  SimulatedWorld* process_ = nullptr;
  std::unique_ptr<Translator> posix_;
  std::uint8_t healed_ = 200;
};

template <class Operation>
Result<typename Operation::Reply> BrickUnderTest::perform(const Operation& operation) {
  Call call;
  call.client = std::make_shared<const Client>(Client{.number = 1, .uid = "test"});
  call.pid = 1000;
  call.stamps = Operation::stamps;
  call.time = process_->wall_clock();
  return simulation_.run(posix_->perform(call, operation));
}

}  // namespace mortar::sim
