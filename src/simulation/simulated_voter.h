// A server's place among simulated voters, as its glusterd reaches it. The member is a process of its own on the host:
// it goes on without its glusterd, and ends with its host.
#pragma once

#include "pool/voter.h"
#include "simulation/voter_groups.h"

namespace mortar {

class SimulatedVoter final : public Voter, private Register {
 public:
  // The folder is where the member keeps its data.
  SimulatedVoter(VoterGroups& groups, SimulatedWorld& world, std::string folder);

  void belong_to(const Gfid& server) override { start_.name = server.text(); }
  void be_reached_at(const std::string& host) override { start_.url = url_of(host); }
  std::string url_of(const std::string& host) const override { return "https://" + host + ":24008"; }
  bool has_data() const override;
  Task<> start(Gfid pool, std::vector<GroupMember> members) override;
  Task<> answering(std::chrono::seconds limit) override;
  Task<> stop() override;
  Result<Done> wipe() override;

  Task<> found(Document document) override;
  Register& documents() override { return *this; }
  // A member of a real group has a copy by itself; here it has what the group has, or nothing.
  Task<Document> own_copy() override { return documents().read(); }
  Task<VoterStatus> status() override;
  Task<std::vector<GroupMember>> members() override;
  Task<std::uint64_t> let_in(std::string url) override;
  Task<> promote(std::uint64_t id) override;
  Task<> remove(std::uint64_t id) override;
  Task<> relocate(std::uint64_t id, std::string url) override;

 private:
  Task<Document> read() override;
  Task<std::uint64_t> swap(std::uint64_t expected, std::string text) override;
  Task<Document> watch(std::uint64_t after) override;

  // ETIMEDOUT of one that has no vote: it is asked for nothing but its status.
  template <class T>
  Task<T> ask(VoterGroups::Work<T> work);
  Task<> news();
  Task<> keep_running();

  VoterGroups& groups_;
  SimulatedWorld& world_;
  VoterGroups::Start start_;
  TaskSet keeping_;
};

}  // namespace mortar
