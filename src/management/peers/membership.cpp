#include "management/peers/membership.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/log.h"
#include "management/peers/certificates.h"
#include "management/stored_pool.h"
#include "pool/detach_server.h"
#include "pool/document.h"
#include "pool/found_pool.h"
#include "pool/generation.h"
#include "pool/op_versions.h"
#include "pool/probe_server.h"

namespace mortar {

using namespace std::chrono_literals;

namespace {

// How long it is tried to find out how a change ended; a user waits for it.
constexpr auto patience = 30s;
// Of a start: bricks are not to wait for a pool that is not there.
constexpr Duration start_limit = 5s;
constexpr Duration connect_limit = 3s;
constexpr Duration between_looks = 1s;
constexpr Duration between_tries = 500ms;
constexpr Duration longest_between_tries = 4s;
// A server that has just started knows of the others within this time.
constexpr Duration majority_limit = 5s;
constexpr Duration read_limit = 2s;
// Until the voters have let one go.
constexpr Duration vote_limit = 60s;
constexpr Duration between_moves = 60s;

std::unexpected<Error> needed(const std::string& host) {
  return failed(EBUSY, fmt::format("{} keeps the configuration, and too few others do; try it again", host));
}

// Whom others have made one of those who keep the document meanwhile is not detached.
struct DetachWithoutVote {
  DetachServer detach;

