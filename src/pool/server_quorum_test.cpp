#include "pool/server_quorum.h"

#include <gtest/gtest.h>

namespace mortar {
namespace {

TEST(ServerQuorum, IsMoreThanHalfUnlessARatioIsSet) {
  Pool pool;
  const auto needed = [&pool](std::size_t servers) {
    pool.servers.resize(servers);
    return servers_needed(pool);
  };
  EXPECT_EQ(needed(1), 1u);
  EXPECT_EQ(needed(2), 2u);
  EXPECT_EQ(needed(3), 2u);
  EXPECT_EQ(needed(4), 3u);
  pool.servers.back().invited = true;
  EXPECT_EQ(needed(4), 2u);
  pool.servers.back().invited = false;
  pool.options.set("cluster.server-quorum-ratio", "50");
  EXPECT_EQ(needed(4), 2u);
  EXPECT_EQ(needed(3), 2u);
  pool.options.set("cluster.server-quorum-ratio", "66.7%");
  EXPECT_EQ(needed(3), 3u);
  pool.options.set("cluster.server-quorum-ratio", "0");
  EXPECT_EQ(needed(3), 0u);
}

TEST(ServerQuorum, IsAskedForByTheVolume) {
  Volume volume;
  EXPECT_FALSE(follows_server_quorum(volume));
  volume.options.set("cluster.server-quorum-type", "none");
  EXPECT_FALSE(follows_server_quorum(volume));
  volume.options.set("cluster.server-quorum-type", "server");
  EXPECT_TRUE(follows_server_quorum(volume));
}

}  // namespace
}  // namespace mortar
