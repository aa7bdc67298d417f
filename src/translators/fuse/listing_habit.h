// Whether who lists a large directory will want attributes with the names. They come with the first page of a listing,
// and cost ten times as much as names alone on the others. The kernel does not tell whether it has used them. So one
// name of the first page, the probe, goes without: it is looked up by whoever looks at each name, at once as `ls -l`
// does, or when all names are known as `du` does. Who does the latter gets attributes with the next listings.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "base/gfid.h"
#include "runtime/world.h"

namespace mortar::fuse {

class ListingHabit {
 public:
  struct Probe {
    Gfid directory;
    std::string name;
    Instant until{};
    bool is_looked_up = false;
  };
  using ProbePointer = std::shared_ptr<Probe>;

  explicit ListingHabit(World& world) : world_(world) {}

  // The first page of a listing goes without attributes of that name, and more pages will follow.
  ProbePointer begin(const Gfid& directory, std::string name);
  void looked_up(const Gfid& directory, std::string_view name);
  // With the next page of that listing.
  bool wants_attributes(const Probe& probe) const { return probe.is_looked_up || credit_ > 0; }

 private:
  void settle(const Probe& probe);
  void settle_those_over();

  World& world_;
  std::unordered_map<Gfid, ProbePointer> probes_;  // by directory, those of listings of late
  int credit_ = 0;                                 // as many listings may yet turn out not to want them
};

}  // namespace mortar::fuse
