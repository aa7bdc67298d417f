// What all operations of distribute share: the subvolumes, which of them are there, the options, and what is
// remembered. Nothing here asks a subvolume.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task_set.h"
#include "runtime/world.h"
#include "translator/translator.h"
#include "translators/cluster/locks.h"
#include "translators/distribute/memory.h"
#include "translators/distribute/moves.h"
#include "translators/distribute/name_hash.h"
#include "translators/distribute/options.h"
#include "translators/distribute/own_keys.h"
#include "translators/distribute/refused_heals.h"

namespace mortar::distribute {

class Volume {
 public:
  // All that is referred to outlives this.
  Volume(World& world, const Translator& translator, TaskSet& background, DistributeOptions options, NameHash hash);

  // ---- The subvolumes, each at its place in the volfile.
  const std::string& name() const { return translator.name(); }
  const std::vector<Translator*>& children() const { return translator.children(); }
  Translator& subvolume(Place place) const { return *children()[place]; }
  std::optional<Place> place_named(std::string_view subvolume_name) const;
  std::vector<Translator*> others(Place place) const;
  std::vector<Place> all_places() const;
  std::vector<Place> all_places_but(Place place) const;

  // ---- Which of them are there.
  // Once the graph stands; none is there until that is told.
  void start() { up_.assign(children().size(), false); }
  void set_up(Place place, bool is_up) { up_[place] = is_up; }
  bool is_up(Place place) const { return up_[place]; }
  bool all_up() const;
  bool any_up() const;
  const std::vector<bool>& up() const { return up_; }

  // ---- Directories: where a name hashes to, and who speaks for the copies.
  std::optional<Place> hashed_place(const Directory& parent, std::string_view entry) const;
  // The subvolume that speaks for a directory where one is enough: its leader, else the first that is there.
  Place speaker(const Directory& directory) const;
  // Where what is changed of the directory is changed first; ENOTCONN while that subvolume is away.
  Result<Place> leader_of(const Directory& directory) const;

  // ---- Files that are elsewhere than their name hashes to, or on their way.
  bool is_link_file(const Iatt& iatt, const Dictionary& xattrs) const;
  bool is_link_file(const fop::Lookup::Reply& reply) const { return is_link_file(reply.iatt, reply.xdata); }
  bool is_moving(const Iatt& iatt, const Dictionary& xattrs) const;
  // The subvolume that a link file, or a file on its way, names; nothing where there is no such one.
  std::optional<Place> link_target(const Dictionary& xattrs) const;

  // ---- The commit hash of the volume, as the root of a subvolume told it last; 0 until then.
  std::uint32_t commit_hash() const { return commit_hash_; }
  void learn_commit_hash(const Dictionary& xdata);

  World& world;
  const Translator& translator;  // distribute itself
  TaskSet& background;           // what nobody waits for
  DistributeOptions options;
  NameHash hash;
  const OwnKeys keys;
  DistributeMemory memory;
  RefusedHeals refused_heals;
  LockOwners lock_owners;

 private:
  std::vector<bool> up_;
  std::uint32_t commit_hash_ = 0;
};

}  // namespace mortar::distribute
