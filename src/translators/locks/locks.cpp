#include "translators/locks/locks.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace mortar {

using locks::CountsReplies;

namespace {

using locks::ByteRange;
using locks::EntryName;
using locks::NameQueue;
using locks::ObjectLocks;
using locks::PosixLock;
using locks::RangeQueue;
using locks::Request;
using locks::Verdict;

constexpr std::uint32_t get_lock = 0, set_lock = 1, set_lock_and_wait = 2;           // LK and INODELK
constexpr std::uint32_t lock_name_and_wait = 0, unlock_name = 1, lock_name_now = 2;  // ENTRYLK
constexpr std::uint32_t first_with_owners = 70000;  // clients before this op-version sent locks without an owner

bool is_null_owner(const LockOwner& owner) {
  return std::ranges::all_of(owner, [](char byte) { return byte == 0; });
}

// fcntl's notion of a range: the length may be negative and then ends before the start.
Result<std::pair<std::uint64_t, std::uint64_t>> posix_range(const Flock& flock) {
  auto start = static_cast<std::int64_t>(flock.start);
  auto length = static_cast<std::int64_t>(flock.length);
  std::int64_t end = 0;
  if (start < 0 || __builtin_add_overflow(start, length, &end) || end < 0) return failed(EINVAL);
  if (length == 0) return std::pair(flock.start, locks::no_end);
  if (length < 0) return std::pair(static_cast<std::uint64_t>(end), flock.start - 1);
  return std::pair(flock.start, static_cast<std::uint64_t>(end - 1));
}

Flock flock_of(const PosixLock& lock) {
  Flock flock;
  flock.type = lock.write ? Flock::write : Flock::read;
  flock.start = lock.first;
  flock.length = lock.last == locks::no_end ? 0 : lock.last - lock.first + 1;
  flock.pid = lock.process;
  flock.owner = lock.holder.owner;
  return flock;
}

// Far above what anybody sends: domains are names of translators, names may be 257 bytes long.
constexpr std::size_t most_name = 4096;

// Replication locks metadata of old releases at the very end of the file; it must not meet locks "to the end".
std::string domain_of(const std::string& domain, std::uint64_t start, std::uint64_t length) {
  constexpr std::string_view suffix = ":metadata";
  if (start != locks::no_end - 1 || length != 0 || domain.ends_with(suffix)) return domain;
  return domain + std::string(suffix);
}

std::optional<locks::Mandatory> parse_mandatory(std::string_view text) {
  if (text == "off") return locks::Mandatory::off;
  if (text == "file") return locks::Mandatory::file;
  if (text == "forced") return locks::Mandatory::forced;
  if (text == "optimal") return locks::Mandatory::optimal;
  return std::nullopt;
}

}  // namespace

Locks::Locks(World& world, std::string name, const locks::Options& options, locks::Mandatory mandatory)
    : locks::CountsReplies(std::move(name)),
      world_(world),
      options_(options),
      mandatory_(mandatory),
      table_(std::make_shared<locks::LockTable>([this] { return turn(); },
                                                [this](const Notice& notice) { raise(notice); })) {
  table_->ledger.set_most(options.most_per_client);
}

Locks::~Locks() = default;

locks::Turn Locks::turn() const {
  return {.now = world_.now(),
          .time = world_.wall_clock(),
          .notify = options_.notify_contention,
          .notify_delay = options_.notify_contention_delay,
          .revocation_age = options_.revocation_age,
          .revocation_waiting = options_.revocation_max_blocked,
          .revoke_waiting_too = options_.revocation_clear_all};
}

locks::Circumstances Locks::circumstances(const Call& call) const {
  locks::Circumstances asker;
  asker.holder = {call.client_number(), call.lock_owner};
  asker.pid = call.pid;
  if (call.client) asker.client_uid = call.client->uid;
  return asker;
}

Result<Done> Locks::may_lock(const Call& call) const {
  if (table_->ledger.is_gone(call.client_number())) return failed(ENOTCONN);
  if (!table_->ledger.may_add(call.client_number())) return failed(ENOLCK);
  const bool owner_expected = !call.client || call.client->op_version >= first_with_owners;
  if (owner_expected && is_null_owner(call.lock_owner)) return failed(EINVAL);
  return done;
}

// ---- POSIX locks

