#include "management/peers/introduction_service.h"

#include "base/log.h"
#include "management/peers/takeover.h"

namespace mortar {

namespace {

constexpr auto expected_for = std::chrono::minutes(1);

}  // namespace

IntroductionService::IntroductionService(World& world, Membership& membership)
    : world_(world),
      membership_(membership),
      introductions_(programs::introduction, "Mortar Introduction"),
      invitations_(programs::introduction, "Mortar Introduction") {
  introductions_.on<Introduce>(
      [this](RpcCaller caller, Introduce request) { return introduce(std::move(caller), std::move(request)); });
  invitations_.on<Invite>(
      [this](RpcCaller caller, Invite request) { return invite(std::move(caller), std::move(request)); });
}

std::shared_ptr<TlsContext> IntroductionService::context() const {
  return membership_.is_alone() && world_.now() < until_ ? context_ : nullptr;
}

// An authority for this one purpose: its certificate tells who asks that it speaks with this server still.
Result<std::string> IntroductionService::expect(const std::string& authority, const std::string& public_key) {
  KeySeed seed;
  world_.random(seed);
  const Gfid& own = membership_.server();
  const Result<Authority> purpose = make_authority(own, seed);
  if (!purpose) return std::unexpected(purpose.error());
  const Result<std::string> certificate = issue_certificate(*purpose, {own, own, {}}, public_key, world_.random_gfid());
  if (!certificate) return certificate;
  const Result<std::string> key = world_.files().read_file(membership_.keys().key_file());
  if (!key) return key;
  Result<std::shared_ptr<TlsContext>> context = TlsContext::make({*certificate, *key, authority});
  if (!context) return std::unexpected(context.error());
  context_ = std::move(*context);
  expected_ = authority;
  until_ = world_.now() + expected_for;
  return purpose->certificate;
}

Task<Introduce::Reply> IntroductionService::introduce(RpcCaller, Introduce request) {
  Introduce::Reply reply;
  reply.server = membership_.server();
  reply.op_version = newest_op_version;
  reply.volumes = static_cast<std::uint32_t>(membership_.pool().volumes.size());
  if (!membership_.is_alone()) {
    reply.pool = membership_.pool_id();
    co_return reply;
  }
  reply.public_key = co_await tried(membership_.keys().public_key());
  reply.waits = waits_for_pool(membership_) ? 1 : 0;
  if (!request.authority.empty() && (reply.volumes == 0 || reply.waits != 0)) {
    reply.authority = co_await tried(expect(request.authority, reply.public_key));
  }
  co_return reply;
}

Task<Invite::Reply> IntroductionService::invite(RpcCaller caller, Invite request) {
  // Somebody else may have come between the two.
  if (request.authority != expected_) co_return failed(EACCES, "the invitation is not of who introduced itself last");
  co_await tried(membership_.join(std::move(request)));
  log::info("pool", "invited by {}", caller.peer.text());
  co_return Invite::Reply{};
}

}  // namespace mortar
