#include "management/membership.h"

#include "base/log.h"
#include "management/members.h"
#include "pool/document.h"

namespace mortar {

using namespace std::chrono_literals;

namespace {

// How long it is tried to find out how a change ended; a user waits for it.
constexpr auto patience = 30s;

}  // namespace

Membership::Membership(World& world, const Places& places, Voter& voter)
    : world_(world),
      voter_(voter),
      port_(places.settings().port),
      keys_(world, places.keys_folder()),
      others_(world, [this](Address address) { return connect(std::move(address)); }),
      home_(world, places.register_folder(), voter, others_) {}

Task<> Membership::open(const Gfid& server, Pool first) {
  voter_.belong_to(server);
  co_await tried(home_.open());
  configuration_ = std::make_unique<Configuration>(world_, server, patience);
  configuration_->keep_in(home_.documents());
  if (home_.standing().stage == Stage::alone) {
    co_await tried(begin(std::move(first)));
    co_return done;
  }
  co_await tried(load_keys());
  co_await tried(recall());
  const Result<Done> refreshed = co_await configuration_->refresh();
  if (!refreshed) log::warning("pool", "the pool is not reached: {}", refreshed.error().sentence());
  co_return done;
}

Task<> Membership::begin(Pool first) {
  const Document document = co_await tried(home_.documents().read());
  if (document.version == 0) {
    co_await tried(home_.documents().swap(0, format_pool(first)));
  }
  co_await tried(configuration_->refresh());
  co_return done;
}

Task<> Membership::recall() {
  const Document seen = co_await tried(home_.last_seen());
  if (seen.version != 0) {
    co_await tried(configuration_->take(seen));
  }
  std::vector<Address> voters;
  for (const Server& server : pool().servers) {
    if (server.votes) voters.push_back(Address::tcp(server.address, port_));
  }
  others_.set_voters(std::move(voters));
  co_return done;
}

Task<> Membership::act_as(const Gfid& server) {
  auto next = std::make_unique<Configuration>(world_, server, patience);
  next->keep_in(home_.documents());
  co_await tried(next->refresh());
  configuration_ = std::move(next);
  voter_.belong_to(server);
  co_return done;
}

Result<Done> Membership::load_keys() {
  TlsIdentity identity;
  for (const auto& [text, file] :
       {std::pair{&identity.certificate, keys_.certificate_file()}, std::pair{&identity.key, keys_.key_file()},
        std::pair{&identity.authority, keys_.authority_file()}}) {
    Result<std::string> read = world_.files().read_file(file);
    if (!read) return failed(read.error().number(), file + ": " + read.error().sentence());
    *text = std::move(*read);
  }
  Result<std::shared_ptr<TlsContext>> context = TlsContext::make(identity);
  if (!context) return std::unexpected(context.error());
  context_ = std::move(*context);
  return done;
}

// The other side is who the document knows by its key, whichever address it has by now.
Task<std::unique_ptr<Stream>> Membership::connect(Address address) {
  std::unique_ptr<Stream> under = co_await tried(world_.network().connect(std::move(address), StreamOptions{}));
  std::unique_ptr<TlsStream> stream = co_await tried(TlsStream::connect(std::move(under), context_));
  co_await tried(certified_member(pool(), stream->certified()));
  co_return std::move(stream);
}

}  // namespace mortar