Task<fop::Lk::Reply> Locks::perform(const Call& call, const fop::Lk& lk) {
  // Reservations (for lock recovery of a past release) are refused: a client must not believe in a lock nobody keeps.
  if (lk.command > set_lock_and_wait) return ready<fop::Lk::Reply>(failed(EOPNOTSUPP));
  if (lk.type > Flock::unlock) return ready<fop::Lk::Reply>(failed(EINVAL));
  auto range = posix_range(lk.flock);
  if (!range) return ready<fop::Lk::Reply>(std::unexpected(range.error()));
  PosixLock wanted;
  static_cast<locks::Circumstances&>(wanted) = circumstances(call);
  wanted.first = range->first;
  wanted.last = range->second;
  wanted.write = lk.type == Flock::write;
  wanted.process = lk.flock.pid;
  wanted.mode = static_cast<std::uint32_t>(lk.xdata.number("glusterfs.lk.lkmode").value_or(0));
  wanted.file = lk.fd.open;
  if (lk.command == get_lock) return ready<fop::Lk::Reply>(get_posix(lk, wanted));
  if (lk.type == Flock::unlock) return ready<fop::Lk::Reply>(unlock_posix(lk, wanted));
  if (Result<Done> may = may_lock(call); !may) return ready<fop::Lk::Reply>(std::unexpected(may.error()));
  return set_posix(call, lk, std::move(wanted));
}

Result<fop::Lk::Reply> Locks::get_posix(const fop::Lk& lk, const PosixLock& wanted) const {
  fop::Lk::Reply reply;
  reply.flock = lk.flock;
  reply.flock.type = Flock::unlock;
  const ObjectLocks* object = table_->find(lk.gfid);
  const PosixLock* standing = object == nullptr ? nullptr : object->posix.conflict(wanted);
  if (standing != nullptr) {
    reply.flock = flock_of(*standing);
    reply.flock.whence = lk.flock.whence;
  }
  return reply;
}

fop::Lk::Reply Locks::unlock_posix(const fop::Lk& lk, const PosixLock& range) {
  fop::Lk::Reply reply;
  reply.flock = lk.flock;
  reply.flock.type = Flock::unlock;
  ObjectLocks* object = table_->find(lk.gfid);
  if (object == nullptr) return reply;
  object->posix.release(range.holder, range.first, range.last, turn());
  // NFS lock managers learn from the type whether this was the last lock of the file handle.
  if (object->posix.held_through(range.file)) reply.flock.type = Flock::read;
  table_->settle(lk.gfid);
  return reply;
}

Task<fop::Lk::Reply> Locks::set_posix(const Call& call, const fop::Lk& lk, PosixLock wanted) {
  bool fenced = false;
  if (options_.enforce_mandatory_lock && has_mandatory_locks()) {
    fenced = co_await tried(is_fenced(call, lk.gfid));
  }
  fop::Lk::Reply reply;
  reply.flock = lk.flock;
  reply.flock.type = lk.type;
  ObjectLocks& object = table_->at(lk.gfid);
  if (fenced) {
    object.posix.preempt(std::move(wanted), turn());
    table_->settle(lk.gfid);
    co_return reply;
  }
  const std::uint64_t serial = table_->next_serial();
  Request request([table = std::weak_ptr(table_), gfid = lk.gfid, serial, holder = wanted.holder, first = wanted.first,
                   last = wanted.last] {
    auto alive = table.lock();
    ObjectLocks* of = alive ? alive->find(gfid) : nullptr;
    if (of == nullptr) return;
    of->posix.give_up(serial, holder, first, last, alive->turn());
    alive->settle(gfid);
  });
  const bool may_wait = lk.command == set_lock_and_wait;
  const Verdict verdict = object.posix.ask(std::move(wanted), serial, may_wait ? &request : nullptr, turn());
  table_->settle(lk.gfid);
  if (verdict != Verdict::waiting) {
    request.answer(verdict == Verdict::granted ? std::nullopt : std::optional(Error(EAGAIN)));
  }
  Result<Done> answer = co_await request;
  if (!answer) co_return answer.error();
  co_return reply;
}

