#include "runtime/daemonize.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "runtime/real_file_system.h"

namespace mortar {

namespace {

// A program that was started without standard streams must not get a socket or a file in their place.
void fill_streams() {
  int number = 0;
  while (number >= 0 && number <= STDERR_FILENO) number = ::open("/dev/null", O_RDWR);
  if (number > STDERR_FILENO) ::close(number);
}

[[noreturn]] void await_report(int pipe, pid_t child) {
  char ready = 0;
  ssize_t got = 0;
  while ((got = ::read(pipe, &ready, 1)) < 0 && errno == EINTR) {
  }
  if (got == 1) ::_exit(0);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) ::_exit(128 + WTERMSIG(status));
  // Ending well without a report is no success of a program that was to stay.
  ::_exit(WEXITSTATUS(status) == 0 ? 1 : WEXITSTATUS(status));
}

// The lock belongs to the open file, not to the process: it survives a fork, and reading the file elsewhere in this
// process does not lose it. Locks of lockf() and fcntl() collide with it.
bool lock(int file) {
  struct flock whole{};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return ::fcntl(file, F_OFD_SETLK, &whole) == 0;
}

bool is_at(const UniqueDescriptor& file, const std::string& path) {
  struct stat mine{};
  struct stat there{};
  return ::fstat(file.number(), &mine) == 0 && ::lstat(path.c_str(), &there) == 0 && mine.st_ino == there.st_ino &&
         mine.st_dev == there.st_dev;
}

std::unexpected<Error> pid_file_failed(int number, const std::string& path, const std::string& why) {
  return failed(number, fmt::format("pid file {}: {}", path, why));
}

}  // namespace

Result<Background> Background::enter() {
  fill_streams();
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failed(errno);
  UniqueDescriptor hearing(ends[0]);
  UniqueDescriptor telling(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) return failed(errno, "cannot go into the background");
  if (child > 0) {
    telling.reset();
    await_report(hearing.number(), child);
  }
  ::setsid();
  // A parent, terminal or peer that goes away is an error to be seen where it is met, never the end of a service.
  ::signal(SIGPIPE, SIG_IGN);
  return Background(std::move(telling));
}

Result<Done> Background::report_ready() {
  const UniqueDescriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null) return failed(errno, "cannot open /dev/null");
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::dup2(null.number(), stream) < 0) return failed(errno);
  }
  if (::chdir("/") != 0) return failed(errno);
  const char ready = 1;
  // A parent that was killed has nobody to be told.
  static_cast<void>(!::write(report_.number(), &ready, 1));
  report_.reset();
  return done;
}

Result<PidFile> PidFile::take(const std::string& path) { return take(path, Pid::needed); }

Result<PidFile> PidFile::take_lock(const std::string& path) { return take(path, Pid::wanted); }

Result<PidFile> PidFile::take(const std::string& path, Pid pid) {
  RealFileSystem files;
  if (const std::size_t slash = path.rfind('/'); slash != std::string::npos && slash > 0) {
    const Result<Done> made = files.make_directories(path.substr(0, slash));
    if (!made) return pid_file_failed(made.error().number(), path, made.error().sentence());
  }
  UniqueDescriptor file;
  // A predecessor that ends just now may remove the file between the opening and the lock.
  while (!file || !is_at(file, path)) {
    file = UniqueDescriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!file) return pid_file_failed(errno, path, Error(errno).sentence());
    if (lock(file.number())) continue;
    const bool taken = errno == EAGAIN || errno == EACCES;
    return taken ? pid_file_failed(EWOULDBLOCK, path, "another process holds it")
                 : pid_file_failed(errno, path, Error(errno).sentence());
  }
  const std::string text = fmt::format("{}\n", ::getpid());
  const bool written = ::ftruncate(file.number(), 0) == 0 &&
                       ::pwrite(file.number(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
  const bool is_full = !written && (errno == ENOSPC || errno == EDQUOT);
  if (!written && !(is_full && pid == Pid::wanted)) return pid_file_failed(errno, path, Error(errno).sentence());
  return PidFile(path, std::move(file));
}

PidFile::~PidFile() {
  // Somebody may have removed it and a successor made its own: that one stays.
  if (file_ && is_at(file_, path_)) ::unlink(path_.c_str());
}

}  // namespace mortar