  Result<Done> check(const Pool& pool) const {
    const Server* known = pool.server(detach.server);
    if (known != nullptr && known->votes) return needed(detach.host);
    return detach.check(pool);
  }
  void apply(Pool& pool) const { detach.apply(pool); }
};

}  // namespace

Membership::Membership(World& world, const Places& places, Voter& voter)
    : world_(world),
      places_(places),
      voter_(voter),
      port_(places.settings().port),
      voter_patience_(places.settings().voter_patience),
      keys_(world, places.keys_folder()),
      others_(world, [this](Address address) { return connect(std::move(address), null_gfid); }),
      home_(world, places.register_folder(), voter, others_),
      voting_(home_, voter, others_),
      lines_(
          world, [this](Server server) { return connect_to(std::move(server)); },
          [this] { return Greet{.version = configuration_->version()}; },
          [this](const Gfid& server, const Greet::Reply& reply) { heard(server, reply); }) {}

Membership::~Membership() = default;

Task<> Membership::open(Gfid server, Pool first) {
  server_ = server;
  if (const Server* own = std::as_const(first).server(server)) own_names_ = own->names;
  voter_.belong_to(server);
  co_await tried(home_.open());
  configuration_ = std::make_unique<Configuration>(world_, server, patience);
  configuration_->keep_in(home_.documents());
  configuration_->remember_by([this](Document document) { return remember(std::move(document)); });
  configuration_->on_change([this] { learn_members(); });
  if (is_alone()) {
    co_await tried(begin_alone(std::move(first)));
    co_return done;
  }
  const Result<Done> keys = load_keys();
  if (!keys) {
    no_keys_ = fmt::format(
        "this server cannot prove to others who it is: {}. Its bricks go on; detach it from the pool on another "
        "server, "
        "and probe it again",
        keys.error().sentence());
    log::error("pool", "{}", no_keys_);
  }
  const Document seen = co_await tried(home_.last_seen());
  if (seen.version != 0) {
    co_await tried(configuration_->take(seen));
  } else {
    remember_others();
  }
  const Result<Done> refreshed = co_await with_deadline(world_, start_limit, configuration_->refresh());
  if (!refreshed) log::warning("pool", "the pool is not reached: {}", refreshed.error().sentence());
  co_return done;
}

// The contacts are of the day it came in; the files for people name who was there last.
void Membership::remember_others() {
  acquaintances_.trust.pool = home_.standing().pool;
  acquaintances_.servers = stored_peers(world_.files(), places_);
  std::vector<std::string> hosts = home_.standing().contacts;
  for (const Server& server : acquaintances_.servers)
    hosts.insert(hosts.end(), server.names.begin(), server.names.end());
  others_.set_voters(addresses(hosts));
}

Task<> Membership::begin_alone(Pool first) {
  const Document document = co_await tried(home_.documents().read());
  if (document.version == 0) {
    co_await tried(home_.documents().swap(0, format_pool(first)));
  }
  co_await tried(configuration_->refresh());
  co_return done;
}

void Membership::begin() {
  begun_ = true;
  lines_.keep_to(configuration_->version() == 0 ? acquaintances_ : pool(), server_);
  go_home();
  looking_.start(look_after());
}

Task<> Membership::act_as(Gfid server) {
  auto next = std::make_unique<Configuration>(world_, server, patience);
  next->keep_in(home_.documents());
  co_await tried(next->refresh());
  next->remember_by([this](Document document) { return remember(std::move(document)); });
  next->on_change([this] { learn_members(); });
  configuration_ = std::move(next);
  server_ = server;
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
  no_keys_.clear();
  return done;
}

// ---- following

void Membership::go_home() {
  configuration_->keep_in(home_.documents());
  reached_ = false;
  following_.cancel();
  keeping_.cancel();
  if (!begun_ || is_alone()) return;
  following_.start(follow());
  if (home_.standing().stage != Stage::voting) return;
  keeper_ = std::make_unique<VoterKeeper>(
      world_, *configuration_, voter_,
      [this] {
        return Observation{lines_.silence(), lines_.without_votes()};
      },
      voter_patience_);
  keeping_.start(keeper_->run());
}

Task<> Membership::follow() {
  Duration pause = between_tries;
  for (;;) {
    Result<Done> outcome = co_await configuration_->refresh();
    if (outcome) {
      reached_ = true;
      pause = between_tries;
      outcome = co_await configuration_->follow();
    }
    if (reached_) log::warning("pool", "the configuration is not reached: {}", outcome.error().sentence());
    reached_ = false;
    co_await tried(world_.sleep(pause));
    pause = std::min(2 * pause, longest_between_tries);
  }
}

Task<> Membership::remember(Document document) {
  if (is_alone()) co_return done;
  const Result<Done> kept = co_await home_.remember(std::move(document));
  // The pool goes on; but after a restart without it this server would know less.
  const std::string reason = kept ? std::string() : kept.error().sentence();
  if (!kept && reason != not_kept_) log::error("pool", "the configuration cannot be kept on this server: {}", reason);
  if (kept && !not_kept_.empty()) log::info("pool", "the configuration is kept on this server again");
  not_kept_ = reason;
  co_return done;
}

Task<> Membership::remember_again() {
  if (not_kept_.empty()) co_return done;
  co_await tried(remember(Document{configuration_->version(), format_pool(pool())}));
  co_return done;
}

std::vector<std::string> Membership::troubles() const {
  std::vector<std::string> troubles;
  if (!no_keys_.empty()) troubles.push_back(no_keys_);
  if (std::string damage = home_.damage(); !damage.empty()) troubles.push_back(std::move(damage));
  if (!not_kept_.empty()) {
    troubles.push_back(fmt::format(
        "what changes is not kept on this server ({}): it would know less after a restart; it is kept once it can be",
        not_kept_));
  }
  if (home_.standing().stage == Stage::alone) return troubles;
  const std::optional<VoterTrouble> trouble = voter_.trouble();
  if (!trouble) return troubles;
  troubles.push_back(fmt::format("{}. {}", trouble->words,
                                 trouble->is_damaged
                                     ? "What it kept is damaged: it is made anew from the other servers once more than "
                                       "half of those that keep the configuration answer without it"
                                     : "It is started again every few seconds"));
  return troubles;
}

// Those that shall keep the document and those that say that they do: between the two the one becomes the other.
void Membership::learn_voters() {
  if (configuration_->version() == 0) return;
  std::vector<std::string> hosts;
  std::vector<std::string> names;
  for (const Server& server : pool().servers) {
    if (server.id == server_ || !(server.votes || voters_.contains(server.id))) continue;
    hosts.push_back(server.address);
    names.insert(names.end(), server.names.begin(), server.names.end());
  }
  // One that has another address by now is found by its name.
  hosts.insert(hosts.end(), names.begin(), names.end());
  others_.set_voters(addresses(hosts));
}

void Membership::learn_members() {
  farewells_.learn(pool(), world_.now());
  learn_voters();
  if (begun_) lines_.keep_to(pool(), server_);
  if (!pool().trust.pool.is_null()) {
    const Result<Done> kept = keys_.keep_revoked(pool().trust);
    if (!kept) log::error("pool", "who is no member any more cannot be written down: {}", kept.error().sentence());
  }
  if (told_) told_();
}

void Membership::heard(const Gfid& server, const Greet::Reply& reply) {
  const bool is_newer = generation_of(reply.version) > generation_of(configuration_->version());
  if (reply.op_ret == 0 && reply.votes != 0 && is_newer) recovered_by_ = server;
  const bool is_news = reply.votes != 0 ? voters_.insert(server).second : voters_.erase(server) != 0;
  if (is_news) learn_voters();
  if (reply.op_ret != 0 && reply.op_errno == ESTALE && reply.version >= configuration_->version()) detached_ = true;
}

Task<> Membership::look_after() {
  for (;;) {
    co_await tried(world_.sleep(between_looks));
    const Result<Done> looked = co_await look();
    if (!looked) log::debug("pool", "{}", looked.error().sentence());
  }
}

Task<> Membership::look() {
  const SharedMutex::Guard turn = co_await tried(moving_.lock());
  if (is_alone()) co_return done;
  co_await tried(remember_again());
  if (detached_) {
    co_await tried(leave());
    co_return done;
  }
  if (const Gfid by = std::exchange(recovered_by_, Gfid{}); !by.is_null()) {
    co_await tried(follow_recovered(by));
    co_return done;
  }
  const Result<Done> followed = co_await follow_addresses();
  if (!followed) log::debug("pool", "{}", followed.error().sentence());
  const Server* own = pool().server(server_);
  const bool moved = co_await tried(voting_.step(pool(), server_, reached_));
  if (moved) {
    go_home();
    co_return done;
  }
  if (own != nullptr && own->invited && reached_) {
    co_await tried(configuration_->change(AdmitServer{server_}));
    co_return done;
  }
  if (own != nullptr && own->newest_op_version != newest_op_version && reached_) {
    co_await tried(configuration_->change(TellOpVersion{server_}));
    co_return done;
  }
  const bool last = co_await tried(is_last());
  if (last) {
    co_await tried(dissolve());
    co_return done;
  }
  co_return done;
}

Task<> Membership::follow_addresses() {
  co_await tried(renew_certificate());
  if (!reached_ || moved_.empty() || world_.now() < next_moves_) co_return done;
  next_moves_ = world_.now() + between_moves;
  for (const auto& [id, address] : std::exchange(moved_, {})) {
    const Server* server = pool().server(id);
    if (server == nullptr || server->address == address) continue;
    log::warning("pool", "{} is at {} now, and was at {}", server->names.front(), address, server->address);
    co_await tried(configuration_->change(MoveServer{id, address}));
  }
  co_return done;
}

Result<Done> Membership::renew_certificate() {
  const Server* own = pool().server(server_);
  if (own == nullptr || (own->address == certified_.address && own->names == certified_.names)) return done;
  const Result<std::string> certificate = certificate_for(pool(), *own);
  if (!certificate) return std::unexpected(certificate.error());
  if (world_.files().read_file(keys_.certificate_file()).value_or("") != *certificate) {
    Result<Done> kept = keys_.keep_certificate(*certificate, pool().trust.authority.certificate);
    if (kept) kept = load_keys();
    if (!kept) return kept;
  }
  certified_ = *own;
  return done;
}

// ---- coming and going

Task<> Membership::found(std::string address) {
  const SharedMutex::Guard turn = co_await tried(moving_.lock());
  if (!is_alone()) co_return done;
  const SharedMutex::Guard unchanged = co_await tried(configuration_->lock());
  FoundPool edit;
  edit.trust.pool = world_.random_gfid();
  KeySeed seed;
  world_.random(seed);
  edit.trust.authority = co_await tried(make_authority(edit.trust.pool, seed));
  edit.first = Server{.id = server_, .address = address, .certificate = world_.random_gfid()};
  edit.first.public_key = co_await tried(keys_.public_key());
  Pool next = pool();
  co_await tried(edit.check(next));
  edit.apply(next);
  const Server& own = *next.server(server_);
  std::string certificate = co_await tried(certificate_for(next, own));
  co_await tried(keys_.keep_certificate(certificate, next.trust.authority.certificate));
  co_await tried(keys_.keep_revoked(next.trust));
  co_await tried(load_keys());
  voter_.be_reached_at(address);
  const Result<Done> founded =
      co_await home_.found(next.trust.pool, Document{configuration_->version(), format_pool(next)});
  if (!founded) {
    context_.reset();
    co_return founded;
  }
  go_home();
  co_await tried(configuration_->refresh());
  log::info("pool", "the pool {} was founded", next.trust.pool.text());
  co_return done;
}

Task<> Membership::join(Invite invitation) {
  const SharedMutex::Guard turn = co_await tried(moving_.lock());
  if (!is_alone()) co_return failed(EBUSY, "this server is in a pool");
  Pool joined = co_await tried(parse_pool(invitation.document));
  for (const Volume& volume : pool().volumes) {
    const Volume* there = joined.find(volume.name);
    if (there != nullptr && there->id == volume.id) continue;
    co_return failed(EBUSY, fmt::format("this server has the volume {}, which the pool does not know", volume.name));
  }
  const Server* own = joined.server(server_);
  if (own == nullptr || joined.trust.pool != invitation.pool || invitation.version == 0) {
    co_return failed(EINVAL, "the invitation is not for this server");
  }
  co_await tried(keys_.keep_certificate(invitation.certificate, invitation.authority));
  co_await tried(keys_.keep_revoked(joined.trust));
  co_await tried(load_keys());
  std::vector<std::string> contacts;
  for (const Server& server : joined.servers) {
    if (server.id != server_) contacts.push_back(server.address);
  }
  const SharedMutex::Guard unchanged = co_await tried(configuration_->lock());
  Document copy{invitation.version, std::move(invitation.document)};
  const Result<Done> followed = co_await home_.follow(invitation.pool, std::move(contacts), copy);
  if (!followed) {
    context_.reset();
    co_return followed;
  }
  configuration_->forget();
  detached_ = false;
  co_await tried(configuration_->take(copy));
  go_home();
  log::info("pool", "this server belongs to the pool {} now", invitation.pool.text());
  co_return done;
}

Task<> Membership::leave() {
  const SharedMutex::Guard unchanged = co_await tried(configuration_->lock());
  if (home_.standing().stage == Stage::voting) {
    // The others have a majority without it: by that it was detached.
    co_await tried(home_.give_up());
  }
  Pool alone;
  alone.op_version = pool().op_version;
  alone.servers.push_back(Server{.id = server_, .names = own_names_});
  co_await tried(home_.leave(format_pool(alone)));
  co_await come_home_alone();
  log::info("pool", "this server was detached from its pool");
  co_return done;
}

Task<bool> Membership::is_last() {
  if (home_.standing().stage != Stage::voting || !reached_ || staying_.use_count() > 1) co_return false;
  if (pool().servers.size() != 1 || pool().servers.front().id != server_) co_return false;
  if (!farewells_.are_over(world_.now())) {
    co_await tried(farewells_.ask(world_, port_));
    co_return false;
  }
  const std::vector<GroupMember> members = co_await tried(voter_.members());
  co_return members.size() == 1;
}

Task<> Membership::dissolve() {
  const SharedMutex::Guard unchanged = co_await tried(configuration_->lock());
  co_await tried(configuration_->refresh());
  Pool next = pool();
  const DissolvePool edit;
  co_await tried(edit.check(next));
  edit.apply(next);
  co_await tried(home_.dissolve(Document{configuration_->version(), format_pool(next)}));
  co_await come_home_alone();
  log::info("pool", "this server is alone again");
  co_return done;
}

Task<> Membership::come_home_alone() {
  const Result<Done> removed = keys_.remove();
  if (!removed) log::warning("pool", "the keys of the former pool: {}", removed.error().sentence());
  context_.reset();
  detached_ = false;
  certified_ = {};
  moved_.clear();
  farewells_ = {};
  not_kept_.clear();
  configuration_->forget();
  go_home();
  co_await tried(configuration_->refresh());
  co_return done;
}

Task<> Membership::recover() {
  const SharedMutex::Guard turn = co_await tried(moving_.lock());
  const Server* own = pool().server(server_);
  if (is_alone() || own == nullptr) co_return failed(EINVAL, "This server is in no pool of several");
  const Result<Done> refreshed = co_await with_deadline(world_, start_limit, configuration_->refresh());
  if (refreshed) co_return failed(EBUSY, "The configuration is kept by a majority that answers: nothing was changed");
  Document newest{configuration_->version(), format_pool(pool())};
  if (own_votes() != nullptr) {
    Result<Document> kept = co_await with_deadline(world_, start_limit, voter_.own_copy());
    if (kept && kept->version > newest.version) newest = std::move(*kept);
  }
  for (const Server& server : pool().servers) {
    const Greet::Reply* said = lines_.said(server.id);
    if (said == nullptr || said->version <= newest.version) continue;
    co_return failed(ESTALE,
                     fmt::format("{} knows a newer configuration (version {} against {}): give the command there",
                                 server.names.front(), said->version, newest.version));
  }
  Pool next = co_await tried(parse_pool(newest.text));
  for (Server& server : next.servers) server.votes = server.id == server_;
  voter_.be_reached_at(own->address);
  following_.cancel();
  keeping_.cancel();
  const Result<Done> recovered =
      co_await home_.recover(Document{first_of_next_generation(newest.version), format_pool(next)});
  go_home();
  co_await tried(recovered);
  co_await tried(configuration_->refresh());
  log::warning("pool", "the pool was recovered from what this server knows");
  co_return done;
}

Task<> Membership::follow_recovered(Gfid server) {
  const Server* known = pool().server(server);
  if (known == nullptr) co_return done;
  log::warning("pool", "{} has recovered the pool: this server follows it", known->names.front());
  std::vector<std::string> hosts{known->address};
  if (home_.standing().stage == Stage::voting) {
    co_await tried(home_.give_up());
  }
  others_.set_voters(addresses(hosts));
  go_home();
  co_return done;
}

// The document must not go with it: its vote goes first, and nobody gives it one again in between.
Task<> Membership::let_go(Gfid server, std::string host) {
  const Server* leaving = pool().server(server);
  if (leaving != nullptr && leaving->votes) {
    const std::optional<SetVoters> others = voters_without(pool(), server, lines_.silence());
    if (!others) co_return needed(host);
    co_await tried(configuration_->change(*others));
  }
  co_await tried(without_vote(server, host));
  co_await tried(configuration_->change(DetachWithoutVote{{host, server}}));
  co_return done;
}

// Who keeps the document is asked of those who do: the wish may not be true yet. A server that does not answer need not
// be let go where the others are enough without it.
Task<> Membership::without_vote(Gfid server, std::string host) {
  const Instant end = world_.now() + vote_limit;
  for (;;) {
    const Result<std::vector<GroupMember>> members = co_await voters();
    const bool is_out = members && std::ranges::none_of(*members, [&server](const GroupMember& member) {
                          return member.name == server.text();
                        });
    if (is_out) co_return done;
    if (members && !lines_.answers(server)) {
      if (are_enough(*members, server)) co_return done;
      co_return needed(host);
    }
    if (world_.now() >= end) {
      co_return failed(ETIMEDOUT, "The server has not given up its vote in time; try it again");
    }
    co_await tried(world_.sleep(between_tries));
  }
}

bool Membership::are_enough(const std::vector<GroupMember>& members, const Gfid& without) const {
  const auto votes = std::ranges::count(members, false, &GroupMember::learner);
  const auto answering = std::ranges::count_if(members, [&](const GroupMember& member) {
    const Gfid server = Gfid::parse(member.name).value_or(null_gfid);
    return !member.learner && server != without && (server == server_ || lines_.answers(server));
  });
  return answering > votes / 2;
}

// ---- the others

Task<std::unique_ptr<Stream>> Membership::connect(Address address, Gfid wanted) {
  // It may leave the pool meanwhile.
  const std::shared_ptr<TlsContext> context = context_;
  if (context == nullptr) co_return failed(EACCES, "this server is in no pool");
  std::unique_ptr<Stream> under = co_await tried(world_.network().connect(std::move(address), StreamOptions{}));
  std::unique_ptr<TlsStream> stream = co_await tried(TlsStream::connect(std::move(under), context));
  // Who is who is in the document; before there is one, the authority's word has to do.
  if (configuration_->version() != 0) {
    const Gfid found = co_await tried(certified_member(pool(), stream->certified()));
    if (!wanted.is_null() && found != wanted) co_return failed(EACCES, "another server has its address");
  }
  co_return std::move(stream);
}

Task<std::unique_ptr<Stream>> Membership::connect_to(Server server) {
  std::vector<std::string> hosts;
  if (!server.address.empty()) hosts.push_back(server.address);
  hosts.insert(hosts.end(), server.names.begin(), server.names.end());
  Error last(EHOSTUNREACH, "it has no address");
  for (const std::string& host : hosts) {
    Result<std::unique_ptr<Stream>> stream =
        co_await with_deadline(world_, connect_limit, connect(Address::tcp(host, port_), server.id));
    if (stream) {
      const std::string& found = (*stream)->peer().host;
      if (found == server.address) moved_.erase(server.id);
      if (found != server.address && host != server.address) moved_[server.id] = found;
      co_return std::move(stream);
    }
    last = stream.error();
  }
  co_return last;
}

std::vector<Address> Membership::addresses(const std::vector<std::string>& hosts) const {
  std::vector<Address> addresses;
  for (const std::string& host : hosts) addresses.push_back(Address::tcp(host, port_));
  return addresses;
}

// Not with the help of the others: by this they are helped.
Register* Membership::own_votes() { return home_.standing().stage == Stage::voting ? &voter_.documents() : nullptr; }

Task<std::vector<GroupMember>> Membership::voters() {
  const Result<std::vector<GroupMember>> own = co_await own_voters();
  if (own || own.error().number() != ENOTCONN) co_return own;
  std::vector<GroupMember> others = co_await tried(others_.voters());
  co_return std::move(others);
}

// As of a moment at which this server was one of a majority: a document that is read is the newest.
Task<std::vector<GroupMember>> Membership::own_voters() {
  if (own_votes() == nullptr) co_return failed(ENOTCONN, "this server does not keep the configuration");
  co_await tried(voter_.documents().read());
  std::vector<GroupMember> members = co_await tried(voter_.members());
  co_return members;
}

Task<bool> Membership::leads() {
  const VoterStatus status = co_await tried(voter_.status());
  co_return status.leads;
}

Greet::Reply Membership::greeting() const {
  return {.version = configuration_->version(),
          .votes = home_.standing().stage == Stage::voting ? 1u : 0u,
          .lost_votes = voting_.lost() ? 1u : 0u};
}

std::size_t Membership::servers_seen() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      pool().servers, [this](const Server& server) { return server.id == server_ || lines_.answers(server.id); }));
}

