#include "pool/configuration.h"

#include "pool/document.h"

namespace mortar {

using namespace std::chrono_literals;

namespace {

constexpr auto pause = 200ms;
constexpr auto patience_to_reach = 10s;

std::unexpected<Error> unknown() {
  return failed(ETIMEDOUT,
                "the servers that keep the configuration do not answer; it is not known whether the change was made");
}

}  // namespace

Configuration::Configuration(World& world, const Gfid& server, std::chrono::seconds patience)
    : world_(world), server_(server), patience_(patience) {}

Task<> Configuration::take(Document document) {
  if (document.version <= version_) co_return done;
  Pool pool = co_await tried(parse_pool(document.text));
  const std::uint64_t version = document.version;
  if (keep_) {
    co_await tried(keep_(std::move(document)));
  }
  // Meanwhile a newer one may have come.
  if (version <= version_) co_return done;
  pool_ = std::move(pool);
  version_ = version;
  if (told_) told_();
  co_return done;
}

Task<> Configuration::reach(std::uint64_t version, Duration limit) {
  const Instant end = world_.now() + limit;
  while (version_ < version) {
    const Result<Done> refreshed = co_await refresh();
    if (version_ >= version) break;
    if (world_.now() >= end) {
      co_return refreshed ? Error(ETIMEDOUT, "the newest configuration does not arrive") : refreshed.error();
    }
    co_await tried(world_.sleep(pause));
  }
  co_return done;
}

Task<> Configuration::refresh() {
  const Document document = co_await tried(register_->read());
  co_await tried(take(document));
  co_return done;
}

Task<> Configuration::follow() {
  for (;;) {
    const Document document = co_await tried(register_->watch(version_));
    co_await tried(take(document));
  }
}

// Repeats the swap until it is known how it ended. EAGAIN may then mean that an earlier try of it was done.
Task<std::uint64_t> Configuration::swap_surely(std::uint64_t expected, std::string text, Instant limit) {
  bool open = false;
  const Instant reach_limit = std::min(limit, world_.now() + patience_to_reach);
  for (;;) {
    const Result<std::uint64_t> swapped = co_await register_->swap(expected, text);
    if (swapped || swapped.error().number() == EAGAIN) co_return swapped;
    open = open || swapped.error().number() == ETIMEDOUT;
    // While votes move from server to server there is a moment in which nobody is reached, and nothing is done.
    const bool may_be_reached = swapped.error().number() == ENOTCONN && world_.now() < reach_limit;
    if (!open && !may_be_reached) co_return swapped;
    if (world_.now() >= limit) co_return unknown();
    co_await tried(world_.sleep(pause));
  }
}

Task<Document> Configuration::read_surely(Instant limit) {
  for (;;) {
    Result<Document> document = co_await register_->read();
    if (document) co_return document;
    if (world_.now() >= limit) co_return unknown();
    co_await tried(world_.sleep(pause));
  }
}

Task<> Configuration::change_by(Attempt attempt) {
  const SharedMutex::Guard turn = co_await tried(changing_.lock());
  const Instant limit = world_.now() + patience_;
  const Gfid mark = world_.random_gfid();
  bool refreshed = false;
  for (;;) {
    Pool next = pool_;
    const Result<Done> attempted = attempt(next);
    if (!attempted) {
      // What is known here may be old: nobody is refused for what was true yesterday.
      if (refreshed) co_return attempted;
      refreshed = true;
      const std::uint64_t before = version_;
      const Result<Done> read = co_await refresh();
      if (!read || version_ == before) co_return attempted;
      continue;
    }
    Server* own = next.server(server_);
    if (own == nullptr) co_return failed(ESTALE, "this server is not part of the pool");
    own->last_change = mark;
    std::string text = format_pool(next);
    const std::uint64_t expected = version_;
    const Result<std::uint64_t> swapped = co_await swap_surely(expected, text, limit);
    if (swapped) {
      co_await tried(take(Document{*swapped, std::move(text)}));
      co_return done;
    }
    if (swapped.error().number() != EAGAIN) co_return swapped.error();
    const Document document = co_await tried(read_surely(limit));
    co_await tried(take(document));
    const Server* marked = std::as_const(pool_).server(server_);
    if (marked != nullptr && marked->last_change == mark) co_return done;
    refreshed = true;
  }
}

}  // namespace mortar
