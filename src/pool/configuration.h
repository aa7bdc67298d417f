// The pool's document as one server sees it, and how it is changed: check the edit, apply it, swap; again where
// somebody else was first. What this server knows never gets older.
//
//   Configuration configuration(world, server, 30s);
//   configuration.keep_in(register);
//   co_await tried(configuration.refresh());
//   co_await tried(configuration.change(StartVolume{"photos"}));
//
// A swap whose end is unknown is settled before anybody is told: the same swap is repeated (at most one of them can be
// done, for both expect the same version), and each change leaves a mark of its own at its server in the document, by
// which it is recognised after others have changed the document too.
#pragma once

#include <functional>

#include "base/event.h"
#include "pool/edit.h"
#include "pool/register.h"
#include "runtime/world.h"

namespace mortar {

class Configuration {
 public:
  // Settling takes at most the patience.
  Configuration(World& world, const Gfid& server, std::chrono::seconds patience);

  // Where the document is kept from now on; it outlives this. The lock must be held where there was another one before.
  void keep_in(Register& documents) { register_ = &documents; }
  // Forgets what was known: another pool's versions have nothing to do with it.
  void forget() { version_ = 0; }
  // While it is held no change begins or is under way.
  Task<SharedMutex::Guard> lock() { return changing_.lock(); }

  const Pool& pool() const { return pool_; }
  std::uint64_t version() const { return version_; }

  // Reads the newest document.
  Task<> refresh();
  // An error of the edit is the user's. ESTALE: this server is in the pool no more. ETIMEDOUT: nobody can tell in time
  // whether it was done; the sentence says so.
  template <Edit Change>
  Task<> change(Change change) {
    return change_by([change = std::move(change)](Pool& pool) {
      Result<Done> checked = change.check(pool);
      if (checked) change.apply(pool);
      return checked;
    });
  }
  // Takes in what the register tells until it fails.
  Task<> follow();
  // Takes in a document that came another way. EINVAL where it is not understood; one that is not newer is ignored.
  Task<> take(Document document);
  // Knows the document of the version or a newer one. ETIMEDOUT where it is not to be had in time.
  Task<> reach(std::uint64_t version, Duration limit);

  // Keeps each document that is newer before it counts here.
  void remember_by(std::function<Task<>(Document)> keep) { keep_ = std::move(keep); }
  // Called after each document that is newer.
  void on_change(std::function<void()> told) { told_ = std::move(told); }

 private:
  using Attempt = std::function<Result<Done>(Pool&)>;
  Task<> change_by(Attempt attempt);
  Task<std::uint64_t> swap_surely(std::uint64_t expected, std::string text, Instant limit);
  Task<Document> read_surely(Instant limit);

  World& world_;
  const Gfid server_;
  const std::chrono::seconds patience_;
  Register* register_ = nullptr;
  Pool pool_;
  std::uint64_t version_ = 0;
  std::function<Task<>(Document)> keep_;
  std::function<void()> told_;
  Mutex changing_;
};

}  // namespace mortar
