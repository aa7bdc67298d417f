#include "runtime/real_processes.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "runtime/real_file_system.h"
#include "runtime/spawn.h"

namespace mortar {

namespace {

constexpr std::size_t most_output = 1 << 20;
constexpr std::size_t most_exits_kept = 256;

UniqueDescriptor process_descriptor(int pid) {
  return UniqueDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

// The exit of a child that has ended; that of anybody else's is unknown.
Exit exit_of(int pid) {
  int status = 0;
  if (::waitpid(pid, &status, WNOHANG) != pid) return {};
  if (WIFSIGNALED(status)) return {.status = -1, .signal = WTERMSIG(status)};
  return {.status = WEXITSTATUS(status), .signal = 0};
}

Task<> until_ended(Poller& poller, const UniqueDescriptor& process) {
  Operation end = Operation::readiness(poller, process.number(), POLLIN);
  const int events = co_await end;
  if (events < 0) co_return Error(-events);
  co_return done;
}

std::string process_file(int pid, std::string_view name) {
  RealFileSystem files;
  const Result<std::string> content = files.read_file("/proc/" + std::to_string(pid) + "/" + std::string(name));
  return content ? *content : std::string();
}

// "pid (name) state …"; the name may hold anything.
bool is_zombie(int pid) {
  const std::string status = process_file(pid, "stat");
  const std::size_t name_end = status.rfind(')');
  if (name_end == std::string::npos || name_end + 2 >= status.size()) return false;
  return status[name_end + 2] == 'Z' || status[name_end + 2] == 'X';
}

// What there is to read right now; false at the end of it.
bool drain(int pipe, std::string& output) {
  std::array<char, 16384> piece;
  while (true) {
    const ssize_t got = ::read(pipe, piece.data(), piece.size());
    if (got == 0) return false;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno == EAGAIN;
    // The rest is read all the same: a program must not hang for having much to say.
    output.append(piece.data(), std::min(static_cast<std::size_t>(got), most_output - output.size()));
  }
}

Task<> collect(Poller& poller, int pipe, std::string& output) {
  while (drain(pipe, output)) {
    Operation more = Operation::readiness(poller, pipe, POLLIN);
    const int events = co_await more;
    if (events < 0) co_return Error(-events);
  }
  co_return done;
}

// A program that nobody waits for any more is ended.
class Kill {
 public:
  explicit Kill(int pid) : pid_(pid) {}
  Kill(const Kill&) = delete;
  Kill& operator=(const Kill&) = delete;
  ~Kill() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
  }
  void spare() { pid_ = 0; }

 private:
  int pid_;
};

}  // namespace

Result<int> RealProcesses::start(const Command& command) { return start_child(command, -1); }

Result<int> RealProcesses::start_child(const Command& command, int output) {
  const Result<int> pid = spawn(command, output);
  if (!pid) return pid;
  UniqueDescriptor process = process_descriptor(*pid);
  if (!process) {
    const int error = errno;
    ::kill(*pid, SIGKILL);
    ::waitpid(*pid, nullptr, 0);
    return failed(error, "cannot watch the process that was started");
  }
  drop_unasked();
  auto child = std::make_shared<Child>();
  children_.insert_or_assign(*pid, child);
  reaping_.start(reap(poller_, *pid, std::move(process), std::move(child)));
  return pid;
}

Task<> RealProcesses::reap(Poller& poller, int pid, UniqueDescriptor process, std::shared_ptr<Child> child) {
  co_await tried(until_ended(poller, process));
  child->exit = exit_of(pid);
  child->over.set();
  co_return done;
}

void RealProcesses::drop_unasked() {
  if (children_.size() < most_exits_kept) return;
  std::erase_if(children_, [](const auto& entry) { return entry.second->over.is_set(); });
}

Task<Exit> RealProcesses::ended(int pid) {
  if (const auto found = children_.find(pid); found != children_.end()) {
    const std::shared_ptr<Child> child = found->second;
    co_await tried(child->over.wait());
    // The pid may have been given to a new child meanwhile.
    if (const auto still = children_.find(pid); still != children_.end() && still->second == child) {
      children_.erase(still);
    }
    co_return child->exit;
  }
  const UniqueDescriptor process = process_descriptor(pid);
  if (!process && errno == ESRCH) co_return Exit{};
  if (!process) co_return Error(errno);
  co_await tried(until_ended(poller_, process));
  // An orphan that was adopted by this process is its to reap.
  co_return exit_of(pid);
}

Task<Finished> RealProcesses::run(Command command) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) co_return Error(errno);
  const UniqueDescriptor reading(ends[0]);
  UniqueDescriptor writing(ends[1]);
  // A program expects an output that waits for it.
  ::fcntl(writing.number(), F_SETFL, 0);
  const int pid = co_await tried(start_child(command, writing.number()));
  writing.reset();
  Kill unless_ended(pid);
  Finished finished;
  {
    TaskSet collecting;
    collecting.start(collect(poller_, reading.number(), finished.output));
    finished.exit = co_await tried(ended(pid));
    unless_ended.spare();
  }
  // What it started may hold the pipe open for long; what it wrote itself is there.
  drain(reading.number(), finished.output);
  co_return std::move(finished);
}

Result<Done> RealProcesses::signal(int pid, int number) {
  if (pid <= 0) return failed(EINVAL);
  // Asked before: a signal that kills leaves a zombie at once.
  if (is_zombie(pid)) return failed(ESRCH);
  if (::kill(pid, number) != 0) return failed(errno);
  return done;
}

std::vector<std::string> RealProcesses::command_line(int pid) {
  const std::string line = process_file(pid, "cmdline");
  std::vector<std::string> words;
  for (std::size_t start = 0; start < line.size();) {
    const std::size_t end = std::min(line.find('\0', start), line.size());
    words.push_back(line.substr(start, end - start));
    start = end + 1;
  }
  return words;
}

int RealProcesses::own_pid() const { return ::getpid(); }

}  // namespace mortar
