#include "translators/server/shortcuts.h"

#include <fmt/format.h>

#include "wire/readdressed_stream.h"

namespace mortar {

namespace {

constexpr int backlog = 128;

}  // namespace

Result<Done> Shortcuts::listen(RpcListener::Accept accept, RpcLimits limits) {
  // Nobody can have taken a name that nobody knew.
  const Address at = Address::unix_socket(fmt::format("{}{}", AskForShortcut::prefix, world_.random_gfid().text()));
  Result<std::unique_ptr<Listener>> listener = world_.network().listen(at, StreamOptions{}, backlog);
  if (!listener) return std::unexpected(listener.error());
  accept_ = std::move(accept);
  listener_ = std::make_unique<RpcListener>(
      world_, std::move(*listener),
      RpcListener::Receive([this](std::unique_ptr<Stream> stream) { return receive(std::move(stream)); }), limits);
  return done;
}

AskForShortcut::Reply Shortcuts::offer(const RpcConnection& connection) {
  if (!listener_ || !are_on_one_machine(connection.local(), connection.peer())) return refusal();
  forget(connection);
  AskForShortcut::Reply reply;
  reply.socket = listener_->address().path;
  reply.token = world_.random_gfid();
  offers_.emplace(reply.token, Offer{&connection, connection.local(), connection.peer()});
  return reply;
}

AskForShortcut::Reply Shortcuts::refusal() {
  AskForShortcut::Reply reply;
  reply.op_ret = -1;
  reply.op_errno = EREMOTE;
  return reply;
}

void Shortcuts::forget(const RpcConnection& connection) {
  std::erase_if(offers_, [&connection](const auto& offer) { return offer.second.to == &connection; });
}

Task<RpcListener::Received> Shortcuts::receive(std::unique_ptr<Stream> stream) {
  Gfid token;
  const std::span<std::byte> into = std::as_writable_bytes(std::span(token.bytes));
  std::size_t got = 0;
  while (got < into.size()) {
    const std::size_t more = co_await tried(stream->read(into.subspan(got)));
    if (more == 0) co_return failed(EACCES, "it says no token");
    got += more;
  }
  const auto offer = offers_.find(token);
  if (offer == offers_.end()) co_return failed(EACCES, "this token was offered to nobody");
  auto known = std::make_unique<ReaddressedStream>(std::move(stream), offer->second.local, offer->second.peer);
  offers_.erase(offer);
  co_return RpcListener::Received{std::move(known), accept_};
}

}  // namespace mortar
