// Mandatory locking: reads and writes that meet a lock of somebody else wait for it, or fail where they may not wait.
//
// A fenced file ("trusted.glusterfs.enforce-mandatory-lock" on it) is read and written only inside a lock of the
// caller; nothing waits there, since what comes late may come from a client that has been replaced.
#include <algorithm>

#include "translators/locks/locks.h"
#include "wire/own_keys.h"

namespace mortar {

using locks::CountsReplies;

namespace {

using locks::Mandatory;
using locks::ObjectLocks;
using locks::PosixLock;
using locks::Transfer;

constexpr std::uint32_t mandatory_lock = 1;  // bit of PosixLock::mode
constexpr std::uint32_t set_group_id = 02000, group_execute = 010;

// The last byte of a stretch; an empty one touches what is at its start, as stock has it.
std::uint64_t last_byte(std::uint64_t first, std::uint64_t size) {
  const std::uint64_t length = std::max<std::uint64_t>(size, 1);
  return length - 1 > locks::no_end - std::min(first, locks::no_end) ? locks::no_end : first + length - 1;
}

Transfer stretch(const Gfid& gfid, const Fd& fd, bool write, std::uint64_t first, std::uint64_t last) {
  const bool may_wait = fd.open && (fd.open->flags & open_flag::nonblock) == 0;
  return {.gfid = gfid, .file = fd.open, .may_wait = may_wait, .write = write, .first = first, .last = last};
}

// The translator asks for itself: rights of the caller do not count.
Call as_root(const Call& call) {
  Call root = call;
  root.uid = root.gid = 0;
  root.groups.clear();
  return root;
}

bool covered_by_own(const locks::PosixLocks& posix, const locks::Holder& holder, const Transfer& transfer) {
  bool covered = false;
  posix.for_each_granted([&](const PosixLock& lock) {
    covered |= lock.holder == holder && lock.first <= transfer.first && lock.last >= transfer.last;
  });
  return covered;
}

}  // namespace

Task<bool> Locks::is_mandatory(const Call& call, Gfid gfid) {
  if (mandatory_ != Mandatory::file) co_return mandatory_ != Mandatory::off;
  const Call root = as_root(call);
  const fop::Stat stat{.gfid = gfid};
  auto reply = co_await tried(next().perform(root, stat));
  co_return (reply.iatt.mode & set_group_id) != 0 && (reply.iatt.mode & group_execute) == 0;
}

Task<bool> Locks::is_fenced(const Call& call, Gfid gfid) {
  const Call root = as_root(call);
  const fop::Getxattr get{.gfid = gfid, .name_given = 1, .name = "trusted.glusterfs.enforce-mandatory-lock"};
  auto reply = co_await next().perform(root, get);
  if (reply) co_return true;
  if (reply.error().number() == ENODATA) co_return false;
  co_return reply.error();
}

Task<> Locks::wait_for_transfer(const Call& call, Transfer transfer) {
  // Whoever waits keeps the object in the table; a frame that dies waiting must not leave it there.
  struct Stay {
    std::weak_ptr<locks::LockTable> table;
    Gfid gfid;
    ~Stay() {
      if (auto alive = table.lock()) alive->settle(gfid);
    }
  };
  const bool mandatory = co_await tried(is_mandatory(call, transfer.gfid));
  if (!mandatory) co_return done;
  bool fenced = false;
  if (options_.enforce_mandatory_lock) {
    fenced = co_await tried(is_fenced(call, transfer.gfid));
  }
  const locks::Holder holder{call.client_number(), call.lock_owner};
  auto stands = [&](const PosixLock& lock) {
    if (fenced) return true;
    if (!transfer.write && !lock.write) return false;
    return mandatory_ != Mandatory::optimal || (lock.mode & mandatory_lock) != 0;
  };
  std::optional<Stay> stay;
  while (true) {
    ObjectLocks* object = table_->find(transfer.gfid);
    const bool foreign = object != nullptr && object->posix.any_foreign(holder, transfer.first, transfer.last, stands);
    if (fenced) {
      if (foreign || object == nullptr || !covered_by_own(object->posix, holder, transfer)) {
        co_return Error(transfer.fenced_error);
      }
      co_return done;
    }
    if (!foreign) co_return done;
    if (!transfer.may_wait) co_return Error(EAGAIN);
    if (!stay) stay.emplace(table_, transfer.gfid);
    co_await Queued(object->transfers);
    if (table_->ledger.is_gone(call.client_number())) co_return Error(ENOTCONN);
  }
}

template <class Operation>
Task<typename Operation::Reply> Locks::guarded(const Call& call, const Operation& operation, Transfer transfer) {
  co_await tried(wait_for_transfer(call, std::move(transfer)));
  auto reply = co_await tried(CountsReplies::perform(call, operation));
  co_return reply;
}

template <class Operation>
Task<typename Operation::Reply> Locks::transfer(const Call& call, const Operation& operation, Transfer transfer) {
  const ObjectLocks* object = table_->find(transfer.gfid);
  const bool locked = object != nullptr && object->posix.has_granted();
  if (call.is_internal() || (!locked && !options_.enforce_mandatory_lock)) {
    return CountsReplies::perform(call, operation);
  }
  return guarded(call, operation, std::move(transfer));
}

// Content comes with a lookup or a listing whatever is locked; and it may be read later.
Task<fop::Lookup::Reply> Locks::perform(const Call& call, const fop::Lookup& lookup) {
  const bool asks = has_mandatory_locks() && lookup.xdata.has(own_key::readable_content);
  return asks ? without_content(call, lookup, own_key::readable_content) : CountsReplies::perform(call, lookup);
}

Task<fop::Readdirp::Reply> Locks::perform(const Call& call, const fop::Readdirp& readdirp) {
  const bool asks = has_mandatory_locks() && readdirp.xdata.has(own_key::listed_content);
  return asks ? without_content(call, readdirp, own_key::listed_content) : CountsReplies::perform(call, readdirp);
}

template <class Operation>
Task<typename Operation::Reply> Locks::without_content(const Call& call, Operation operation, const char* key) {
  operation.xdata.erase(key);
  typename Operation::Reply reply = co_await tried(CountsReplies::perform(call, operation));
  co_return std::move(reply);
}

Task<fop::Read::Reply> Locks::perform(const Call& call, const fop::Read& read) {
  if (!has_mandatory_locks()) return CountsReplies::perform(call, read);
  return transfer(call, read, stretch(read.gfid, read.fd, false, read.offset, last_byte(read.offset, read.size)));
}

Task<fop::Write::Reply> Locks::perform(const Call& call, const fop::Write& write) {
  if (!has_mandatory_locks()) return CountsReplies::perform(call, write);
  Transfer range = stretch(write.gfid, write.fd, true, write.offset, last_byte(write.offset, write.size));
  range.fenced_error = EBUSY;
  return transfer(call, write, std::move(range));
}

Task<fop::Truncate::Reply> Locks::perform(const Call& call, const fop::Truncate& truncate) {
  if (!has_mandatory_locks()) return CountsReplies::perform(call, truncate);
  return transfer(call, truncate, stretch(truncate.gfid, {}, true, truncate.size, locks::no_end));
}

Task<fop::Ftruncate::Reply> Locks::perform(const Call& call, const fop::Ftruncate& truncate) {
  if (!has_mandatory_locks()) return CountsReplies::perform(call, truncate);
  return transfer(call, truncate, stretch(truncate.gfid, truncate.fd, true, truncate.size, locks::no_end));
}

Task<fop::Fallocate::Reply> Locks::perform(const Call& call, const fop::Fallocate& allocate) {
  if (!has_mandatory_locks()) return CountsReplies::perform(call, allocate);
  return transfer(
      call, allocate,
      stretch(allocate.gfid, allocate.fd, true, allocate.offset, last_byte(allocate.offset, allocate.size)));
}

Task<fop::Discard::Reply> Locks::perform(const Call& call, const fop::Discard& discard) {
  if (!has_mandatory_locks()) return CountsReplies::perform(call, discard);
  return transfer(call, discard,
                  stretch(discard.gfid, discard.fd, true, discard.offset, last_byte(discard.offset, discard.size)));
}

Task<fop::Zerofill::Reply> Locks::perform(const Call& call, const fop::Zerofill& zerofill) {
  if (!has_mandatory_locks()) return CountsReplies::perform(call, zerofill);
  return transfer(
      call, zerofill,
      stretch(zerofill.gfid, zerofill.fd, true, zerofill.offset, last_byte(zerofill.offset, zerofill.size)));
}

Task<fop::CopyFileRange::Reply> Locks::perform(const Call& call, const fop::CopyFileRange& copy) {
  if (!has_mandatory_locks() || call.is_internal()) {
    auto passed = co_await tried(CountsReplies::perform(call, copy));
    co_return passed;
  }
  co_await tried(wait_for_transfer(
      call, stretch(copy.in_gfid, copy.fd_in, false, copy.offset_in, last_byte(copy.offset_in, copy.size))));
  co_await tried(wait_for_transfer(
      call, stretch(copy.out_gfid, copy.fd_out, true, copy.offset_out, last_byte(copy.offset_out, copy.size))));
  auto reply = co_await tried(CountsReplies::perform(call, copy));
  co_return reply;
}

// A file that somebody holds a lock on is not emptied by opening it.
Task<fop::Open::Reply> Locks::perform(const Call& call, const fop::Open& open) {
  const ObjectLocks* object = table_->find(open.gfid);
  if (has_mandatory_locks() && (open.flags & open_flag::truncate) != 0 && object != nullptr && !object->posix.empty()) {
    const bool mandatory = co_await tried(is_mandatory(call, open.gfid));
    object = table_->find(open.gfid);
    const bool counts = object != nullptr && object->posix.any([this](const PosixLock& lock) {
      return mandatory_ != Mandatory::optimal || (lock.mode & mandatory_lock) != 0;
    });
    if (mandatory && counts) co_return Error(EAGAIN);
  }
  auto reply = co_await tried(CountsReplies::perform(call, open));
  co_return reply;
}

}  // namespace mortar
