// Servers that may form pools, in virtual time, with everything that is watched while they do.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "chronicle.h"
#include "server_under_test.h"

namespace mortar::sim {

struct PoolShape {
  std::size_t servers = 5;
  ServerShape server;
};

// As the tests want it: a voter that is silent is replaced soon.
ServerShape quick_server();

class PoolUnderTest {
 public:
  PoolUnderTest(std::uint64_t seed, PoolShape shape);

  Simulation& simulation() { return simulation_; }
  VoterGroups& groups() { return groups_; }
  Chronicle& chronicle() { return chronicle_; }
  CommandsUnderTest& commands() { return commands_; }
  std::size_t size() const { return servers_.size(); }
  ServerUnderTest& server(std::size_t index) { return *servers_[index]; }
  // Null where nobody has that address.
  ServerUnderTest* server_at(const std::string& address);

  // Ends early where something is wrong; whether the condition came true.
  bool run_until(const std::function<bool()>& condition, Duration limit);
  void run_for(Duration duration);

  CommandUnderTest& begin(ServerUnderTest& server, Intent intent);
  // Waits for the end of it, for as long as a user might.
  CommandUnderTest& command(ServerUnderTest& server, Intent intent);
  void kill(ServerUnderTest& server);
  void power_off(ServerUnderTest& server);
  void has_lost_power(ServerUnderTest& server);
  // All of what it knew, or a part of it, is gone.
  void lose(ServerUnderTest& server, const std::string& folder);

  // What every server and every voter stands for, for whoever wants to know how it came to a failure.
  std::string state();
  // Why the servers are not yet as the documents want them; empty where they are.
  std::string disagreement();

 private:
  Task<> follow(CommandUnderTest& command, ServerUnderTest& server);
  void look();
  std::string disagreement_of(ServerUnderTest& server);
  std::string disagreement_of_group(const VoterGroups::Group& group, const Pool& pool);

  const PoolShape shape_;
  Simulation simulation_;
  VoterGroups groups_;
  CommandsUnderTest commands_;
  Chronicle chronicle_;
  std::vector<std::unique_ptr<ServerUnderTest>> servers_;
};

}  // namespace mortar::sim
