#include "pool/etcd/etcd_voter.h"

namespace mortar {

EtcdVoter::EtcdVoter(World& world, EtcdSettings settings)
    : process_(world, std::move(settings)),
      gateway_(world, process_.address()),
      documents_(world, process_.address()) {}

Task<> EtcdVoter::start(Gfid pool, std::vector<GroupMember> members) {
  process_.belong_to(pool.text());
  co_return process_.start(std::move(members));
}

Task<VoterStatus> EtcdVoter::status() {
  const EtcdStatus status = co_await tried(gateway_.status());
  co_return VoterStatus{
      .leads = status.leader == status.id, .has_leader = status.leader != 0, .learner = status.learner};
}

Task<> EtcdVoter::found(Document document) {
  co_await tried(documents_.found(std::move(document)));
  co_return done;
}

}  // namespace mortar
