#include "translators/utime/utime.h"

#include "base/log.h"

namespace mortar {
namespace {

constexpr const char* times_xattr = "trusted.glusterfs.mdata";
constexpr const char* give_times_key = "set-ctime-mdata";

}  // namespace

std::uint32_t stamps_of_setattr(std::int32_t valid) {
  using namespace set_attribute;
  const bool changes_more = (valid & (mode | uid | gid)) != 0;
  return valid == 0 || changes_more ? stamp::changed : 0;
}

Result<std::unique_ptr<Translator>> Utime::make(World& world, const VolumeSection& section) {
  Result<UtimeOptions> options = read_options<UtimeOptions>(section);
  if (!options) return std::unexpected(options.error());
  return std::make_unique<Utime>(world, section.name, *options);
}

Result<Done> Utime::reconfigure(const VolumeSection& section) {
  Result<UtimeOptions> options = read_options<UtimeOptions>(section);
  if (!options) return std::unexpected(options.error());
  options_ = *options;
  return done;
}

Call Utime::stamped(const Call& call, std::uint32_t stamps) const {
  Call with_stamps = call;
  with_stamps.stamps = stamps;
  with_stamps.time = world_.wall_clock();
  return with_stamps;
}

Task<fop::Lookup::Reply> Utime::look_up(const Call& call, const fop::Lookup& lookup) {
  fop::Lookup asking = lookup;
  asking.xdata.set(times_xattr, std::int64_t{1});
  fop::Lookup::Reply reply = co_await tried(next().perform(call, asking));
  if (!reply.xdata.has(times_xattr)) {
    co_await give_times(call, reply.iatt);
  }
  co_return std::move(reply);
}

Task<> Utime::give_times(const Call& call, const Iatt& iatt) {
  Call internal = stamped(call, 0);
  internal.uid = internal.gid = 0;
  internal.groups.clear();
  internal.pid = internal_pid::set_times;
  fop::Setxattr setxattr{.gfid = iatt.gfid};
  setxattr.values.set(give_times_key, Times{iatt.accessed, iatt.modified, iatt.changed});
  Result<fop::Setxattr::Reply> given = co_await next().perform(internal, setxattr);
  if (!given) {
    log::debug(name(), "{} gets no {}: {}", iatt.gfid.text(), times_xattr, given.error().sentence());
  }
  co_return done;
}

}  // namespace mortar
