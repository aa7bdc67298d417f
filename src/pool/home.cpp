#include "pool/home.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "pool/document.h"

namespace mortar {

using namespace std::chrono_literals;

namespace {

constexpr auto start_limit = 60s;

// Stands in for a register that must not be used.
class NoRegister final : public Register {
 public:
  Task<Document> read() override { return ready<Document>(reason()); }
  Task<std::uint64_t> swap(std::uint64_t, std::string) override { return ready<std::uint64_t>(reason()); }
  Task<Document> watch(std::uint64_t) override { return ready<Document>(reason()); }

 private:
  static std::unexpected<Error> reason() {
    return failed(EIO, "glusterd could not write to its working directory; restart it once that is repaired");
  }
};

}  // namespace

Home::Home(World& world, std::string folder, Voter& voter, Register& others)
    : world_(world), folder_(std::move(folder)), voter_(voter), others_(others), votes_(voter.documents(), others) {}

bool Home::exists(World& world, const std::string& folder) {
  return LocalRegister::exists(world, folder) ||
         world.files().status(FileSystem::no_directory, standing_file(folder)).has_value();
}

Task<Document> Home::last_kept(World& world, std::string folder) {
  const Result<std::string> text = world.files().read_file(standing_file(folder));
  if (!text && text.error().number() != ENOENT) co_return text.error();
  Standing standing;
  if (text) {
    standing = co_await tried(parse_standing(*text));
  }
  const std::string place = standing.stage == Stage::alone ? folder : copy_folder(folder);
  if (!LocalRegister::exists(world, place)) co_return Document{};
  const std::unique_ptr<LocalRegister> kept = co_await tried(LocalRegister::open(world, place));
  Document document = co_await tried(kept->read());
  co_return document;
}

Result<Done> Home::stand(Standing standing) {
  if (in_doubt_) in_doubt_ = !world_.files().write_file(standing_file(), format_standing(standing_));
  if (in_doubt_) return failed(EIO, "the working directory cannot be written");
  const Result<Done> written = world_.files().write_file(standing_file(), format_standing(standing));
  if (written) {
    standing_ = std::move(standing);
    return done;
  }
  // It may have been put in its place all the same; then writing the former one decides it.
  const Result<Standing> there = read_standing();
  if (there && *there == standing_) return written;
  if (!there && there.error().number() == ENOENT && standing_ == Standing{}) return written;
  in_doubt_ = !world_.files().write_file(standing_file(), format_standing(standing_));
  return written;
}

Result<Done> Home::open_local() {
  Result<std::unique_ptr<LocalRegister>> opened = LocalRegister::open(world_, folder_);
  if (!opened) return std::unexpected(opened.error());
  local_ = std::move(*opened);
  return done;
}

Result<Done> Home::open_copy() {
  Result<std::unique_ptr<LocalRegister>> opened = LocalRegister::open(world_, copy_folder());
  if (!opened) return std::unexpected(opened.error());
  copy_ = std::move(*opened);
  return done;
}

Task<> Home::open() {
  co_await tried(world_.files().make_directories(folder_, 0700));
  Result<Standing> read = read_standing();
  if (read) {
    standing_ = std::move(*read);
  } else {
    standing_ = co_await tried(find_standing(read.error()));
  }
  if (standing_.stage == Stage::alone) {
    co_await tried(open_local());
    if (read && !LocalRegister::exists(world_, folder_)) {
      co_return failed(EIO,
                       fmt::format("the configuration of this server is missing: {0}/document.0 and {0}/document.1; "
                                   "put one back from a backup",
                                   folder_));
    }
  } else {
    const Result<Done> opened = open_copy();
    // The voters have it.
    if (!opened) lost_copy_ = opened.error().sentence();
    if (!opened) log::error("pool", "{}", damage());
  }
  if (standing_.stage == Stage::voting && !voter_.has_data()) {
    log::error("pool", "what this server kept of the configuration as a voter is gone: it will be let in anew");
    Standing next = standing_;
    next.stage = Stage::following;
    co_await tried(stand(std::move(next)));
  }
  if (standing_.stage == Stage::voting) {
    co_await tried(voter_.start(standing_.pool, {}));
  }
  co_await clear_away();
  co_return done;
}

// ENOENT: there is none.
Result<Standing> Home::read_standing() {
  const Result<std::string> text = world_.files().read_file(standing_file());
  if (!text) return std::unexpected(text.error());
  return parse_standing(*text);
}

// Who follows is told everything by the others, so following is right wherever there is a pool. A server is alone only
// where nothing speaks for another one.
Task<Standing> Home::find_standing(Error reason) {
  const bool is_missing = reason.number() == ENOENT;
  const bool had_pool = voter_.has_data() || LocalRegister::exists(world_, copy_folder());
  if (is_missing && !had_pool) co_return Standing{};
  const Result<Done> opened = had_pool ? open_copy() : failed(ENOENT, "there is no copy of a pool's configuration");
  Document seen;
  if (opened) {
    seen = co_await tried(copy_->read());
  }
  const Result<Pool> pool = parse_pool(seen.text);
  if (!opened || !pool || pool->trust.pool.is_null()) {
    co_return failed(
        EIO, fmt::format("{} is {}: which pool this server is in is not known ({}). Put the folder {} back "
                         "from a backup; or, where other servers know this one, move the folder away, give "
                         "`gluster peer detach` on one of them, and probe this server again.",
                         standing_file(), is_missing ? "missing" : "damaged",
                         opened ? "nor is it in the copy of the configuration" : opened.error().sentence(), folder_));
  }
  log::error("pool", "{} is {}: by the copy of the configuration this server follows the pool {}", standing_file(),
             is_missing ? "missing" : "damaged", pool->trust.pool.text());
  Standing found{Stage::following, pool->trust.pool, {}};
  co_await tried(stand(found));
  co_return found;
}

std::string Home::damage() const {
  if (!lost_copy_.empty()) return lost_copy_ + "; it is written anew once the other servers are reached";
  const LocalRegister* opened = standing_.stage == Stage::alone ? local_.get() : copy_.get();
  return opened == nullptr ? std::string() : opened->damage();
}

Task<> Home::clear_away() {
  Result<Done> cleared = done;
  // A follower may be about to become a voter.
  if (standing_.stage == Stage::alone) {
    cleared = co_await voter_.stop();
    if (cleared) cleared = voter_.wipe();
    if (cleared) cleared = world_.files().remove_tree(copy_folder());
  }
  if (!cleared) log::warning("pool", "what a former pool left cannot be removed: {}", cleared.error().sentence());
  co_return done;
}

Register& Home::documents() {
  static NoRegister none;
  if (in_doubt_) return none;
  switch (standing_.stage) {
    case Stage::alone: return *local_;
    case Stage::following: return others_;
    case Stage::voting: return votes_;
  }
  return none;
}

Task<Document> Home::last_seen() {
  LocalRegister* seen = standing_.stage == Stage::alone ? local_.get() : copy_.get();
  if (seen == nullptr) co_return Document{};
  Document document = co_await tried(seen->read());
  co_return std::move(document);
}

Task<> Home::remember(Document document) {
  check(standing_.stage != Stage::alone, "a server that is alone has nothing to remember");
  if (copy_ == nullptr) {
    // Nothing of it was whole; what comes now is.
    co_await tried(world_.files().remove_tree(copy_folder()));
    co_await tried(open_copy());
    lost_copy_.clear();
  }
  co_return copy_->keep(std::move(document));
}

Task<> Home::prepare_voter(Gfid pool, Document document) {
  // Of a try that was interrupted.
  co_await tried(voter_.stop());
  co_await tried(voter_.wipe());
  co_await tried(voter_.start(pool, {}));
  co_await tried(voter_.answering(start_limit));
  co_await tried(voter_.found(std::move(document)));
  co_return done;
}

Task<> Home::found(Gfid pool, Document document) {
  check(standing_.stage == Stage::alone, "a pool is founded by a server that is alone");
  co_await tried(stand(Standing{}));
  Result<Done> made = co_await prepare_voter(pool, std::move(document));
  if (made) made = open_copy();
  if (made) made = stand(Standing{Stage::voting, pool, {}});
  if (!made && !in_doubt_) {
    co_await clear_away();
  }
  co_return made;
}

Task<> Home::dissolve(Document document) {
  check(standing_.stage == Stage::voting, "a pool is dissolved by its last voter");
  co_await tried(prepare_local(std::move(document)));
  co_await tried(stand_alone());
  co_return done;
}

Task<> Home::follow(Gfid pool, std::vector<std::string> contacts, Document copy) {
  check(standing_.stage == Stage::alone, "only a server that is alone comes into a pool");
  co_await tried(stand(Standing{}));
  co_await tried(world_.files().remove_tree(copy_folder()));
  co_await tried(open_copy());
  co_await tried(copy_->keep(std::move(copy)));
  co_await tried(stand(Standing{Stage::following, pool, std::move(contacts)}));
  co_return done;
}

Task<> Home::vote() {
  check(standing_.stage == Stage::following, "who votes has followed before");
  Standing next = standing_;
  next.stage = Stage::voting;
  co_return stand(std::move(next));
}

Task<> Home::give_up() {
  check(standing_.stage == Stage::voting, "only a voter gives its vote up");
  Standing next = standing_;
  next.stage = Stage::following;
  co_await tried(stand(std::move(next)));
  co_await tried(voter_.stop());
  co_return voter_.wipe();
}

Task<> Home::recover(Document document) {
  check(standing_.stage != Stage::alone, "who is alone has nothing to recover");
  Standing next = standing_;
  // Killed before the new group is there, it has what it saw last, and waits for the former one.
  next.stage = Stage::following;
  co_await tried(stand(next));
  co_await tried(prepare_voter(next.pool, std::move(document)));
  next.stage = Stage::voting;
  co_return stand(std::move(next));
}

Task<> Home::leave(std::string text) {
  co_await tried(prepare_local(Document{0, std::move(text)}));
  co_await tried(stand_alone());
  co_return done;
}

// Newer than what the file has from another time, and than what the document was.
Task<> Home::prepare_local(Document document) {
  co_await tried(open_local());
  const Document former = co_await tried(local_->read());
  document.version = std::max(document.version, former.version) + 1;
  co_return local_->keep(std::move(document));
}

Task<> Home::stand_alone() {
  co_await tried(stand(Standing{}));
  copy_.reset();
  co_await clear_away();
  co_return done;
}

}  // namespace mortar
