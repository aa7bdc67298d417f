#include "translators/fuse/mount_options.h"

#include <fmt/format.h>

namespace mortar::fuse {

VolumeSection section_of(const MountOptions& options) {
  VolumeSection section{.name = "fuse", .type = "mount/fuse", .options = {}, .subvolumes = {}};
  const auto add = [&section](const char* key, std::string value) { section.set_option(key, value); };
  const auto add_switch = [&section](const char* key, bool on) { section.set_option(key, on ? "on" : "off"); };
  add("mountpoint", options.directory);
  if (options.entry_timeout >= 0) add("entry-timeout", fmt::format("{}", options.entry_timeout));
  if (options.attribute_timeout >= 0) add("attribute-timeout", fmt::format("{}", options.attribute_timeout));
  add("negative-timeout", fmt::format("{}", options.negative_timeout));
  add("gid-timeout", fmt::format("{}", options.group_timeout.count()));
  add_switch("read-only", options.read_only);
  add_switch("acl", options.acl);
  add_switch("selinux", options.selinux);
  add_switch("capability", options.capability);
  add_switch("enable-ino32", options.short_inode_numbers);
  add_switch("use-readdirp", options.readdir_with_attributes);
  add_switch("auto-invalidation", options.invalidate_on_change);
  add_switch("fopen-keep-cache", options.keep_cache_on_open);
  add_switch("kernel-writeback-cache", options.writeback_cache);
  add_switch("no-root-squash", options.no_root_squash);
  if (options.direct_io) add_switch("direct-io-mode", *options.direct_io);
  if (options.client_pid) add("client-pid", fmt::format("{}", *options.client_pid));
  add("background-qlen", fmt::format("{}", options.background_requests));
  if (options.congestion_threshold) add("congestion-threshold", fmt::format("{}", *options.congestion_threshold));
  add("attr-times-granularity", fmt::format("{}", options.time_granularity));
  return section;
}

}  // namespace mortar::fuse
