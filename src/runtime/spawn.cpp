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

// What a child tells through the pipe, which its exec closes.
struct Report {
  enum class What : int { pid, error } what;
  int value;
};

// All of a child's side keeps to what is safe after a fork beside other threads: no memory, no locks.
void tell(int pipe, Report::What what, int value) {
  const Report report{what, value};
  // A parent that is gone has nobody to be told.
  static_cast<void>(!::write(pipe, &report, sizeof report));
}

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

[[noreturn]] void become(char* const* arguments, int null, int output, int report) {
  forget_signals();
  if (set_streams(null, output)) {
    // Also those that a library opened without saying so.
    ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
    ::execvp(arguments[0], arguments);
  }
  tell(report, Report::What::error, errno);
  ::_exit(127);
}

// The child in between makes the program an orphan, which the system's first process adopts.
[[noreturn]] void become_detached(char* const* arguments, int null, int report) {
  ::setsid();
  const pid_t program = ::fork();
  if (program == 0) become(arguments, null, null, report);
  if (program < 0) {
    tell(report, Report::What::error, errno);
  } else {
    tell(report, Report::What::pid, program);
  }
  ::_exit(0);
}

struct Outcome {
  int pid = 0;
  int error = 0;
};

// Until all ends of the pipe on the child's side are closed.
Outcome hear(int pipe) {
  Outcome outcome;
  Report report{};
  ssize_t got = 0;
  while ((got = ::read(pipe, &report, sizeof report)) != 0) {
    if (got < 0 && errno == EINTR) continue;
    if (got != sizeof report) break;
    (report.what == Report::What::pid ? outcome.pid : outcome.error) = report.value;
  }
  return outcome;
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
  if (child == 0) {
    if (command.detached) become_detached(arguments.data(), null.number(), telling.number());
    become(arguments.data(), null.number(), output, telling.number());
  }
  telling.reset();
  const Outcome outcome = hear(hearing.number());
  if (command.detached || outcome.error != 0) reap(child);
  if (outcome.error != 0) {
    return failed(outcome.error,
                  fmt::format("cannot start {}: {}", command.arguments[0], Error(outcome.error).sentence()));
  }
  return command.detached ? outcome.pid : child;
}

}  // namespace mortar
