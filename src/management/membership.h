// This server's part in its pool: where the document is that counts for it, the keys by which members know each other,
// and how it reaches them.
//
//   Membership membership(world, places, voter);
//   co_await tried(membership.open(server, first));
//   co_await tried(membership.configuration().change(StartVolume{"photos"}));
#pragma once

#include <memory>
#include <string>

#include "management/places.h"
#include "management/remote_register.h"
#include "pool/configuration.h"
#include "pool/home.h"
#include "pool/key_store.h"
#include "runtime/tls_stream.h"

namespace mortar {

class Membership {
 public:
  // The voter outlives this.
  Membership(World& world, const Places& places, Voter& voter);

  // Goes on where the server stood. One that never was anywhere begins with the document `first`. Where the pool is not
  // reached, what was last seen of it is what is known.
  Task<> open(const Gfid& server, Pool first);
  // Changes are made as this server from now on.
  Task<> act_as(const Gfid& server);

  Configuration& configuration() { return *configuration_; }
  const Pool& pool() const { return configuration_->pool(); }

 private:
  Task<> begin(Pool first);
  // What is known of members without asking anybody.
  Task<> recall();
  Result<Done> load_keys();
  Task<std::unique_ptr<Stream>> connect(Address address);

  World& world_;
  Voter& voter_;
  const std::uint16_t port_;
  KeyStore keys_;
  RemoteRegister others_;
  Home home_;
  std::unique_ptr<Configuration> configuration_;
  std::shared_ptr<TlsContext> context_;  // null: no member of a pool of several
};

}  // namespace mortar