std::vector<std::string> Membership::silent_voters() const {
  std::vector<std::string> silent;
  for (const Server& server : pool().servers) {
    if (server.votes && server.id != server_ && !lines_.answers(server.id)) silent.push_back(server.names.front());
  }
  // Its own part may be out of order, for want of a disk.
  const std::optional<VoterTrouble> trouble = home_.standing().stage == Stage::voting ? voter_.trouble() : std::nullopt;
  if (trouble) silent.push_back("this server: " + trouble->words);
  return silent;
}

Task<> Membership::have_majority() {
  const Instant end = world_.now() + majority_limit;
  if (is_alone() && pool().servers.size() > 1) {
    const Server& first = std::ranges::min(pool().servers, {}, &Server::id);
    co_return failed(EAGAIN, fmt::format("The pool of GlusterFS is being taken over: nothing can be changed until this "
                                         "server and {} ({}) have found each other. If that one is gone for good, see "
                                         "`gluster pool recover`.",
                                         first.names.front(), first.id.text()));
  }
  for (;;) {
    const std::size_t voters = static_cast<std::size_t>(
        std::ranges::count_if(pool().servers, [](const Server& server) { return server.votes; }));
    const std::vector<std::string> silent = silent_voters();
    if (is_alone() || silent.size() * 2 < voters) co_return done;
    if (world_.now() >= end) {
      // Who is silent to this server need not be to the others: what can be read is kept by a majority of them.
      const Result<Done> read = co_await with_deadline(world_, read_limit, configuration_->refresh());
      if (read) co_return done;
      if (voters == 0) {
        co_return failed(EHOSTUNREACH,
                         "The configuration cannot be changed now: what this server had seen of it is lost, and no "
                         "server of the pool that it remembers answers. Where others of the pool run, see that they "
                         "are reached.");
      }
      co_return failed(EHOSTUNREACH,
                       fmt::format("The configuration cannot be changed now: {} of the {} server(s) that keep it do "
                                   "not answer ({}), and more than half have to. Bricks and mounts go on. If they are "
                                   "gone for good, see `gluster pool recover`.",
                                   silent.size(), voters, fmt::join(silent, ", ")));
    }
    co_await tried(world_.sleep(between_tries));
  }
}

}  // namespace mortar
