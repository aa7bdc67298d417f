// This server's etcd member as its place among the voters.
#pragma once

#include "pool/etcd/etcd_register.h"
#include "pool/etcd/process.h"
#include "pool/voter.h"

namespace mortar {

class EtcdVoter final : public Voter {
 public:
  EtcdVoter(World& world, EtcdSettings settings);

  // Before it is started without data: at which address the others reach this server.
  void be_reached_at(std::string host) { process_.be_reached_at(std::move(host)); }
  // Before it is started without data and does not found: the members, with this one among them.
  void join(std::vector<EtcdMember> members) { members_ = std::move(members); }
  std::string url() const { return process_.url(); }
  EtcdGateway& gateway() { return gateway_; }

  void belong_to(const Gfid& server) override { process_.be_named(server.text()); }
  bool has_data() const override { return process_.has_data(); }
  Task<> start(Gfid pool, bool founds) override;
  Task<> answering(std::chrono::seconds limit) override { return process_.answering(limit); }
  Task<> stop() override { return process_.stop(); }
  Result<Done> wipe() override { return process_.wipe(); }
  Task<> found(Document document) override;
  Register& documents() override { return documents_; }

 private:
  EtcdProcess process_;
  EtcdGateway gateway_;
  EtcdRegister documents_;
  std::vector<EtcdMember> members_;
};

}  // namespace mortar
