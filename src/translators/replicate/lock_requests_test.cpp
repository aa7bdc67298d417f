// Locks of applications, while copies come and go.
#include <gtest/gtest.h>

#include "translators/replicate/replicate_test_support.h"

namespace mortar::testing {
namespace {

constexpr std::uint32_t get = 0, set = 1;

// The first ten bytes.
Result<fop::Lk::Reply> lock(ReplicateLab& lab, ClusterClient& client, const fop::Opened& opened, const Gfid& gfid,
                            std::uint32_t command, std::uint32_t type, char owner) {
  fop::Lk lk{.gfid = gfid, .fd = opened.fd, .command = command, .type = type, .flock = {}, .xdata = {}};
  lk.flock.type = type;
  lk.flock.length = 10;
  Call call = client.user();
  call.lock_owner = std::string(8, owner);
  return lab.simulation().run(client.top().perform(call, lk));
}

TEST(ReplicateLocks, AreToldThoughACopyWasAwayWhenTheyWereTaken) {
  for (std::size_t away = 0; away < 3; ++away) {
    ReplicateLab lab;
    ClusterClient& one = lab.client();
    const Result<fop::Create::Reply> file = one.create(root_gfid, "f");
    ASSERT_TRUE(file);
    const Gfid f = file->iatt.gfid;
    lab.settle();
    const fop::Open open{.gfid = f, .flags = open_flag::read_write, .xdata = {}};
    const Result<fop::Opened> at_one = one.ask(open);
    ASSERT_TRUE(at_one);
    lab.brick(away).go_away();
    const Result<fop::Lk::Reply> taken = lock(lab, one, *at_one, f, set, Flock::write, 'a');
    ASSERT_TRUE(taken) << taken.error().sentence();
    lab.brick(away).come_back();
    lab.settle();

    ClusterClient& other = lab.add_client();
    const Result<fop::Opened> at_other = other.ask(open);
    ASSERT_TRUE(at_other);
    const Result<fop::Lk::Reply> told = lock(lab, other, *at_other, f, get, Flock::write, 'b');
    ASSERT_TRUE(told) << told.error().sentence();
    EXPECT_EQ(told->flock.type, Flock::write) << away;
    ASSERT_TRUE(lock(lab, one, *at_one, f, set, Flock::unlock, 'a'));
    const Result<fop::Lk::Reply> free = lock(lab, other, *at_other, f, get, Flock::write, 'b');
    ASSERT_TRUE(free) << free.error().sentence();
    EXPECT_EQ(free->flock.type, Flock::unlock) << away;
  }
}

}  // namespace
}  // namespace mortar::testing
