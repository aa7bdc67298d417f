// Self-heal daemons as processes of a server.
#include "management/healers.h"

#include <gtest/gtest.h>

#include "management/replicated_volume_test_support.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;
using namespace testing;

constexpr int kill_signal = 9;

TEST_F(ReplicatedVolume, HasADaemonWhileItIsStarted) {
  const std::optional<int> first = pid();
  ASSERT_TRUE(first);
  EXPECT_EQ(daemons.begun, 1);
  ASSERT_TRUE(daemon->run(&Management::stop_volume, StopVolume{"vol"}));
  EXPECT_FALSE(pid());
  EXPECT_FALSE(is_alive(*first));
  ASSERT_TRUE(daemon->run(&Management::start_volume, StartVolume{"vol"}));
  EXPECT_TRUE(pid());
  EXPECT_EQ(daemons.begun, 2);
}

TEST_F(ReplicatedVolume, HasNoneWhereItIsSwitchedOff) {
  ASSERT_TRUE(daemon->run(&Management::set_options, SetOptions{"vol", {{"cluster.self-heal-daemon", "off"}}}));
  EXPECT_FALSE(pid());
  ASSERT_TRUE(daemon->run(&Management::set_options, SetOptions{"vol", {{"cluster.self-heal-daemon", "on"}}}));
  EXPECT_TRUE(pid());
}

TEST_F(ReplicatedVolume, StartsADaemonAgainThatDied) {
  const int first = *pid();
  ASSERT_TRUE(daemon->world().processes().signal(first, kill_signal));
  pause(100ms);
  EXPECT_FALSE(pid());
  pause(2s);
  ASSERT_TRUE(pid());
  EXPECT_NE(*pid(), first);
}

TEST_F(ReplicatedVolume, KeepsItsDaemonOverALifeOfGlusterd) {
  const int first = *pid();
  daemon->kill();
  daemon.reset();
  EXPECT_EQ(daemons.begun, 1);
  begin_daemon();
  pause(1s);
  EXPECT_EQ(pid(), first);
  EXPECT_EQ(daemons.begun, 1);
}

TEST_F(ReplicatedVolume, ShowsItsDaemonInTheStatus) {
  const Result<Dictionary> all = ask(commands::status_volume, {{"cmd", "256"}});
  ASSERT_TRUE(all);
  EXPECT_EQ(all->number("brick-index-max"), 2);
  EXPECT_EQ(all->number("other-count"), 1);
  EXPECT_EQ(all->text("brick3.hostname"), "Self-heal Daemon");
  EXPECT_EQ(all->text("brick3.path"), "localhost");
  EXPECT_EQ(all->number("brick3.pid"), *pid());
  const Result<Dictionary> only = ask(commands::status_volume, {{"cmd", std::to_string(0x1000)}});
  ASSERT_TRUE(only);
  EXPECT_EQ(only->number("brick-index-max"), -1);
  EXPECT_EQ(only->text("brick0.hostname"), "Self-heal Daemon");
  EXPECT_FALSE(only->has("brick1.hostname"));
}

TEST_F(ReplicatedVolume, ADaemonIsToldToHeal) {
  ASSERT_TRUE(ask_heal(heal::Operation::full));
  EXPECT_EQ(daemons.asked.text("volname"), "vol");
  EXPECT_EQ(daemons.asked.number("xl-op"), 2);
  EXPECT_EQ(daemons.asked.number("count"), 1);
  EXPECT_EQ(daemons.asked.text("xl-0"), "vol-replicate-0");
  EXPECT_EQ(daemons.asked.number("vol-replicate-0"), 0);
}

TEST_F(ReplicatedVolume, LooksAtAllOnceAtATime) {
  daemons.answer = {.op_ret = -1, .op_errno = EBUSY, .op_errstr = "at it"};
  EXPECT_TRUE(ask_heal(heal::Operation::full));
  EXPECT_FALSE(ask_heal(heal::Operation::index));
}

TEST_F(ReplicatedVolume, SaysWhyNothingIsHealed) {
  daemons.answer = {.op_ret = -1, .op_errstr = "bricks are down"};
  EXPECT_TRUE(ask_heal(heal::Operation::index).error().sentence().contains("bricks are down"));
  ASSERT_TRUE(ask_heal(heal::Operation::disable));
  EXPECT_EQ(ask_heal(heal::Operation::index).error().sentence(),
            "Self-heal-daemon is disabled. Heal will not be triggered on volume vol");
  ASSERT_TRUE(ask_heal(heal::Operation::enable));
  ASSERT_TRUE(daemon->run(&Management::stop_volume, StopVolume{"vol"}));
  EXPECT_EQ(ask_heal(heal::Operation::index).error().sentence(), "Volume vol is not started.");
}

TEST_F(ReplicatedVolume, CountsWhatWaits) {
  Dictionary& told = daemons.answer.output.dictionary;
  told.set("0-0-hardlinks", std::uint64_t{4});
  told.set("0-2-hardlinks", std::uint64_t{1});
  told.set_text("0-1-status", "Brick is not connected");
  const Result<Dictionary> counted = ask_heal(heal::Operation::count);
  ASSERT_TRUE(counted);
  EXPECT_EQ(counted->number("count"), 3);
  EXPECT_EQ(counted->text("0-hostname"), "server");
  EXPECT_EQ(counted->text("0-path"), "/data/a");
  EXPECT_EQ(counted->number("0-hardlinks"), 4);
  EXPECT_FALSE(counted->has("1-hardlinks"));
  EXPECT_EQ(counted->text("1-status"), "Brick is not connected");
  EXPECT_EQ(counted->number("2-hardlinks"), 1);
}

TEST_F(ReplicatedVolume, TellsOfWalks) {
  Dictionary& told = daemons.answer.output.dictionary;
  told.set("statistics-0-1-count", std::uint64_t{1});
  told.set_text("statistics_crawl_type-0-1-0", "INDEX");
  told.set("statistics_healed_cnt-0-1-0", std::uint64_t{9});
  const Result<Dictionary> walks = ask_heal(heal::Operation::statistics);
  ASSERT_TRUE(walks);
  EXPECT_EQ(walks->number("statistics-1-count"), 1);
  EXPECT_EQ(walks->text("statistics_crawl_type-1-0"), "INDEX");
  EXPECT_EQ(walks->number("statistics_healed_cnt-1-0"), 9);
  EXPECT_FALSE(walks->has("statistics-0-count"));
}

TEST(Healers, HaveTheCommandLineOfStock) {
  Settings chosen;
  chosen.client_program = "/usr/sbin/glusterfs";
  const Places places(chosen);
  Volume volume{.name = "r", .id = fixed_gfid(3)};
  const Command command = healer_command(places, volume, fixed_gfid(9), "");
  const std::string text = fmt::format("{}", fmt::join(command.arguments, " "));
  EXPECT_TRUE(
      text.starts_with("/usr/sbin/glusterfs -s localhost --volfile-id shd/r -p /var/run/gluster/shd/r/r-shd.pid "
                       "-l /var/log/glusterfs/glustershd.log -S /var/run/gluster/"));
  EXPECT_TRUE(
      text.ends_with(fmt::format(".socket --xlator-option *replicate*.node-uuid={} --process-name glustershd "
                                 "--client-pid=-6",
                                 fixed_gfid(9).text())));
  const Command quiet = healer_command(places, volume, fixed_gfid(9), "WARNING");
  EXPECT_TRUE(fmt::format("{}", fmt::join(quiet.arguments, " ")).ends_with(" --client-pid=-6 --log-level WARNING"));
}

}  // namespace
}  // namespace mortar
