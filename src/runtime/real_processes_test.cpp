#include "runtime/real_processes.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "runtime/real_world_test_support.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;

class ProcessTest : public RealWorldTest {
 protected:
  Result<Finished> shell(std::string script) {
    return run(world().processes().run({.arguments = {"/bin/sh", "-c", std::move(script)}}));
  }
};

TEST_P(ProcessTest, OutputAndExitAreCollected) {
  Result<Finished> finished = shell("echo out; echo err >&2; exit 3");
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->output, "out\nerr\n");
  EXPECT_EQ(finished->exit.status, 3);
  EXPECT_EQ(finished->exit.signal, 0);
}

TEST_P(ProcessTest, ASignalIsTold) {
  Result<Finished> finished = shell("kill -9 $$");
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->exit.status, -1);
  EXPECT_EQ(finished->exit.signal, SIGKILL);
}

TEST_P(ProcessTest, MuchOutputIsCutAndTheProgramStillEnds) {
  Result<Finished> finished = shell("head -c 3000000 /dev/zero; exit 4");
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->output.size(), 1U << 20);
  EXPECT_EQ(finished->exit.status, 4);
}

TEST_P(ProcessTest, AProgramInTheBackgroundDoesNotHoldTheRun) {
  Result<Finished> finished = shell("sleep 60 & echo $!");
  ASSERT_TRUE(finished);
  const int left = std::stoi(finished->output);
  EXPECT_TRUE(world().processes().signal(left, SIGKILL));
}

TEST_P(ProcessTest, AMissingProgramIsNamed) {
  const Result<int> pid = world().processes().start({.arguments = {"/no/such/program"}});
  ASSERT_FALSE(pid);
  EXPECT_EQ(pid.error().number(), ENOENT);
  EXPECT_NE(pid.error().sentence().find("/no/such/program"), std::string::npos);
  EXPECT_FALSE(world().processes().start({}));
}

TEST_P(ProcessTest, NothingLeaksIntoAProgram) {
  // Without close-on-exec, as a careless library would open it.
  const int leaked = ::open("/dev/null", O_RDONLY);
  ASSERT_GE(leaked, 0);
  sigset_t blocked;
  sigset_t before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  Result<Finished> finished =
      shell("ls /proc/self/fd | wc -l; grep SigBlk /proc/self/status; readlink /proc/self/fd/0");
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::close(leaked);
  ASSERT_TRUE(finished);
  // 0, 1, 2 and the folder that ls lists.
  EXPECT_EQ(finished->output, "4\nSigBlk:\t0000000000000000\n/dev/null\n");
}

Task<> end_child(World& world, bool asked_before) {
  Processes& processes = world.processes();
  const int pid = co_await tried(processes.start({.arguments = {"/bin/sleep", "60"}}));
  EXPECT_TRUE(processes.signal(pid, 0));
  EXPECT_EQ(processes.command_line(pid), (std::vector<std::string>{"/bin/sleep", "60"}));
  EXPECT_TRUE(processes.signal(pid, SIGTERM));
  if (!asked_before) {
    // It is reaped though nobody asks.
    while (processes.signal(pid, 0)) {
      co_await tried(world.sleep(1ms));
    }
  }
  const Exit exit = co_await tried(processes.ended(pid));
  EXPECT_EQ(exit.signal, SIGTERM);
  EXPECT_FALSE(processes.signal(pid, 0));
  EXPECT_TRUE(processes.command_line(pid).empty());
  co_return done;
}

TEST_P(ProcessTest, ChildrenAreReapedAndTheirExitIsKept) {
  EXPECT_TRUE(run(end_child(world(), true)));
  EXPECT_TRUE(run(end_child(world(), false)));
}

// As a daemon does that goes into the background: what it said before is heard, and it stays.
Task<> leave_a_daemon(World& world) {
  Processes& processes = world.processes();
  Finished finished = co_await tried(
      processes.run({.arguments = {"/bin/sh", "-c", "setsid sleep 60 >/dev/null 2>&1 & echo $!; echo late >&2"}}));
  EXPECT_TRUE(finished.output.ends_with("\nlate\n")) << finished.output;
  const int pid = std::stoi(finished.output);
  EXPECT_TRUE(processes.signal(pid, SIGTERM));
  const Exit exit = co_await tried(processes.ended(pid));
  EXPECT_EQ(exit.status, 0) << "how a process ends that is no child is not known";
  co_return done;
}

TEST_P(ProcessTest, ADaemonOutlivesTheRunThatStartedIt) { EXPECT_TRUE(run(leave_a_daemon(world()))); }

Task<> give_up(World& world, std::string file) {
  Command command{.arguments = {"/bin/sh", "-c", "echo $$ > " + file + "; exec sleep 60"}};
  {
    TaskSet running;
    running.start([](World& in, Command what) -> Task<> {
      Finished unused = co_await tried(in.processes().run(std::move(what)));
      ADD_FAILURE() << "it ended: " << unused.output;
      co_return done;
    }(world, command));
    Result<std::string> pid = "";
    while (!pid || !pid->ends_with('\n')) {
      co_await tried(world.sleep(1ms));
      pid = world.files().read_file(file);
    }
  }
  const int pid = std::stoi(*world.files().read_file(file));
  const Exit exit = co_await tried(world.processes().ended(pid));
  EXPECT_EQ(exit.signal, SIGKILL);
  co_return done;
}

TEST_P(ProcessTest, ARunThatIsCancelledKillsItsProgram) { EXPECT_TRUE(run(give_up(world(), folder_ / "pid"))); }

TEST_P(ProcessTest, OwnPid) { EXPECT_EQ(world().processes().own_pid(), ::getpid()); }

INSTANTIATE_TEST_SUITE_P(Engines, ProcessTest, testing::Bool(), engine_name);

}  // namespace
}  // namespace mortar
