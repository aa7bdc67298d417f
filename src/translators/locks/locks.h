// features/locks: every lock of a brick. POSIX locks of applications (LK), range locks (INODELK) and name locks
// (ENTRYLK) of the cluster translators, lock counts in replies, mandatory locking, and a hold on the removal of objects
// that others work on. Locks live in memory only; they belong to a connection and end with it.
//
// A request that waits is a suspended task in a queue: it holds nothing else up, and a task that is destroyed gives its
// place back.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "runtime/world.h"
#include "translator/graph.h"
#include "translator/options.h"
#include "translators/locks/reply_counts.h"

namespace mortar {

namespace locks {

struct Options {
  std::string mandatory_locking = "off";
  bool enforce_mandatory_lock = false;
  bool notify_contention = true;
  std::chrono::seconds notify_contention_delay{5};
  std::chrono::seconds revocation_age{0};
  bool revocation_clear_all = false;
  std::uint32_t revocation_max_blocked = 0;
  std::uint64_t most_per_client = std::uint64_t{1} << 20;

  auto options(this auto& self) {
    using namespace std::chrono_literals;
    return std::tuple(
        Option{"mandatory-locking", self.mandatory_locking,
               "off, file (files with set-group-id and without group execute), forced (every lock), optimal (locks "
               "taken as mandatory)."},
        Option{"enforce-mandatory-lock", self.enforce_mandatory_lock,
               "Let clients fence files: only the holder of a lock reads and writes."},
        Option{"notify-contention", self.notify_contention, "Tell the holder of a lock that somebody waits for it."},
        Option{"notify-contention-delay", self.notify_contention_delay,
               "The shortest time between two notices about one lock.", 0s, 60s},
        Option{"revocation-secs", self.revocation_age, "Take a lock away after this time if others want it; 0: never."},
        Option{"revocation-clear-all", self.revocation_clear_all, "Refuse those who wait, too, when locks are taken."},
        Option{"revocation-max-blocked", self.revocation_max_blocked, "Take locks away when so many wait; 0: never."},
        Option{"locks-per-client", self.most_per_client, "What one client may hold and wait for."});
  }
};

enum class Mandatory { off, file, forced, optimal };

// A stretch of a file that is about to be read or written.
struct Transfer {
  Gfid gfid;
  FileHandle file;
  bool may_wait = false;
  bool write = true;
  std::uint64_t first = 0;
  std::uint64_t last = no_end;
  int fenced_error = EAGAIN;  // where the file is fenced against the caller
};

}  // namespace locks

class Locks : public locks::CountsReplies {
 public:
  Locks(World& world, std::string name, const locks::Options& options, locks::Mandatory mandatory);
  ~Locks() override;
  using locks::CountsReplies::perform;

  Task<fop::Lk::Reply> perform(const Call& call, const fop::Lk& lk) override;
  Task<fop::Inodelk::Reply> perform(const Call& call, const fop::Inodelk& lock) override;
  Task<fop::Finodelk::Reply> perform(const Call& call, const fop::Finodelk& lock) override;
  Task<fop::Entrylk::Reply> perform(const Call& call, const fop::Entrylk& lock) override;
  Task<fop::Fentrylk::Reply> perform(const Call& call, const fop::Fentrylk& lock) override;
  Task<fop::Flush::Reply> perform(const Call& call, const fop::Flush& flush) override;
  Task<fop::Release::Reply> perform(const Call& call, const fop::Release& release) override;
  Task<fop::GetActiveLocks::Reply> perform(const Call& call, const fop::GetActiveLocks& get) override;

  // Names that are questions and commands: clear-locks, lock migration, enforcement (virtual_xattrs.cpp).
  Task<fop::Getxattr::Reply> perform(const Call& call, const fop::Getxattr& get) override;
  Task<fop::Fgetxattr::Reply> perform(const Call& call, const fop::Fgetxattr& get) override;
  Task<fop::Setxattr::Reply> perform(const Call& call, const fop::Setxattr& set) override;
  Task<fop::Fsetxattr::Reply> perform(const Call& call, const fop::Fsetxattr& set) override;
  Task<fop::Removexattr::Reply> perform(const Call& call, const fop::Removexattr& remove) override;
  Task<fop::Fremovexattr::Reply> perform(const Call& call, const fop::Fremovexattr& remove) override;

