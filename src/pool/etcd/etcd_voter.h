// This server's etcd member as its place among the voters.
#pragma once

#include "pool/etcd/etcd_register.h"
#include "pool/etcd/process.h"
#include "pool/voter.h"

namespace mortar {

class EtcdVoter final : public Voter {
 public:
  EtcdVoter(World& world, EtcdSettings settings);

  void belong_to(const Gfid& server) override { process_.be_named(server.text()); }
  void be_reached_at(const std::string& host) override { process_.be_reached_at(host); }
  std::string url_of(const std::string& host) const override { return process_.url_of(host); }
  bool has_data() const override { return process_.has_data(); }
  Task<> start(Gfid pool, std::vector<GroupMember> members) override;
  Task<> answering(std::chrono::seconds limit) override { return process_.answering(limit); }
  std::optional<VoterTrouble> trouble() const override { return process_.trouble(); }
  Task<> stop() override { return process_.stop(); }
  Result<Done> wipe() override {
    documents_.forget();
    return process_.wipe();
  }
  Task<> found(Document document) override;
  Register& documents() override { return documents_; }
  Task<Document> own_copy() override { return documents_.own_copy(); }

  Task<VoterStatus> status() override;
  Task<std::vector<GroupMember>> members() override { return gateway_.members(); }
  Task<std::uint64_t> let_in(std::string url) override { return gateway_.add_learner(std::move(url)); }
  Task<> promote(std::uint64_t id) override { return gateway_.promote(id); }
  Task<> remove(std::uint64_t id) override { return gateway_.remove(id); }
  Task<> relocate(std::uint64_t id, std::string url) override { return gateway_.relocate(id, std::move(url)); }

 private:
  EtcdProcess process_;
  EtcdGateway gateway_;
  EtcdRegister documents_;
};

}  // namespace mortar
