#include "runtime/daemonize.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "runtime/log_file.h"
#include "runtime/real_world_test_support.h"

namespace mortar {
namespace {

// Runs a program that goes into the background, and answers how the process that a user started ended.
template <class Program>
int exit_of_starter(Program program) {
  const pid_t starter = ::fork();
  if (starter == 0) {
    Result<Background> background = Background::enter();
    if (!background) ::_exit(99);
    program(*background);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(starter, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string content_of(const std::string& path) {
  RealFileSystem files;
  const Result<std::string> content = files.read_file(path);
  return content ? *content : std::string();
}

void wait_for(auto condition) {
  while (!condition()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST(Daemonize, TheStarterEndsWellWhenTheServiceIsReady) {
  const TemporaryFolder folder;
  const std::string pid_path = folder / "run/service.pid";
  const int status = exit_of_starter([&](Background& background) {
    const Result<PidFile> pid_file = PidFile::take(pid_path);
    if (!pid_file || !background.report_ready()) ::_exit(98);
    ::pause();
  });
  EXPECT_EQ(status, 0);
  // The pid was written before the report.
  const int pid = std::stoi(content_of(pid_path));
  EXPECT_NE(pid, ::getpid());
  EXPECT_EQ(::getsid(pid), pid);
  EXPECT_EQ(content_of("/proc/" + std::to_string(pid) + "/comm"), content_of("/proc/self/comm"));
  const Result<PidFile> second = PidFile::take(pid_path);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().number(), EWOULDBLOCK);
  EXPECT_NE(second.error().sentence().find(pid_path), std::string::npos);
  ASSERT_EQ(::kill(pid, SIGKILL), 0);
  // The lock goes with the process, whatever became of the file.
  wait_for([&] { return static_cast<bool>(PidFile::take(pid_path)); });
  EXPECT_FALSE(RealFileSystem().status(FileSystem::no_directory, pid_path));
}

TEST(Daemonize, TheStarterEndsAsTheServiceDidThatFailed) {
  EXPECT_EQ(exit_of_starter([](Background&) { ::_exit(7); }), 7);
  EXPECT_EQ(exit_of_starter([](Background&) { ::_exit(0); }), 1);
  EXPECT_EQ(exit_of_starter([](Background&) { ::kill(::getpid(), SIGKILL); }), 128 + SIGKILL);
}

TEST(PidFile, IsRemovedAtTheEndUnlessItIsAnothers) {
  const TemporaryFolder folder;
  const std::string path = folder / "pid";
  RealFileSystem files;
  {
    const Result<PidFile> file = PidFile::take(path);
    ASSERT_TRUE(file);
    EXPECT_EQ(content_of(path), std::to_string(::getpid()) + "\n");
    EXPECT_FALSE(PidFile::take(path));
  }
  EXPECT_FALSE(files.status(FileSystem::no_directory, path));
  {
    const Result<PidFile> file = PidFile::take(path);
    ASSERT_TRUE(files.write_file(path, "another's"));
  }
  EXPECT_EQ(content_of(path), "another's");
}

TEST(LogFile, AppendsAndFollowsARotation) {
  const TemporaryFolder folder;
  const std::string path = folder / "log/deep/service.log";
  RealFileSystem files;
  {
    Result<std::unique_ptr<LogFile>> log = LogFile::open(path);
    ASSERT_TRUE(log);
    (*log)->write("one\n");
    ASSERT_TRUE(files.rename(FileSystem::no_directory, path, FileSystem::no_directory, path + ".1", 0));
    (*log)->write("two\n");
    ASSERT_TRUE((*log)->reopen());
    (*log)->write("three\n");
  }
  EXPECT_EQ(content_of(path + ".1"), "one\ntwo\n");
  EXPECT_EQ(content_of(path), "three\n");
  Result<std::unique_ptr<LogFile>> again = LogFile::open(path);
  ASSERT_TRUE(again);
  (*again)->write("four\n");
  EXPECT_EQ(content_of(path), "three\nfour\n");
  const Result<std::unique_ptr<LogFile>> impossible = LogFile::open(path + "/below");
  ASSERT_FALSE(impossible);
  EXPECT_NE(impossible.error().sentence().find(path), std::string::npos);
}

}  // namespace
}  // namespace mortar
