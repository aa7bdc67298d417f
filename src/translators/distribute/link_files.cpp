#include "translators/distribute/link_files.h"

#include "base/log.h"
#include "translators/cluster/as_root.h"
#include "translators/distribute/internal_xdata.h"
#include "translators/distribute/layout_check.h"

namespace mortar::distribute {

namespace {

constexpr std::uint32_t link_file_mode = 0101000;
constexpr std::int64_t link_size = 256;

}  // namespace

Task<> LinkFiles::make(const Call& call, Gfid parent, std::string entry, const Iatt& file, Place at, Place data,
                       bool replace, const Directory* believed) {
  const Call root = as_root(call);
  fop::Mknod mknod{.parent = parent, .mode = link_file_mode, .name = entry, .xdata = internal_xdata()};
  std::string target = volume_.subvolume(data).name();
  target.push_back('\0');
  mknod.xdata.set("gfid-req", file.gfid);
  mknod.xdata.set_bytes(volume_.keys.link, as_bytes(target));
  if (replace) mknod.xdata.set_text("force-replace", "yes");
  if (believed != nullptr) ask_to_check_layout(volume_, mknod.xdata, *believed, at);
  const Result<fop::Made> made = co_await volume_.subvolume(at).perform(root, mknod);
  if (!made && made.error().number() != EEXIST) co_return made.error();
  if (!made) {
    fop::Lookup lookup{.parent = parent, .name = entry};
    lookup.xdata.set(volume_.keys.link, link_size);
    const fop::Lookup::Reply there = co_await tried(volume_.subvolume(at).perform(root, lookup));
    const bool will_do =
        volume_.is_link_file(there) && there.iatt.gfid == file.gfid && volume_.link_target(there.xdata) == data;
    if (!will_do) co_return failed(EEXIST);
  }
  co_await give_owner(root, file, at);
  co_return done;
}

Task<> LinkFiles::give_owner(Call root, Iatt file, Place at) {
  if (file.uid == 0 && file.gid == 0) co_return done;
  fop::Setattr owner{.gfid = file.gfid, .xdata = internal_xdata()};
  owner.iatt.uid = file.uid;
  owner.iatt.gid = file.gid;
  owner.valid = set_attribute::uid | set_attribute::gid;
  const Result<fop::Changed> owned = co_await volume_.subvolume(at).perform(root, owner);
  if (!owned) {
    log::debug(volume_.name(), "the link file for {} on {} stays root's: {}", file.gfid.text(),
               volume_.subvolume(at).name(), owned.error().sentence());
  }
  co_return done;
}

Task<> LinkFiles::remove(const Call& call, Gfid parent, std::string entry, Place at) {
  fop::Unlink unlink{.parent = parent, .name = entry, .xdata = internal_xdata()};
  unlink.xdata.set("unlink-only-if-dht-linkto-file", std::int64_t{1});
  unlink.xdata.set("dont-unlink-for-open-fd", std::int64_t{1});
  const Result<fop::Changed> removed = co_await volume_.subvolume(at).perform(as_root(call), unlink);
  if (!removed && removed.error().number() != ENOENT) {
    log::info(volume_.name(), "the link file {} in {} stays on {}: {}", entry, parent.text(),
              volume_.subvolume(at).name(), removed.error().sentence());
  }
  co_return done;
}

Task<std::optional<Place>> LinkFiles::target_of_move(const Call& call, Gfid gfid, Place place) {
  fop::Lookup lookup{.gfid = gfid};
  lookup.xdata.set(volume_.keys.link, link_size);
  const fop::Lookup::Reply reply = co_await tried(volume_.subvolume(place).perform(as_root(call), lookup));
  co_return volume_.link_target(reply.xdata);
}

}  // namespace mortar::distribute
