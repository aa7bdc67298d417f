// Link files: regular files without a byte, of mode 01000, with the name of a subvolume in an extended attribute. One
// stands where a name hashes to while the data is elsewhere.
#include <fmt/format.h>

#include "base/log.h"
#include "translators/cluster/as_root.h"
#include "translators/distribute/distribute.h"

namespace mortar {

namespace {

constexpr std::uint32_t link_file_mode = 0101000;
constexpr const char* entry_domain = "dht.entry.sync";

Dictionary internal() {
  Dictionary xdata;
  xdata.set_text("glusterfs-internal-fop", "yes");
  return xdata;
}

}  // namespace

bool Distribute::is_link_file(const fop::Lookup::Reply& reply) const {
  return distribute::looks_moved(reply.iatt) && reply.xdata.has(link_key());
}

std::optional<Place> Distribute::link_target(const fop::Lookup::Reply& reply) const {
  const std::optional<std::string_view> target = reply.xdata.text(link_key());
  if (!target) return std::nullopt;
  return place_named(target->substr(0, target->find('\0')));
}

Task<> Distribute::lock_name_at(LockSet& locks, Place place, Gfid directory, std::string entry) {
  return locks.lock_name(subvolume(place), directory, std::move(entry), entry_domain, LockType::write);
}

Task<> Distribute::make_link_file(const Call& call, Gfid parent, std::string entry, const Iatt& file, Place at,
                                  Place data, bool replace) {
  const Call root = as_root(call);
  fop::Mknod mknod{.parent = parent, .mode = link_file_mode, .name = entry, .xdata = internal()};
  std::string target = subvolume(data).name();
  target.push_back('\0');
  mknod.xdata.set("gfid-req", file.gfid);
  mknod.xdata.set_bytes(link_key(), as_bytes(target));
  if (replace) mknod.xdata.set_text("force-replace", "yes");
  const Result<fop::Made> made = co_await subvolume(at).perform(root, mknod);
  if (!made && made.error().number() != EEXIST) co_return made.error();
  if (!made) {
    fop::Lookup lookup{.parent = parent, .name = entry};
    lookup.xdata.set(link_key(), std::int64_t{256});
    const fop::Lookup::Reply there = co_await tried(subvolume(at).perform(root, lookup));
    const bool will_do = is_link_file(there) && there.iatt.gfid == file.gfid && link_target(there) == data;
    if (!will_do) co_return failed(EEXIST);
  }
  // For quota and for whoever looks at the brick; nothing depends on it.
  fop::Setattr owner{.gfid = file.gfid, .xdata = internal()};
  owner.iatt.uid = file.uid;
  owner.iatt.gid = file.gid;
  owner.valid = set_attribute::uid | set_attribute::gid;
  if (file.uid == 0 && file.gid == 0) co_return done;
  const Result<fop::Changed> owned = co_await subvolume(at).perform(root, owner);
  if (!owned) {
    log::debug(name(), "the link file {} on {} stays root's: {}", entry, subvolume(at).name(),
               owned.error().sentence());
  }
  co_return done;
}

Task<> Distribute::remove_link_file(const Call& call, Gfid parent, std::string entry, Place at) {
  fop::Unlink unlink{.parent = parent, .name = entry, .xdata = internal()};
  unlink.xdata.set("unlink-only-if-dht-linkto-file", std::int64_t{1});
  unlink.xdata.set("dont-unlink-for-open-fd", std::int64_t{1});
  const Result<fop::Changed> removed = co_await subvolume(at).perform(as_root(call), unlink);
  if (!removed && removed.error().number() != ENOENT) {
    log::info(name(), "the link file {} in {} stays on {}: {}", entry, parent.text(), subvolume(at).name(),
              removed.error().sentence());
  }
  co_return done;
}

// A file that is being moved names its target in the same attribute as a link file.
Task<std::optional<Place>> Distribute::target_of_move(const Call& call, Gfid gfid, Place place) {
  fop::Lookup lookup{.gfid = gfid};
  lookup.xdata.set(link_key(), std::int64_t{256});
  const fop::Lookup::Reply reply = co_await tried(subvolume(place).perform(as_root(call), lookup));
  co_return link_target(reply);
}

}  // namespace mortar
