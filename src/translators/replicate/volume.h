// What all operations of replicate share: the copies, which of them are there, the options, and what is remembered of
// objects. Nothing here asks a subvolume.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/task_set.h"
#include "runtime/world.h"
#include "translator/translator.h"
#include "translators/cluster/locks.h"
#include "translators/cluster/recent.h"
#include "translators/replicate/changelog.h"
#include "translators/replicate/options.h"
#include "translators/replicate/order_of_changes.h"
#include "translators/replicate/quorum.h"

namespace mortar::replicate {

// Which copies of an object may be read.
struct Readable {
  Copies data;  // of a directory: its names
  Copies metadata;
  Copies arbiters;  // have missed no change of the attributes; what else they tell of a file is not their own

  bool is_split() const { return data.empty() || metadata.empty(); }
  // Who takes part in a change of them.
  Copies with_right_attributes() const { return metadata.empty() ? metadata : metadata | arbiters; }
  friend bool operator==(const Readable&, const Readable&) = default;
};

class Volume {
 public:
  // All that is referred to outlives this.
  Volume(World& world, const Translator& translator, TaskSet& background, ReplicateOptions options, Quorum quorum,
         ChangelogKeys keys);

  // ---- The copies, each at its place in the volfile.
  const std::string& name() const { return translator.name(); }
  // Where the locks of changes are; those of heals are in a domain beside it.
  const std::string& domain() const { return translator.name(); }
  // What bricks call the one where they keep those of attributes.
  std::string domain_of_attributes() const { return domain() + ":metadata"; }
  // Of our clients only.
  std::string domain_of_moves() const { return domain() + ":moves-of-directories"; }
  std::size_t size() const { return translator.children().size(); }
  Translator& subvolume(Copy copy) const { return *translator.children()[copy]; }
  Copies all() const { return Copies::first(size()); }
  // So that several operations in order are one call everywhere. Whoever knows them knows our keys in xdata, too.
  bool all_know_sequences() const {
    return std::ranges::all_of(translator.children(), [](const Translator* child) { return child->knows_sequences(); });
  }
  std::string names(Copies copies) const;
  std::vector<std::string> names() const;  // by copy
  // Those that hold data, and not names and marks only.
  Copies with_data() const { return Copies::first(size() - options.arbiter_count); }

  // Other ones from now on: what was said before under another quorum does not count.
  void set_options(ReplicateOptions options, Quorum quorum);
  // Of the volume as a whole, where the volfile says it.
  std::optional<Gfid> id() const { return Gfid::parse(options.volume_id); }

  // ---- Which of them are there.
  void set_up(Copy copy, bool is_up);
  Copies up() const { return up_; }
  // Those of them that are on this machine.
  Copies here() const { return up_ & here_; }
  // How often the copy was lost: what was locked there before is locked no more.
  std::uint32_t losses(Copy copy) const { return losses_[copy]; }
  // All copies have made a change of this client: none of them has lost its connection, and with it any lock.
  void note_change_by_all() { changed_by_all_ = world.now(); }
  // For a moment after that. A brick may give away what is locked before this client hears that it was lost.
  bool are_locks_certain() const {
    return changed_by_all_ && world.now() - *changed_by_all_ < locks_are_certain_for;
  }
  static constexpr Duration locks_are_certain_for = std::chrono::milliseconds(500);

  // ---- What is remembered: only as long as no copy has come or gone.
  std::optional<Readable> readable(const Gfid& gfid);
  void remember(const Gfid& gfid, const Readable& readable);
  void forget(const Gfid& gfid);
  // Copies have missed a change.
  void leave_out(const Gfid& gfid, Slot slot, Copies copies);
  // How often that was said of any object, or a copy came or went: what was asked for before is not remembered after.
  std::uint64_t news() const { return news_; }

  // Why nothing is done with an object no copy of which is known to be right: a split brain, or the right one is away.
  Error nobody_is_right() const { return nobody_is_right(up_); }
  // The same where these were heard: others may have come since.
  Error nobody_is_right(Copies heard) const;

  // The copy of those to read the object from.
  Copy choose(const Gfid& gfid, Copies copies) const;
  // The same for content: rather one on this machine, and reads may be under way. All else is told by the same copy to
  // all clients, as what only one of them has of a change that has failed is marked only where it is content.
  Copy choose_reader(const Gfid& gfid, Copies copies) const;
  class Reading {
   public:
    Reading(Volume& volume, Copy copy) : count_(volume.reading_[copy]) { ++count_; }
    ~Reading() { --count_; }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

   private:
    std::uint32_t& count_;
  };

  World& world;
  const Translator& translator;  // replicate itself
  TaskSet& background;           // what nobody waits for
  ReplicateOptions options;
  Quorum quorum;
  const ChangelogKeys keys;
  LockOwners lock_owners;
  // Copies that are alike tell the same times, but not where each keeps those of its disk: which it is shows after a
  // few answers that differ in nothing else.
  class CommonTimes {
   public:
    explicit operator bool() const { return differed_ < most; }
    void differ() { differed_ = std::min(differed_ + 1, most); }
    void agree() { differed_ = 0; }

   private:
    static constexpr int most = 3;
    int differed_ = 0;
  };
  CommonTimes common_times;
  // Which directories had these names when they were last told. Whoever goes by that says so to the bricks.
  RecentNames<Gfid> named_directories{16384};
  OrderOfChanges order_of_changes;

 private:
  std::optional<Copy> preferred(Copies copies) const;
  // Those that need no network, where there are any and that counts.
  Copies nearest(Copies copies) const;

  Copies up_;
  Copies here_;  // as of when they came
  std::optional<Instant> changed_by_all_;

  std::vector<std::uint32_t> losses_ = std::vector<std::uint32_t>(most_copies);
  std::vector<std::uint32_t> reading_ = std::vector<std::uint32_t>(most_copies);
  RecentObjects<Readable> known_;
  std::uint64_t news_ = 0;
};

}  // namespace mortar::replicate
