// The side of a server that may be let into a pool. Whoever asks learns who it is; as long as it is in no pool, who
// asks with an authority's certificate is expected back for a minute, proved by that authority, with an invitation. The
// first invitation counts.
#pragma once

#include <memory>

#include "management/peers/membership.h"
#include "wire/messages/introduction.h"
#include "wire/rpc_service.h"

namespace mortar {

class IntroductionService {
 public:
  IntroductionService(World& world, Membership& membership);

  // For everybody.
  RpcService& introductions() { return introductions_; }
  // For who is expected.
  RpcService& invitations() { return invitations_; }
  // By which who is expected proves itself; null: nobody is.
  std::shared_ptr<TlsContext> context() const;

 private:
  Task<Introduce::Reply> introduce(RpcCaller caller, Introduce request);
  Task<Invite::Reply> invite(RpcCaller caller, Invite request);
  Result<std::string> expect(const std::string& authority, const std::string& public_key);

  World& world_;
  Membership& membership_;
  RpcService introductions_;
  RpcService invitations_;
  std::shared_ptr<TlsContext> context_;
  std::string expected_;  // the authority's certificate
  Instant until_;
};

}  // namespace mortar
