#include "management/inode_size.h"

#include <gtest/gtest.h>

#include "simulation/simulation.h"

namespace mortar {
namespace {

class InodeSize : public ::testing::Test {
 protected:
  // Of a file system whose superblock has these bytes at these places.
  std::optional<std::uint32_t> size_of(const char* type, std::initializer_list<std::pair<std::size_t, int>> bytes) {
    std::string device(65536, '\0');
    for (const auto& [place, byte] : bytes) device[place] = static_cast<char>(byte);
    EXPECT_TRUE(host_.disk().write_file("/device", device));
    return inode_size(host_.disk(), {.device = "/device", .directory = "/", .type = type, .options = ""});
  }

  Simulation simulation_{1};
  Host& host_ = simulation_.add_host("server", "10.0.0.1");
};

TEST_F(InodeSize, StandsInTheSuperblock) {
  EXPECT_EQ(size_of("xfs", {{0, 'X'}, {1, 'F'}, {2, 'S'}, {3, 'B'}, {104, 2}}), 512U);
  EXPECT_EQ(size_of("ext4", {{1080, 0x53}, {1081, 0xef}, {1100, 1}, {1113, 1}}), 256U);
  EXPECT_EQ(size_of("ext2", {{1080, 0x53}, {1081, 0xef}}), 128U);
}

TEST_F(InodeSize, IsNotGuessed) {
  EXPECT_EQ(size_of("xfs", {}), std::nullopt);
  EXPECT_EQ(size_of("ext4", {}), std::nullopt);
  EXPECT_EQ(size_of("btrfs", {{0, 'X'}, {1, 'F'}, {2, 'S'}, {3, 'B'}, {104, 2}}), std::nullopt);
  const MountEntry gone{.device = "/dev/none", .directory = "/", .type = "xfs", .options = ""};
  EXPECT_EQ(inode_size(host_.disk(), gone), std::nullopt);
}

}  // namespace
}  // namespace mortar
