// Making anew on a copy what it has nowhere. The right copies blame it for all of the object before that is there, so
// that nobody reads it before it is healed. Attributes are copied at once, and again by that heal: only the name is
// locked here, and users may change them meanwhile.
#pragma once

#include "translators/replicate/heal_job.h"
#include "translators/replicate/heal_metadata.h"

namespace mortar::replicate {

class ObjectMaker {
 public:
  // Both outlive this.
  ObjectMaker(Healing& healing, MetadataHealer& metadata)
      : healing_(healing), volume_(healing.volume()), metadata_(metadata) {}

  Task<> make(DirectoryJob& job, const MissingName& missing, const Locked& locked);
  // What is done before an object comes into being on the sink, and after that, whoever brings it about.
  Task<> blame(const DirectoryJob& job, const MissingName& missing, const Locked& locked);
  Task<> finish(DirectoryJob& job, const MissingName& missing, const Locked& locked);

 private:
  Task<> make_directory(const MissingName& missing, const Locked& locked);
  Task<> make_symlink(const MissingName& missing, const Locked& locked);
  Task<> make_file(const MissingName& missing, const Locked& locked);
  Call call_of_owner(const Iatt& object) const;

  Healing& healing_;
  Volume& volume_;
  MetadataHealer& metadata_;
};

}  // namespace mortar::replicate
