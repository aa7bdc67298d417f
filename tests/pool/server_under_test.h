// A server of a simulated pool: its machine, its disk, and one life of glusterd after the other.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "management/endpoints.h"
#include "management/management.h"
#include "simulation/simulated_voter.h"

namespace mortar::sim {

// Puts another voter in front of the one there is.
using PlantedVoter =
    std::function<std::unique_ptr<Voter>(std::unique_ptr<Voter>, VoterGroups& groups, SimulatedWorld& world)>;

struct ServerShape {
  Settings settings;
  PlantedVoter planted;
  std::function<int(const DiskCall&)> failing;  // calls to the disk, by errno
};

// From its start to its end.
class Life {
 public:
  Life(Host& host, VoterGroups& groups, const ServerShape& shape);
  ~Life();

  // It has a document.
  bool knows() const { return knows_; }
  // It takes commands.
  bool serves() const { return serves_; }
  // Why it could not begin.
  const std::optional<Error>& failure() const { return failure_; }
  Management& management() { return *management_; }
  SimulatedWorld& world() { return world_; }

 private:
  Task<> begin();
  Task<> open();

  SimulatedWorld& world_;
  std::unique_ptr<Voter> voter_;
  std::unique_ptr<Management> management_;
  std::unique_ptr<Endpoints> endpoints_;
  bool knows_ = false;
  bool serves_ = false;
  std::optional<Error> failure_;
};

class ServerUnderTest {
 public:
  ServerUnderTest(Host& host, VoterGroups& groups, const ServerShape& shape);

  Host& host() { return host_; }
  const std::string& name() const { return host_.name(); }
  // Null while glusterd does not run.
  Life* life() { return life_.get(); }
  // Null unless it takes commands.
  Management* management() { return life_ && life_->serves() ? &life_->management() : nullptr; }

  // Each does nothing where it is so already.
  void start();
  void kill();
  void power_off();
  void power_on();
  // The power fails at one of the next calls to the disk, of whatever process.
  void power_off_after(std::uint64_t calls, std::uint64_t seed, std::function<void()> then);
  void lose(const std::string& folder);
  // What it does and says now never was: the power has failed already.
  bool has_lost_power() const { return at_strike_.has_value(); }

  // Brick processes that run, by the names under which they ask for their volfiles.
  std::multiset<std::string> bricks() const;

 private:
  void strike();

  Host& host_;
  VoterGroups& groups_;
  const ServerShape& shape_;
  std::unique_ptr<Life> life_;
  std::uint64_t calls_left_ = 0;  // until the power fails; 0: it does not
  std::uint64_t seed_ = 0;
  std::function<void()> struck_;
  std::optional<DiskState> at_strike_;
};

}  // namespace mortar::sim