Task<fop::GetActiveLocks::Reply> Locks::perform(const Call&, const fop::GetActiveLocks& get) {
  fop::GetActiveLocks::Reply reply;
  if (const ObjectLocks* object = table_->find(get.gfid)) {
    object->posix.for_each_granted([&](const PosixLock& lock) {
      reply.locks.elements.push_back({.flock = flock_of(lock), .client = lock.client_uid, .lock_flags = lock.mode});
    });
  }
  reply.op_ret = static_cast<std::int32_t>(reply.locks.elements.size());
  return ready<fop::GetActiveLocks::Reply>(std::move(reply));
}

// close(2) gives up the caller's locks; without an owner it is the server that closes what a lost client had open.
Task<fop::Flush::Reply> Locks::perform(const Call& call, const fop::Flush& flush) {
  if (ObjectLocks* object = table_->find(flush.gfid); object != nullptr && !object->posix.empty()) {
    const std::uint64_t client = call.client_number();
    if (call.lock_owner.empty()) {
      object->posix.drop_if([client](const PosixLock& lock) { return lock.holder.client == client; }, true, true,
                            Error(ENOTCONN), turn());
    } else {
      object->posix.release_holder({client, call.lock_owner}, turn());
    }
    table_->settle(flush.gfid);
  }
  return CountsReplies::perform(call, flush);
}

// flock(2) locks live as long as the open file.
Task<fop::Release::Reply> Locks::perform(const Call& call, const fop::Release& release) {
  if (ObjectLocks* object = table_->find(release.gfid); object != nullptr && release.fd.open) {
    const locks::FileHandle file = release.fd.open;
    auto through_it = [&](const PosixLock& lock) {
      return !lock.file.owner_before(file) && !file.owner_before(lock.file);
    };
    object->posix.drop_if(through_it, true, true, Error(EBADF), turn());
    table_->settle(release.gfid);
  }
  return CountsReplies::perform(call, release);
}

// ---- range locks

Task<fop::Inodelk::Reply> Locks::perform(const Call& call, const fop::Inodelk& lock) {
  return lock_range(call, {.gfid = lock.gfid,
                           .command = lock.command,
                           .type = lock.type,
                           .start = lock.flock.start,
                           .length = lock.flock.length,
                           .domain = lock.domain,
                           .by_handle = false});
}

Task<fop::Finodelk::Reply> Locks::perform(const Call& call, const fop::Finodelk& lock) {
  return lock_range(call, {.gfid = lock.gfid,
                           .command = lock.command,
                           .type = lock.type,
                           .start = lock.flock.start,
                           .length = lock.flock.length,
                           .domain = lock.domain,
                           .by_handle = true});
}

Task<fop::Acknowledged> Locks::lock_range(const Call& call, RangeRequest asked) {
  if (asked.start > locks::no_end || asked.length > locks::no_end) co_return Error(EINVAL);
  if (asked.command != set_lock && asked.command != set_lock_and_wait) co_return Error(EOPNOTSUPP);
  if (asked.type > Flock::unlock) co_return Error(EINVAL);
  if (asked.domain.size() > most_name) co_return Error(ENAMETOOLONG);
  const std::string domain = domain_of(asked.domain, asked.start, asked.length);
  ByteRange range{.first = asked.start, .write = asked.type == Flock::write};
  if (asked.length != 0 && asked.length - 1 <= locks::no_end - asked.start) range.last = asked.start + asked.length - 1;
  const Gfid gfid = asked.gfid;
  if (asked.type == Flock::unlock) {
    ObjectLocks* object = table_->find(gfid);
    const bool found =
        object != nullptr && object->ranges(domain).release({call.client_number(), call.lock_owner}, range, turn());
    table_->settle(gfid);
    if (!found) co_return Error(EINVAL);
    co_return fop::Acknowledged{};
  }
  co_await tried(may_lock(call));
  RangeQueue::Lock wanted{circumstances(call)};
  wanted.shape = range;
  wanted.by_handle = asked.by_handle;
  const std::uint64_t serial = table_->next_serial();
  Request request([table = std::weak_ptr(table_), gfid, domain, serial] {
    auto alive = table.lock();
    ObjectLocks* of = alive ? alive->find(gfid) : nullptr;
    if (of == nullptr) return;
    of->ranges(domain).give_up(serial, alive->turn());
    alive->settle(gfid);
  });
  const bool may_wait = asked.command == set_lock_and_wait;
  const Verdict verdict =
      table_->at(gfid).ranges(domain).ask(std::move(wanted), serial, may_wait ? &request : nullptr, turn());
  table_->settle(gfid);
  if (verdict != Verdict::waiting) {
    request.answer(verdict == Verdict::granted ? std::nullopt : std::optional(Error(EAGAIN)));
  }
  Result<Done> answer = co_await request;
  if (!answer) co_return answer.error();
  co_return fop::Acknowledged{};
}

