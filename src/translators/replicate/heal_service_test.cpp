#include "translators/replicate/heal_service.h"

#include <gtest/gtest.h>

#include "translators/replicate/heal_test_support.h"

namespace mortar::testing {
namespace {

using namespace std::chrono_literals;
using namespace replicate;

fop::Write writing(const Gfid& file, const Fd& fd) {
  const std::string_view text = "other";
  return {.gfid = file, .fd = fd, .size = 5, .xdata = {}, .data = {Slice::copy(as_bytes(text))}};
}

// Under load two healers meet at many files. None of them is to leave the rest alone for ever longer.
TEST(HealService, LooksAgainSoonForAsLongAsAnotherHealerIsAtIt) {
  Damaged damaged(3);
  Simulation& simulation = damaged.lab.simulation();
  const Gfid f = damaged.file("f", "hello");
  ClusterClient& other = damaged.lab.add_client();
  damaged.without(2, [&] { EXPECT_TRUE(damaged.write(f, 0, "other")); });

  Healing& healing = static_cast<Replicate&>(other.top()).healer().healing();
  const LockedThing among_healers = healing.thing(f, LockKind::content, healing.domain_of_healers());
  Refusals refusals;
  const Result<Locked> locked = simulation.run(healing.locks().take(among_healers, healing.volume().up(), refusals));
  ASSERT_TRUE(locked && locked->copies() == healing.volume().all());

  ClusterClient& daemon = damaged.lab.client();
  HealService service(daemon.world(), static_cast<Replicate&>(daemon.top()));
  TaskSet tasks;
  tasks.start(service.run());
  simulation.run_for(40s);
  EXPECT_FALSE(damaged.lab.differences("f").empty());
  ASSERT_TRUE(simulation.run(healing.locks().give_back(among_healers, *locked)));
  simulation.run_for(3s);
  EXPECT_EQ(damaged.lab.differences("f"), std::vector<std::string>());
}

// A healer, and somebody who has a file open.
class HealServiceBesideAWriter : public ::testing::Test {
 protected:
  void SetUp() override {
    const Result<fop::Opened> opened = writer.ask(fop::Open{.gfid = f, .flags = open_flag::read_write, .xdata = {}});
    ASSERT_TRUE(opened);
    fd = opened->fd;
    tasks.start(service.run());
  }

  Damaged damaged{3};
  const Gfid f = damaged.file("f", "hello");
  ClusterClient& writer = damaged.lab.add_client();
  Fd fd;
  ClusterClient& daemon = damaged.lab.client();
  HealService service{daemon.world(), static_cast<Replicate&>(daemon.top())};
  TaskSet tasks;
};

// Nobody is blamed for what a client had begun that is gone: its file is listed as being changed for ever.
TEST_F(HealServiceBesideAWriter, EndsWhatHadBegunWhereTheWriterIsGone) {
  damaged.lab.simulation().run_for(1s);
  ASSERT_TRUE(writer.ask(writing(f, fd)));
  fd = {};
  writer.die();
  damaged.lab.simulation().run_for(1s);
  EXPECT_TRUE(damaged.lab.dirty(0, "f").any());
  damaged.lab.simulation().run_for(30s);
  EXPECT_EQ(damaged.lab.differences("f"), std::vector<std::string>());
}

TEST_F(HealServiceBesideAWriter, LooksOnceAtWhatIsWrittenForLong) {
  for (int second = 0; second < 120; ++second) {
    ASSERT_TRUE(writer.ask(writing(f, fd)));
    damaged.lab.simulation().run_for(900ms);
  }
  EXPECT_TRUE(damaged.lab.dirty(0, "f").any());
  // At the beginning, and when it had been written for long.
  EXPECT_LE(service.walks().at(0).size(), 2U);
}

}  // namespace
}  // namespace mortar::testing
