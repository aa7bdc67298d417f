// The POSIX locks of one object (fcntl and flock of applications). A holder's ranges never overlap: a new one replaces
// what it covers, splits what it cuts and joins its equals. Waiting requests are granted in order of arrival as far as
// nothing granted stands against them; those that can pass do pass (there is no turn-taking among applications).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "translator/descriptor.h"
#include "translators/locks/interval_tree.h"
#include "translators/locks/lock_queue.h"

namespace mortar::locks {

using FileHandle = std::weak_ptr<Descriptor>;

struct PosixLock : Circumstances {
  std::uint64_t first = 0;
  std::uint64_t last = no_end;
  bool write = false;
  std::uint32_t process = 0;  // the application's, as it told
  std::uint32_t mode = 0;     // "glusterfs.lk.lkmode"; bit 0 mandatory
  FileHandle file;
  std::uint64_t serial = 0;

  bool meets(std::uint64_t from, std::uint64_t to) const { return first <= to && from <= last; }
};

class PosixLocks {
 public:
  PosixLocks(Ledger& ledger, const Gfid& gfid) : ledger_(ledger), gfid_(gfid) {}
  PosixLocks(const PosixLocks&) = delete;
  PosixLocks& operator=(const PosixLocks&) = delete;

  bool empty() const { return granted_ == 0 && waiting_.empty(); }
  bool has_granted() const { return granted_ != 0; }
  // Granted ranges and waiting requests.
  std::size_t size() const { return granted_ + waiting_.size(); }

  // The first granted lock that stands against this one.
  const PosixLock* conflict(const PosixLock& wanted) const;
  // A granted lock of another holder that meets the range and satisfies the function.
  template <class Which>
  bool any_foreign(const Holder& holder, std::uint64_t first, std::uint64_t last, Which&& which) const {
    return index_.visit(first, last, [&](const PosixLock* lock) { return lock->holder != holder && which(*lock); });
  }
  template <class Visit>
  void for_each_granted(Visit&& visit) const {
    for (const auto& [holder, ranges] : owners_) {
      for (const auto& [first, lock] : ranges) visit(lock);
    }
  }
  template <class Visit>
  void for_each_waiting(Visit&& visit) const {
    for (const auto& [serial, waiting] : waiting_) visit(waiting.wanted);
  }
  template <class Which>
  bool any(Which&& which) const {
    return index_.visit(0, no_end, [&](const PosixLock* lock) { return which(*lock); });
  }
  // Whether this holder's client has a granted lock through that open file.
  bool held_through(const FileHandle& file) const { return files_.contains(file); }

  Verdict ask(PosixLock wanted, std::uint64_t serial, Request* request, const Turn& turn);
  // Drops those conflicting locks of others and everybody's waiting requests, then grants (lock enforcement).
  void preempt(PosixLock wanted, const Turn& turn);
  void release(const Holder& holder, std::uint64_t first, std::uint64_t last, const Turn& turn);
  void release_holder(const Holder& holder, const Turn& turn) { release(holder, 0, no_end, turn); }
  // A request's frame died. A lock it was granted but never told of is given back too.
  void give_up(std::uint64_t serial, const Holder& holder, std::uint64_t first, std::uint64_t last, const Turn& turn);
  template <class Which>
  Cleared drop_if(Which&& which, bool waiting_too, bool granted_too, const Error& error, const Turn& turn) {
    Cleared cleared;
    for (auto place = waiting_.begin(); waiting_too && place != waiting_.end();) {
      auto waiting = place++;
      if (!which(waiting->second.wanted)) continue;
      ++cleared.waiting;
      refuse(waiting->first, error);
    }
    std::vector<std::pair<Holder, std::uint64_t>> gone;
    if (granted_too) {
      for_each_granted([&](const PosixLock& lock) {
        if (which(lock)) gone.emplace_back(lock.holder, lock.first);
      });
    }
    for (const auto& [holder, first] : gone) remove(holder, first);
    cleared.granted = gone.size();
    if (cleared.granted != 0) retry(0, no_end, turn);
    return cleared;
  }
  // Hands the locks of an open file to another one.
  void move_file(const FileHandle& from, const FileHandle& to, std::uint64_t client, const std::string& client_uid);

 private:
  struct Waiting {
    PosixLock wanted;
    Request* request = nullptr;
  };
  using Ranges = std::map<std::uint64_t, PosixLock>;  // by first byte

  void insert(PosixLock lock);
  void remove(const Holder& holder, std::uint64_t first);
  // Cuts the range out of what the holder has; whether there was anything.
  bool cut(const Holder& holder, std::uint64_t first, std::uint64_t last);
  // The same answer: whether it replaced something, which may let others in.
  bool set(PosixLock wanted, const Turn& turn);
  void refuse(std::uint64_t serial, const Error& error);
  void retry(std::uint64_t first, std::uint64_t last, const Turn& turn);

  Ledger& ledger_;
  const Gfid gfid_;
  std::map<Holder, Ranges> owners_;
  IntervalTree<const PosixLock*> index_;
  std::map<std::uint64_t, Waiting> waiting_;                              // by serial
  std::map<FileHandle, std::size_t, std::owner_less<FileHandle>> files_;  // never iterated: ordered by address
  std::size_t granted_ = 0;
  std::uint64_t pieces_ = 0;  // ids in the index
};

}  // namespace mortar::locks
