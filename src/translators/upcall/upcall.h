// features/upcall: tells clients that cache what others change. Each operation of a client makes it a watcher of the
// object for a time; an operation that changes the object sends a notice to the other watchers.
//
// Changes of extended attributes are told only of names that some client registered (IPC 2).
#pragma once

#include <chrono>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <tuple>

#include "runtime/world.h"
#include "translator/graph.h"
#include "translator/options.h"
#include "translators/upcall/flags.h"
#include "translators/upcall/recent_changes.h"
#include "translators/upcall/watchers.h"

namespace mortar {

namespace upcall {

struct Options {
  bool cache_invalidation = false;
  std::chrono::seconds timeout{60};
  std::uint64_t most_watchers = 1 << 18;

  auto options(this auto& self) {
    using namespace std::chrono_literals;
    return std::tuple(Option{"cache-invalidation", self.cache_invalidation, "Tell clients of changes by others."},
                      Option{"cache-invalidation-timeout", self.timeout, "How long a client is told after it looked.",
                             0s, std::chrono::seconds(std::numeric_limits<std::int32_t>::max())},
                      Option{"cache-invalidation-watchers", self.most_watchers, "How many looks are remembered.",
                             std::uint64_t{1}, std::uint64_t{1} << 32});
  }
};

// Passes everything on, and afterwards calls the translator's noted(call, operation, reply) where it has one for that
// operation.
template <class... Operations>
class NotesAll;

}  // namespace upcall

class Upcall : public PassOn {
 public:
  Upcall(World& world, std::string name, const upcall::Options& options);
  using PassOn::perform;

  bool enabled() const { return options_.cache_invalidation; }
  void client_gone(const Client& client) override;
  Result<Done> reconfigure(const VolumeSection& section) override;
  void dump_state(std::string& out) const override;

 protected:
  using Flags = std::uint32_t;
  using Look = upcall::RecentChanges::Look;

  // While an answer is noted: what was changed while it was under way.
  class Noting {
   public:
    Noting(Upcall& upcall, const Look& look) : upcall_(upcall) { upcall_.look_ = &look; }
    Noting(const Noting&) = delete;
    Noting& operator=(const Noting&) = delete;
    ~Noting() { upcall_.look_ = nullptr; }

   private:
    Upcall& upcall_;
  };

  bool anybody_else(const Call& call) const { return watchers_.any_other(call.client_number()); }
  // The caller has looked at the object.
  void looked(const Call& call, const Gfid& gfid);
  // The caller has changed it: the others are told.
  void changed(const Call& call, const Gfid& gfid, Flags flags, const Iatt& iatt, const Iatt& parent = {},
               const Iatt& old_parent = {}, const Dictionary& xattrs = {});
  void changed_xattrs(const Call& call, const Gfid& gfid, Flags flags, const Dictionary& xattrs,
                      const Dictionary& xdata);
  // Its last name is gone.
  void removed(const Gfid& gfid) { watchers_.forget(gfid); }
  // The part of the attributes that clients have registered for.
  Dictionary registered(const Dictionary& xattrs) const;
  Result<Done> register_names(const Dictionary& names);
  // What a name stands for; a null gfid where there is nothing.
  Task<Iatt> find(const Call& call, Gfid parent, std::string entry);

  upcall::RecentChanges changes_;

 private:
  World& world_;
  upcall::Options options_;
  upcall::Watchers watchers_;
  std::set<std::string> names_;  // patterns of fnmatch(3)
  // Clients have asked for marks of replication: what the brick has may be behind, and notices do not tell it.
  bool is_copy_ = false;
  const Look* look_ = nullptr;  // of the answer that is being noted
};

Result<std::unique_ptr<Translator>> make_upcall(World& world, const VolumeSection& section);

}  // namespace mortar
