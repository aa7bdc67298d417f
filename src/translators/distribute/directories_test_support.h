// What tests of directories have in common: looking at what bricks have, changing one brick behind the others' back,
// clients that die half way.
#pragma once

#include <fmt/ranges.h>

#include <map>

#include "translators/distribute/distribute_test_support.h"

namespace mortar::testing {

inline constexpr const char* layout_key = "trusted.glusterfs.dht";
inline constexpr const char* leader_key = "trusted.glusterfs.dht.mds";
inline const std::string no_changes(4, '\0');

inline std::string text_of(const std::vector<std::string>& lines) { return fmt::format("{}", fmt::join(lines, "\n")); }

#define EXPECT_ALIKE(lab, name) EXPECT_EQ(text_of((lab).differences(name)), "")

// Where a first client has looked at the root, which gave it its layout.
struct StartedLab : DistributeLab {
  explicit StartedLab(std::size_t bricks, Options options = {}, std::uint64_t seed = 1)
      : DistributeLab(bricks, std::move(options), seed) {
    EXPECT_TRUE(client().lookup(root_gfid));
  }
  // Another client that knows nothing but the root.
  DistributeClient& add_started_client() {
    DistributeClient& added = add_client();
    EXPECT_TRUE(added.lookup(root_gfid));
    return added;
  }
};

inline std::size_t leader_of(DistributeLab& lab, const std::string& name) {
  for (std::size_t brick = 0; brick < lab.bricks(); ++brick) {
    if (!lab.brick(brick).xattr(name, leader_key).starts_with("error")) return brick;
  }
  ADD_FAILURE() << name << " has no leader";
  return 0;
}

// What happened on one brick while the others were away, or without distribute.
template <class Operation>
void on_one(DistributeLab& lab, std::size_t brick, const Operation& operation) {
  Call call = lab.client().user();
  call.stamps = Operation::stamps;
  EXPECT_TRUE(lab.simulation().run(lab.brick(brick).top().perform(call, operation)));
}
inline void remove_on(DistributeLab& lab, std::size_t brick, const Gfid& parent, const std::string& name) {
  on_one(lab, brick, fop::Rmdir{.parent = parent, .flags = 1, .name = name});
}
inline void set_xattr_on(DistributeLab& lab, std::size_t brick, const Gfid& gfid, const std::string& key,
                         const std::string& value) {
  fop::Setxattr set{.gfid = gfid};
  set.values.set_bytes(key, as_bytes(value));
  on_one(lab, brick, set);
}
inline void own_on(DistributeLab& lab, std::size_t brick, const Gfid& gfid, std::uint32_t mode, std::uint32_t uid) {
  fop::Setattr set{.gfid = gfid, .valid = set_attribute::mode | set_attribute::uid};
  set.iatt.mode = mode;
  set.iatt.uid = uid;
  on_one(lab, brick, set);
}

// How often an operation was sent, to whichever brick.
struct MessageCount {
  explicit MessageCount(DistributeLab& lab) {
    lab.on_message([this](std::size_t, std::string_view operation) {
      ++all;
      ++by_name[std::string(operation)];
      return 0;
    });
  }
  std::size_t all = 0;
  std::map<std::string, std::size_t> by_name;
};

// The client dies as it sends one message more than that; true where it lived to the end.
template <class Operation>
bool dies_in(DistributeLab& lab, std::size_t message, const Operation& operation) {
  DistributeClient& client = lab.client();
  std::size_t sent = 0;
  bool dead = false;
  lab.on_message([&](std::size_t, std::string_view) {
    dead = dead || ++sent > message;
    return dead ? EIO : 0;
  });
  auto outcome = client.begin(operation);
  lab.simulation().run_until([&] { return dead || outcome->has_value(); });
  const bool lived = !dead;
  client.die();
  lab.on_message({});
  lab.settle();
  return lived;
}

// A directory "d" with a leader and two more copies.
struct DirectoryTest : ::testing::Test {
  DirectoryTest() {
    gfid = lab.client().mkdir(root_gfid, "d", 0750)->iatt.gfid;
    lab.settle();
    leader = leader_of(lab, "d");
    one = (leader + 1) % 3;
    two = (leader + 2) % 3;
  }
  Result<fop::Lookup::Reply> look() { return lab.client().lookup(root_gfid, "d"); }
  std::vector<Range> ranges() {
    std::vector<Range> all;
    for (std::size_t brick = 0; brick < 3; ++brick) all.push_back(lab.range(brick, "d"));
    return all;
  }

  StartedLab lab{3};
  Gfid gfid;
  std::size_t leader = 0, one = 0, two = 0;
};

}  // namespace mortar::testing
