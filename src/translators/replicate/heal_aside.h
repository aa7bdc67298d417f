// Keeping aside, in a directory that no user sees (hidden_names.h), what loses its last name on a copy, as long as it
// may get another one there: a rename is healed as a rename.
#pragma once

#include "translators/replicate/heal_job.h"
#include "translators/replicate/heal_metadata.h"

namespace mortar::replicate {

class HealAside {
 public:
  // Both outlive this.
  HealAside(Healing& healing, MetadataHealer& metadata)
      : healing_(healing), volume_(healing.volume()), metadata_(metadata) {}

  // Whether the volume wants that.
  bool is_wanted() const { return volume_.options.use_anonymous_inode && volume_.id(); }
  // `object`: what the copy has there, which loses that name.
  Task<> put(Copy sink, Place place, Gfid object, const Locked& locked);
  // What is about to lose its last name there, and has others on other copies.
  Task<> keep(Copy copy, Gfid file, const Locked& locked);
  // Whether what the copy lacks was aside there, and has its name back.
  Task<bool> take_back(const MissingName& missing, const Locked& locked);
  // Whether each of these copies keeps it aside.
  Task<bool> is_kept(Gfid object, Copies copies);
  // Keeps a directory with nothing in it aside no longer.
  Task<> give_up(Gfid directory, Copy copy, const Locked& locked);
  // Keeps it aside no longer, where it has another name.
  Task<> forget(Copy sink, Gfid object, const Locked& locked);

 private:
  // The directory that it is kept in.
  Task<Gfid> provide(Copy copy);

  Healing& healing_;
  Volume& volume_;
  MetadataHealer& metadata_;
};

}  // namespace mortar::replicate
