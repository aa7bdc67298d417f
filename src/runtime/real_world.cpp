#include "runtime/real_world.h"

#include <poll.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include "runtime/epoll_poller.h"
#include "runtime/real_file_system.h"
#include "runtime/real_network.h"
#include "runtime/real_processes.h"
#include "runtime/timers.h"
#include "runtime/uring_poller.h"
#include "runtime/workers.h"

namespace mortar {

namespace {

unsigned worker_count(unsigned asked) {
  return asked != 0 ? asked : std::clamp(std::thread::hardware_concurrency(), 2U, 16U);
}

sigset_t signals_taken() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2}) ::sigaddset(&set, number);
  return set;
}

void fill_randomly(std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = ::getrandom(bytes.data(), bytes.size(), 0);
    check(got > 0 || errno == EINTR, "the kernel gives random numbers");
    if (got > 0) bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

Task<> report_end(Task<> main, std::optional<Result<Done>>& end) {
  Result<Done> result = co_await std::move(main);
  end.emplace(std::move(result));
  co_return done;
}

}  // namespace

struct RealWorld::Parts {
  Parts(RealWorldOptions options, std::unique_ptr<Poller> engine, bool over_io_uring)
      : poller(std::move(engine)),
        io_uring(over_io_uring),
        workers(worker_count(options.workers), [this] { rouse(); }) {}

  // Many jobs that end while the loop sleeps cost one wake-up, those that end while it runs none.
  void rouse() {
    if (asleep.exchange(false)) poller->wake();
  }

  RealFileSystem files;
  Timers timers;
  std::unique_ptr<Poller> poller;
  bool io_uring;
  std::atomic<bool> asleep{false};
  std::unique_ptr<RealNetwork> network;
  std::unique_ptr<RealProcesses> processes;
  UniqueDescriptor signals;
  std::array<std::uint8_t, 1024> random{};
  std::span<std::uint8_t> random_left;
  Workers workers;  // last: its threads use what stands above
};

RealWorld::RealWorld(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {
  parts_->network = std::make_unique<RealNetwork>(*this, *parts_->poller);
  parts_->processes = std::make_unique<RealProcesses>(*parts_->poller);
}

RealWorld::~RealWorld() { background().cancel(); }

Result<std::unique_ptr<RealWorld>> RealWorld::make(RealWorldOptions options) {
  // Who makes a file says its mode; what arrives from a client has been masked there.
  ::umask(0);
  if (options.io_uring) {
    // Refused by the kernel, its administrator or a container's filter: epoll does.
    if (Result<std::unique_ptr<UringPoller>> engine = UringPoller::make()) {
      return std::unique_ptr<RealWorld>(new RealWorld(std::make_unique<Parts>(options, std::move(*engine), true)));
    }
  }
  Result<std::unique_ptr<EpollPoller>> engine = EpollPoller::make();
  if (!engine) return std::unexpected(engine.error());
  return std::unique_ptr<RealWorld>(new RealWorld(std::make_unique<Parts>(options, std::move(*engine), false)));
}

Result<Done> RealWorld::run(Task<> main) {
  std::optional<Result<Done>> end;
  TaskSet running;
  running.start(report_end(std::move(main), end));
  while (true) {
    run_ready();
    if (end) return *end;
    wait();
  }
}

void RealWorld::wait() {
  Parts& parts = *parts_;
  std::optional<Duration> limit;
  if (const std::optional<Instant> next = parts.timers.next()) limit = std::max(*next - now(), Duration::zero());
  // A job that ends from here on wakes the poller; what ended before is seen here.
  parts.asleep.store(true);
  if (!ready_queue().empty() || parts.workers.any_finished()) limit = Duration::zero();
  parts.poller->wait(limit);
  parts.asleep.store(false);
  parts.workers.run_finished();
  parts.timers.wake_due(now());
}

Instant RealWorld::now() const { return std::chrono::steady_clock::now(); }

Moment RealWorld::wall_clock() const {
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);
  return {time.tv_sec, static_cast<std::uint32_t>(time.tv_nsec)};
}

Gfid RealWorld::boot_id() {
  const Result<std::string> text = files().read_file("/proc/sys/kernel/random/boot_id", 64);
  const std::optional<Gfid> id = text ? Gfid::parse(text->substr(0, text->find('\n'))) : std::nullopt;
  // Where the kernel does not tell, each process takes the machine for one that has just started.
  return id ? *id : random_gfid();
}

Task<> RealWorld::sleep(Duration duration) {
  Timers::Timer timer(parts_->timers, now() + std::max(duration, Duration::zero()));
  co_await timer;
  co_return done;
}

// Fetched many at a time: an identity for each new file would be a system call for each.
void RealWorld::random(std::span<std::uint8_t> bytes) {
  std::span<std::uint8_t> left = parts_->random_left;
  for (std::uint8_t& byte : bytes) {
    if (left.empty()) {
      fill_randomly(parts_->random);
      left = parts_->random;
    }
    byte = std::exchange(left.front(), 0);
    left = left.subspan(1);
  }
  parts_->random_left = left;
}

Network& RealWorld::network() { return *parts_->network; }
FileSystem& RealWorld::files() { return parts_->files; }
Processes& RealWorld::processes() { return *parts_->processes; }
bool RealWorld::uses_io_uring() const { return parts_->io_uring; }

void RealWorld::run_off_loop(std::function<void()> work, std::function<void()> then) {
  parts_->workers.run(std::move(work), std::move(then));
}

Task<> RealWorld::readable(int descriptor) {
  Operation input = Operation::readiness(*parts_->poller, descriptor, POLLIN);
  const int events = co_await input;
  if (events < 0) co_return Error(-events);
  co_return done;
}

Result<Done> RealWorld::hold_signals() {
  if (parts_->signals) return done;
  const sigset_t set = signals_taken();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  parts_->signals = UniqueDescriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  return parts_->signals ? Result<Done>(done) : std::unexpected(Error(errno, "cannot receive signals"));
}

Task<int> RealWorld::next_signal() {
  co_await tried(hold_signals());
  signalfd_siginfo info{};
  while (::read(parts_->signals.number(), &info, sizeof info) != sizeof info) {
    if (errno != EAGAIN && errno != EINTR) co_return Error(errno, "cannot receive signals");
    co_await tried(readable(parts_->signals.number()));
  }
  co_return static_cast<int>(info.ssi_signo);
}

}  // namespace mortar
