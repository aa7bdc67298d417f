#include "translators/distribute/own_keys.h"

namespace mortar::distribute {

OwnKeys::OwnKeys(const std::string& prefix)
    : layout(prefix), link(prefix + ".linkto"), leader(prefix + ".mds"), commit_hash(prefix + ".commithash") {}

fop::Lookup OwnKeys::added_to(const fop::Lookup& lookup) const {
  fop::Lookup asked = lookup;
  constexpr std::int64_t layout_size = 16, link_size = 256, leader_size = 4;
  asked.xdata.set(layout, layout_size);
  asked.xdata.set(link, link_size);
  asked.xdata.set(leader, leader_size);
  if (lookup.gfid == root_gfid) asked.xdata.set(commit_hash, leader_size);
  return asked;
}

void OwnKeys::hide(Dictionary& xdata) const {
  xdata.erase(layout);
  xdata.erase(link);
  xdata.erase(leader);
  xdata.erase(commit_hash);
}

}  // namespace mortar::distribute
