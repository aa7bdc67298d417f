// What a server answers the others of its pool, over TLS only. Two circles: members, and those that prove to have been
// members and are told that they are none any more.
#pragma once

#include <functional>

#include "management/peers/document_service.h"
#include "management/peers/membership.h"
#include "wire/rpc_service.h"

namespace mortar {

class MemberService {
 public:
  // What commands want of this server.
  struct Handlers {
    std::function<Task<>(Order)> order;
    std::function<Task<Dictionary>(std::string subject, Dictionary question)> ask;
  };
  MemberService(World& world, Membership& membership, Handlers handlers);

  RpcService& for_members() { return members_; }
  RpcService& for_former_members() { return former_; }

 private:
  Task<ListVoters::Reply> list_voters();
  Task<Greet::Reply> dismiss(Greet greet);

  Membership& membership_;
  const Handlers handlers_;
  RpcService members_;
  RpcService former_;
  DocumentService documents_;
};

}  // namespace mortar