// ---- name locks

Task<fop::Entrylk::Reply> Locks::perform(const Call& call, const fop::Entrylk& lock) {
  NameRequest asked{.gfid = lock.gfid, .command = lock.command, .domain = lock.domain, .by_handle = false};
  if (lock.name_given != 0) asked.name.name = lock.name;
  asked.name.write = lock.type != 0;
  return lock_name(call, std::move(asked));
}

Task<fop::Fentrylk::Reply> Locks::perform(const Call& call, const fop::Fentrylk& lock) {
  NameRequest asked{.gfid = lock.gfid, .command = lock.command, .domain = lock.domain, .by_handle = true};
  if (lock.name_given != 0) asked.name.name = lock.name;
  asked.name.write = lock.type != 0;
  return lock_name(call, std::move(asked));
}

Task<fop::Acknowledged> Locks::lock_name(const Call& call, NameRequest asked) {
  if (asked.command > lock_name_now) co_return Error(EINVAL);
  if (asked.domain.size() > most_name || (asked.name.name && asked.name.name->size() > most_name)) {
    co_return Error(ENAMETOOLONG);
  }
  const Gfid gfid = asked.gfid;
  if (asked.command == unlock_name) {
    ObjectLocks* object = table_->find(gfid);
    const bool found = object != nullptr &&
                       object->names(asked.domain).release({call.client_number(), call.lock_owner}, asked.name, turn());
    table_->settle(gfid);
    if (!found) co_return Error(EINVAL);
    co_return fop::Acknowledged{};
  }
  co_await tried(may_lock(call));
  NameQueue::Lock wanted{circumstances(call)};
  wanted.shape = asked.name;
  wanted.by_handle = asked.by_handle;
  const std::uint64_t serial = table_->next_serial();
  Request request([table = std::weak_ptr(table_), gfid, domain = asked.domain, serial] {
    auto alive = table.lock();
    ObjectLocks* of = alive ? alive->find(gfid) : nullptr;
    if (of == nullptr) return;
    of->names(domain).give_up(serial, alive->turn());
    alive->settle(gfid);
  });
  const bool may_wait = asked.command == lock_name_and_wait;
  const Verdict verdict =
      table_->at(gfid).names(asked.domain).ask(std::move(wanted), serial, may_wait ? &request : nullptr, turn());
  table_->settle(gfid);
  if (verdict != Verdict::waiting) {
    request.answer(verdict == Verdict::granted ? std::nullopt : std::optional(Error(EAGAIN)));
  }
  Result<Done> answer = co_await request;
  if (!answer) co_return answer.error();
  co_return fop::Acknowledged{};
}

// ---- the graph's side

Task<> Locks::stop() {
  table_->end_waiting(Error(ENOTCONN));
  return CountsReplies::stop();
}

void Locks::client_leaves(const Client& client) {
  table_->client_leaves(client.number);
  CountsReplies::client_leaves(client);
}

void Locks::client_gone(const Client& client) {
  table_->client_gone(client.number);
  CountsReplies::client_gone(client);
}

Result<Done> Locks::reconfigure(const VolumeSection& section) {
  Result<locks::Options> options = read_options<locks::Options>(section);
  if (!options) return std::unexpected(options.error());
  auto mandatory = parse_mandatory(options->mandatory_locking);
  if (!mandatory) return std::unexpected(bad_option(section, "mandatory-locking", options->mandatory_locking));
  options_ = *options;
  mandatory_ = *mandatory;
  table_->ledger.set_most(options_.most_per_client);
  return done;
}

Result<std::unique_ptr<Translator>> make_locks(World& world, const VolumeSection& section) {
  Result<locks::Options> options = read_options<locks::Options>(section);
  if (!options) return std::unexpected(options.error());
  auto mandatory = parse_mandatory(options->mandatory_locking);
  if (!mandatory) return std::unexpected(bad_option(section, "mandatory-locking", options->mandatory_locking));
  return std::make_unique<Locks>(world, section.name, *options, *mandatory);
}

}  // namespace mortar
