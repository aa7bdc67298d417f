// How full the subvolumes are, and what follows from it: statfs, where new files go, how big a part of a layout each
// gets. What free space decides is in free_space.h; here is what is known of it.
#pragma once

#include <optional>
#include <vector>

#include "translators/distribute/free_space.h"
#include "translators/distribute/volume.h"

namespace mortar::distribute {

class Usage {
 public:
  // `volume` outlives this.
  explicit Usage(Volume& volume) : volume_(volume) {}

  // The volume's size and free space.
  Task<fop::Statfs::Reply> statfs(const Call& call, const fop::Statfs& statfs);
  // How full the subvolumes are is known afterwards as far as they tell; no failure where one does not. Waits for them
  // the first time only; later, where it was asked some time ago, it is asked again beside.
  Task<> refresh(const Call& call);
  // `hashed`, unless it is full and another subvolume with a good copy of the directory has room.
  Task<Place> place_for_new_file(const Call& call, DirectoryPointer parent, Place hashed);

  // As far as it is known.
  bool is_full(Place place) const;
  // What the subvolumes are to a new layout.
  std::vector<Sharer> sharers() const;

 private:
  Task<> read(Call call);
  FreeSpaceLimits limits() const;
  // The subvolume's bricks are being removed.
  bool is_leaving(Place place) const;

  Volume& volume_;
  std::vector<VolumeStatus> statuses_;  // by subvolume; nothing until they were asked
  std::optional<Instant> read_at_;
};

}  // namespace mortar::distribute
