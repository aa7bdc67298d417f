// cluster/replicate: several copies of everything, each on a subvolume of its own. What is changed is changed on all
// that are there, and on a quorum at least, under locks that all clients share; who misses a change is blamed by the
// others before it is answered, so that a heal knows which copy is right and nobody reads the other.
//
// This is the translator, which hands each operation to the part that knows it. Of the parts, each uses only those
// above it:
//
//   copies.h, changelog.h, quorum.h   sets of copies; the marks they keep; how many are enough
//   order_of_changes.h                what is likely to be changed next
//   volume.h                          which of them are there, the options, what is known: what all share
//   asking.h, outcome.h               one operation at several copies, and what came of it
//   arrivals.h                        copies that come, and may have lost something, and go
//   halo.h                            copies that are far, and are done without
//   claims.h, holds.h                 locks and marks, kept from one change to the next
//   blame.h, evidence.h, heal_direction.h
//                                     what the copies say of each other, and which of them are right
//   ruling.h                          who says which copy is right where the marks do not
//   copy_locks.h, healing.h           what all parts of a heal share
//   heal_metadata.h, heal_content.h   making copies alike: attributes and content
//   heal_job.h, heal_notes.h          a directory: what is known of it, and which of its names are to be looked at
//   heal_aside.h, heal_removal.h      what goes, and what of it is kept for a name that it may get
//   heal_moves.h, heal_making.h, heal_identity.h
//                                     what comes: from another name, or anew; what is there without identity
//   heal_name.h, heal_entries.h       one name, and a directory
//   split_brains.h, healer.h          making the marks say which copy is right; one object with all its parts
//   inspection.h, heals_on_use.h      split brains as users look at them; heals that clients begin
//   new_copy.h                        a copy that has nothing yet
//   finder.h                          lookup
//   plans.h, changes.h                whatever modifies
//   reads.h, listing.h                whatever asks
//   own_xattrs.h                      what users do not get to see
//   open_objects.h, lock_requests.h   open and release; locks of applications
//
// All locks and marks are those of stock clients and bricks.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/task_set.h"
#include "runtime/world.h"
#include "translator/graph.h"
#include "translator/intercept.h"
#include "translators/replicate/arrivals.h"
#include "translators/replicate/changes.h"
#include "translators/replicate/halo.h"
#include "translators/replicate/listing.h"
#include "translators/replicate/lock_requests.h"
#include "translators/replicate/new_copy.h"
#include "translators/replicate/open_objects.h"
#include "translators/replicate/reads.h"

namespace mortar {

class Replicate final : public Intercept<Replicate> {
 public:
  static Result<std::unique_ptr<Translator>> make(World& world, const VolumeSection& section);
  Replicate(World& world, std::string name, ReplicateOptions options, replicate::Quorum quorum,
            replicate::ChangelogKeys keys, replicate::HaloOptions halo = {});
  ~Replicate() override;

  Task<> start() override;
  Task<> stop() override;
  void notified(const Notice& notice, Translator& child) override;
  Result<Done> reconfigure(const VolumeSection& section) override;
  void dump_state(std::string& out) const override;

  replicate::Volume& volume() { return volume_; }
  // A copy has come.
  void on_copy_up(std::function<void()> told) { told_ = std::move(told); }
  replicate::Healer& healer() { return healer_; }

  template <class Operation>
  Task<typename Operation::Reply> around(const Call& call, const Operation& operation);

 private:
  void copy_comes_or_goes(replicate::Copy copy, bool comes);
  Task<fop::Statfs::Reply> statfs(const Call& call, const fop::Statfs& statfs);
  Task<fop::Acknowledged> set_xattr(const Call& call, const fop::Setxattr& set);
  Task<fop::Values> get_xattr(const Call& call, const fop::Getxattr& get);
  // What is above has an object as it is not seen any more.
  void tell_changed(const Gfid& gfid);
  Task<fop::Acknowledged> ipc(const Call& call, const fop::Ipc& ipc);

  std::function<void()> told_;
  bool is_up_ = false;
  std::vector<bool> decided_;  // whether it is known of a copy if it is there

  TaskSet background_;
  // Each refers to some of those above it.
  replicate::Volume volume_;
  Descriptors descriptors_{*this};
  replicate::Asking asking_{volume_, descriptors_};
  replicate::Arrivals arrivals_{volume_, asking_, [this](replicate::Copy copy) { copy_comes_or_goes(copy, true); }};
  replicate::Halo halo_{[this] {
    return replicate::Halo::Set{.up = volume_.up(), .with_data = volume_.with_data(), .quorum = volume_.quorum};
  }};
  replicate::Holds holds_{volume_, asking_};
  replicate::Healer healer_{volume_};
  replicate::NewCopy new_copy_{healer_.healing()};
  replicate::Inspection inspection_{volume_, healer_, [this](const Gfid& gfid) { tell_changed(gfid); }};
  replicate::HealsOnUse heals_on_use_{volume_, healer_};
  replicate::Finder finder_{volume_, asking_, holds_, healer_, inspection_, heals_on_use_};
  replicate::Changes changes_{volume_, asking_, holds_, finder_, descriptors_};
  replicate::Reads reads_{volume_, asking_, finder_};
  replicate::Listing listing_{volume_, asking_, finder_};
  replicate::OpenObjects open_objects_{volume_, asking_, finder_, changes_, descriptors_};
  replicate::LockRequests lock_requests_{volume_, asking_};
};

}  // namespace mortar
