// A server's keys of its pool, as files that only root can read: etcd reads them too.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pool/pool.h"
#include "runtime/world.h"

namespace mortar {

class KeyStore {
 public:
  KeyStore(World& world, std::string folder) : world_(world), folder_(std::move(folder)) {}

  std::string key_file() const { return folder_ + "/key.pem"; }
  std::string certificate_file() const { return folder_ + "/certificate.pem"; }
  std::string authority_file() const { return folder_ + "/authority.pem"; }
  std::string revoked_file() const { return folder_ + "/revoked.pem"; }

  // Of the private key, which is made where there is none yet.
  Result<std::string> public_key();
  // What the pool gave this server.
  Result<Done> keep_certificate(std::string_view certificate, std::string_view authority);
  // Who counts no more; written where it changed. etcd reads it anew for every connection.
  Result<Done> keep_revoked(const Trust& trust);
  // A server that left its pool has a new key in the next one.
  Result<Done> remove();

 private:
  World& world_;
  const std::string folder_;
  std::optional<std::vector<Gfid>> revoked_;  // what was written down last
};

}  // namespace mortar
