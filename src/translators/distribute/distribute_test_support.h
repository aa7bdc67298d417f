// Clients with cluster/distribute over real bricks, and what is to be seen of it on them.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "translators/cluster/cluster_test_support.h"
#include "translators/distribute/distribute.h"

namespace mortar::testing {

using DistributeClient = ClusterClient;

class DistributeLab : public ClusterLab {
 public:
  // Of two bricks at least: one has everything, and needs no distribute.
  explicit DistributeLab(std::size_t bricks, Options options = {}, std::uint64_t seed = 1)
      : ClusterLab(distribute(), Distribute::make, bricks, std::move(options), seed) {}

  // What a directory's copy on that brick says of itself.
  Range range(std::size_t number, const std::string& name);
  // What is wrong with a directory's copies: they must be there on all bricks with one identity, owner and mode, and
  // a layout without holes and overlaps. Empty where all is well.
  std::vector<std::string> differences(const std::string& name);

 private:
  static VolumeSection distribute() {
    VolumeSection section;
    section.name = "v-dht";
    section.type = "cluster/distribute";
    return section;
  }
};

inline Range DistributeLab::range(std::size_t number, const std::string& name) {
  BrickOfLab& at = brick(number);
  Layout layout(1);
  Result<std::string> value = at.disk().get_xattr(FileSystem::no_directory, at.path(name), "trusted.glusterfs.dht");
  if (!value) {
    layout[0].err = at.exists(name) ? 0 : ENOENT;
  } else {
    EXPECT_TRUE(layout.learn(0, as_bytes(*value)));
  }
  return layout[0];
}

inline std::vector<std::string> DistributeLab::differences(const std::string& name) {
  std::vector<std::string> found;
  Layout layout(bricks());
  for (std::size_t number = 0; number < bricks(); ++number) {
    BrickOfLab& brick = this->brick(number);
    if (!brick.exists(name)) {
      found.push_back(fmt::format("{} is not on brick {}", name, number));
      continue;
    }
    layout[number] = range(number, name);
    const FileStatus first = this->brick(0).exists(name) ? this->brick(0).status(name) : brick.status(name);
    const FileStatus here = brick.status(name);
    if (here.mode != first.mode || here.uid != first.uid || here.gid != first.gid) {
      found.push_back(fmt::format("{} has another owner or mode on brick {}", name, number));
    }
    if (brick.xattr(name, "trusted.gfid") != this->brick(0).xattr(name, "trusted.gfid")) {
      found.push_back(fmt::format("{} has another identity on brick {}", name, number));
    }
  }
  if (layout.anomalies().wrong_ranges()) found.push_back(name + " has a layout with holes or overlaps");
  return found;
}

}  // namespace mortar::testing
