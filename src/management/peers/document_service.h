// A voter gives the members of its pool access to the document. It answers what its register answers; who may ask is
// decided by who opens a connection to it.
#pragma once

#include "pool/register.h"
#include "runtime/world.h"
#include "wire/messages/members.h"
#include "wire/rpc_service.h"

namespace mortar {

class DocumentService {
 public:
  // `documents` gives the register that counts for this server at the time, or null where it does not vote.
  DocumentService(World& world, RpcService& members, std::function<Register*()> documents);

 private:
  Task<DocumentReply> read(RpcCaller caller, ReadDocument request);
  Task<DocumentReply> swap(RpcCaller caller, SwapDocument request);
  Task<DocumentReply> watch(RpcCaller caller, WatchDocument request);
  Result<Register*> documents() const;

  World& world_;
  const std::function<Register*()> documents_;
};

}  // namespace mortar
