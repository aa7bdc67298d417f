#include "pool/etcd/etcd_voter.h"

namespace mortar {

EtcdVoter::EtcdVoter(World& world, EtcdSettings settings)
    : process_(world, std::move(settings)),
      gateway_(world, process_.address()),
      documents_(world, process_.address()) {}

Task<> EtcdVoter::start(Gfid pool, bool founds) {
  process_.belong_to(pool.text());
  if (founds) co_return process_.start({});
  if (!has_data() && members_.empty()) co_return failed(EINVAL, "nobody has let this server in as a voter");
  co_return process_.start(members_);
}

Task<> EtcdVoter::found(Document document) {
  co_await tried(documents_.found(std::move(document)));
  co_return done;
}

}  // namespace mortar