  // What mandatory locks stand against (transfers.cpp).
  Task<fop::Open::Reply> perform(const Call& call, const fop::Open& open) override;
  Task<fop::Lookup::Reply> perform(const Call& call, const fop::Lookup& lookup) override;
  Task<fop::Readdirp::Reply> perform(const Call& call, const fop::Readdirp& readdirp) override;
  Task<fop::Read::Reply> perform(const Call& call, const fop::Read& read) override;
  Task<fop::Write::Reply> perform(const Call& call, const fop::Write& write) override;
  Task<fop::Truncate::Reply> perform(const Call& call, const fop::Truncate& truncate) override;
  Task<fop::Ftruncate::Reply> perform(const Call& call, const fop::Ftruncate& truncate) override;
  Task<fop::Fallocate::Reply> perform(const Call& call, const fop::Fallocate& allocate) override;
  Task<fop::Discard::Reply> perform(const Call& call, const fop::Discard& discard) override;
  Task<fop::Zerofill::Reply> perform(const Call& call, const fop::Zerofill& zerofill) override;
  Task<fop::CopyFileRange::Reply> perform(const Call& call, const fop::CopyFileRange& copy) override;

  // What waits until others have let go of the object (removal.cpp).
  Task<fop::Unlink::Reply> perform(const Call& call, const fop::Unlink& unlink) override;
  Task<fop::Rmdir::Reply> perform(const Call& call, const fop::Rmdir& rmdir) override;
  Task<fop::Rename::Reply> perform(const Call& call, const fop::Rename& rename) override;

  Task<> stop() override;
  void client_leaves(const Client& client) override;
  void client_gone(const Client& client) override;
  Result<Done> reconfigure(const VolumeSection& section) override;
  void dump_state(std::string& out) const override;

 protected:
  const locks::LockTable& table() const override { return *table_; }

 private:
  struct RangeRequest {
    Gfid gfid;
    std::uint32_t command = 0;
    std::uint32_t type = 0;
    std::uint64_t start = 0;
    std::uint64_t length = 0;
    std::string domain;
    bool by_handle = false;
  };
  struct NameRequest {
    Gfid gfid;
    std::uint32_t command = 0;
    locks::EntryName name;
    std::string domain;
    bool by_handle = false;
  };

  locks::Turn turn() const;
  locks::Circumstances circumstances(const Call& call) const;
  // ENOTCONN where the caller's connection has gone, ENOLCK where it has too many, EINVAL for an owner of zeros.
  Result<Done> may_lock(const Call& call) const;

  Task<fop::Lk::Reply> set_posix(const Call& call, const fop::Lk& lk, locks::PosixLock wanted);
  Result<fop::Lk::Reply> get_posix(const fop::Lk& lk, const locks::PosixLock& wanted) const;
  fop::Lk::Reply unlock_posix(const fop::Lk& lk, const locks::PosixLock& range);
  Task<fop::Acknowledged> lock_range(const Call& call, RangeRequest request);
  Task<fop::Acknowledged> lock_name(const Call& call, NameRequest request);

  template <class Operation>
  Task<typename Operation::Reply> transfer(const Call& call, const Operation& operation, locks::Transfer transfer);
  template <class Operation>
  Task<typename Operation::Reply> guarded(const Call& call, const Operation& operation, locks::Transfer transfer);
  template <class Operation>
  Task<typename Operation::Reply> without_content(const Call& call, Operation operation, const char* key);
  Task<> wait_for_transfer(const Call& call, locks::Transfer transfer);
  Task<bool> is_mandatory(const Call& call, Gfid gfid);
  Task<bool> is_fenced(const Call& call, Gfid gfid);
  bool has_mandatory_locks() const { return mandatory_ != locks::Mandatory::off; }

  template <class Operation>
  Task<typename Operation::Reply> removing(const Call& call, const Operation& operation, Gfid parent,
                                           std::string entry);

  Task<fop::Values> clear(const Call& call, Gfid gfid, std::string name);
  Task<fop::Values> lock_information(const Call& call, Gfid gfid, Fd fd);
  Task<fop::Acknowledged> take_over(const Call& call, const fop::Fsetxattr& set);
  // "HOST", "/brick/path"
  struct BrickPlace {
    std::string raw;  // as posix tells it, up to the path in the volume
    std::string host;
    std::string directory;
  };
  Task<BrickPlace> brick_place(const Call& call, Gfid gfid);
  std::uint64_t number_of_file(const std::shared_ptr<Descriptor>& file);
  Result<Done> may_fence() const;

  World& world_;
  locks::Options options_;
  locks::Mandatory mandatory_;
  std::shared_ptr<locks::LockTable> table_;
  std::map<std::uint64_t, locks::FileHandle> file_numbers_;  // of files whose lock information was asked for
  std::uint64_t last_file_number_ = 0;
};

Result<std::unique_ptr<Translator>> make_locks(World& world, const VolumeSection& section);

}  // namespace mortar
