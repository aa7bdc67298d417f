#include "management/peers/member_service.h"

namespace mortar {

namespace {

Task<Order::Reply> carry_out(Task<> work) {
  co_await tried(std::move(work));
  co_return Order::Reply{};
}

Task<AskServer::Reply> answer(Task<Dictionary> work) {
  AskServer::Reply reply;
  reply.answer.dictionary = co_await tried(std::move(work));
  co_return std::move(reply);
}

}  // namespace

MemberService::MemberService(World& world, Membership& membership, Handlers handlers)
    : membership_(membership),
      handlers_(std::move(handlers)),
      members_(programs::members, "Mortar Members"),
      former_(programs::members, "Mortar Members"),
      documents_(world, members_, [&membership] { return membership.own_votes(); }) {
  members_.on<ListVoters>([this](RpcCaller, ListVoters) { return list_voters(); });
  members_.on<Greet>([this](RpcCaller, Greet) { return ready<Greet::Reply>(membership_.greeting()); });
  members_.on<Order>([this](RpcCaller, Order order) { return carry_out(handlers_.order(std::move(order))); });
  members_.on<AskServer>([this](RpcCaller, AskServer request) {
    return answer(handlers_.ask(std::move(request.subject), std::move(request.question.dictionary)));
  });
  former_.on<Greet>([this](RpcCaller, Greet greet) { return dismiss(std::move(greet)); });
}

// Whoever knows a document of the pool sees by the version whether it was a member after it. One that lost it believes
// what it is told, so it is told what is certain: it may have come in while this server was away.
Task<Greet::Reply> MemberService::dismiss(Greet greet) {
  const std::uint64_t version = membership_.configuration().version();
  if (greet.version == 0) {
    const Result<Done> refreshed = co_await membership_.configuration().refresh();
    if (!refreshed || membership_.configuration().version() != version) {
      co_return failed(EAGAIN, "it is not certain who is a member; ask again");
    }
  }
  co_return Greet::Reply{.op_ret = -1,
                         .op_errno = ESTALE,
                         .op_errstr = "this server is no member of the pool any more",
                         .version = version};
}

Task<ListVoters::Reply> MemberService::list_voters() {
  const std::vector<GroupMember> members = co_await tried(membership_.own_voters());
  ListVoters::Reply reply;
  for (const GroupMember& member : members) {
    reply.voters.elements.push_back({.id = member.id,
                                     .name = member.name,
                                     .url = member.urls.empty() ? std::string() : member.urls.front(),
                                     .learner = member.learner ? 1u : 0u});
  }
  co_return std::move(reply);
}

}  // namespace mortar
