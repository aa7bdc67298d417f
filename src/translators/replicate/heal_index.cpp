#include "translators/replicate/heal_index.h"

#include <utility>

namespace mortar::replicate {

namespace {

const char* key_of(HealList list) {
  switch (list) {
    case HealList::blamed: return "glusterfs.xattrop_index_gfid";
    case HealList::dirty: return "glusterfs.xattrop_dirty_gfid";
    case HealList::noted: return "glusterfs.xattrop_entry_changes_gfid";
  }
  std::unreachable();
}

}  // namespace

Task<Gfid> HealIndex::directory(Copy copy, HealList list) {
  const char* key = key_of(list);
  const Call own = healing_.call();
  const fop::Getxattr get{.gfid = root_gfid, .name_given = 1, .name = key, .xdata = {}};
  const fop::Values values = co_await tried(healing_.at(own, get, copy));
  const std::optional<Gfid> gfid = values.values.gfid(key);
  if (!gfid) co_return failed(EINVAL, "the brick does not say where its list of damaged objects is");
  // A brick of stock knows it only once it has been looked up.
  const fop::Lookup lookup = lookup_of(*gfid);
  co_await tried(healing_.at(own, lookup, copy));
  co_return *gfid;
}

Task<std::vector<std::string>> HealIndex::entries(Copy copy, HealList list) {
  const Gfid listed = co_await tried(directory(copy, list));
  std::vector<std::string> names = co_await tried(healing_.names_on(copy, listed));
  co_return std::move(names);
}

Task<> HealIndex::strike(Copy copy, HealList list, std::string entry) {
  const Gfid listed = co_await tried(directory(copy, list));
  if (list == HealList::noted) {
    fop::Rmdir remove{.parent = listed, .flags = with_all_in_it, .name = std::move(entry), .xdata = {}};
    co_await tried(healing_.remove_at(std::move(remove), copy));
    co_return done;
  }
  fop::Unlink unlink{.parent = listed, .name = std::move(entry), .flags = 0, .xdata = {}};
  co_await tried(healing_.remove_at(std::move(unlink), copy));
  co_return done;
}

}  // namespace mortar::replicate
