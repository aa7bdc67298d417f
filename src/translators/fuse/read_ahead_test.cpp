#include "translators/fuse/read_ahead.h"

#include <gtest/gtest.h>

namespace mortar::fuse {
namespace {

constexpr std::string_view mountinfo =
    "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
    "31 27 0:47 / /mnt/a rw,relatime shared:1 - fuse.glusterfs server:/a rw\n"
    "32 27 0:48 / /mnt/with\\040blank rw,relatime - fuse.glusterfs server:/b rw\n"
    "33 27 0:49 /sub /mnt/a rw,relatime - fuse.glusterfs server:/c rw\n";

TEST(ReadAhead, FindsTheMountOnTop) {
  EXPECT_EQ(device_of_mount(mountinfo, "/mnt/a"), "0:49");
  EXPECT_EQ(device_of_mount(mountinfo, "/mnt/with blank"), "0:48");
  EXPECT_EQ(device_of_mount(mountinfo, "/mnt"), "");
  EXPECT_EQ(device_of_mount("", "/mnt/a"), "");
  EXPECT_EQ(device_of_mount("1 2\n\n3 4 0:5 / ", "/mnt/a"), "");
}

}  // namespace
}  // namespace mortar::fuse
