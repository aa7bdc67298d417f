#include "runtime/spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "runtime/unique_descriptor.h"

namespace mortar {

namespace {

// All of a child's side keeps to what is safe after a fork beside other threads: no memory, no locks.
void forget_signals() {
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool set_streams(int input, int output) {
  if (::dup2(input, STDIN_FILENO) < 0) return false;
  if (output < 0) return true;
  return ::dup2(output, STDOUT_FILENO) >= 0 && ::dup2(output, STDERR_FILENO) >= 0;
}

// Tells through the pipe why it could not, which a successful exec closes.
[[noreturn]] void become(char* const* arguments, int null, int output, int report) {
  forget_signals();
  if (set_streams(null, output)) {
    // Also those that a library opened without saying so.
    ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
    ::execvp(arguments[0], arguments);
  }
  const int error = errno;
  // A parent that is gone has nobody to be told.
  static_cast<void>(!::write(report, &error, sizeof error));
  ::_exit(127);
}

// Until the child's end of the pipe is closed: the error, or 0.
int hear(int pipe) {
  int error = 0;
  ssize_t got = 0;
  while ((got = ::read(pipe, &error, sizeof error)) < 0 && errno == EINTR) {
  }
  return got == sizeof error ? error : 0;
}

void reap(pid_t child) {
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

Result<int> spawn(const Command& command, int output) {
  if (command.arguments.empty()) return failed(EINVAL, "a command without words cannot be started");
  std::vector<char*> arguments;
  // exec takes the words as writable, and only reads them.
  for (const std::string& word : command.arguments) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failed(errno);
  const UniqueDescriptor hearing(ends[0]);
  UniqueDescriptor telling(ends[1]);
  const UniqueDescriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null) return failed(errno, "cannot open /dev/null");

  const pid_t child = ::fork();
  if (child < 0) return failed(errno, fmt::format("cannot start {}", command.arguments[0]));
  if (child == 0) become(arguments.data(), null.number(), output, telling.number());
  telling.reset();
  if (const int error = hear(hearing.number()); error != 0) {
    reap(child);
    return failed(error, fmt::format("cannot start {}: {}", command.arguments[0], Error(error).sentence()));
  }
  return child;
}

}  // namespace mortar
