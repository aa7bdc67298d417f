// The real machine as a World: one loop on one thread over io_uring (epoll where the kernel refuses it), and a few
// workers for what blocks.
//
//   Result<std::unique_ptr<RealWorld>> world = RealWorld::make({});
//   (*world)->run(serve(**world));
//
// It is made, run and destroyed on one thread. Everything that was started in it (streams, tasks, background work) ends
// before it does. A waiting operation may be cancelled by destroying its task at any time: the kernel has let go of the
// task's memory when the destructor returns (see poller.h).
#pragma once

#include <memory>

#include "base/result.h"
#include "runtime/world.h"

namespace mortar {

struct RealWorldOptions {
  bool io_uring = true;  // false: epoll even where io_uring is to be had
  unsigned workers = 0;  // threads; 0: one a core, at least 2, at most 16
};

class RealWorld : public World {
 public:
  static Result<std::unique_ptr<RealWorld>> make(RealWorldOptions options);
  ~RealWorld() override;

  // Runs the loop until the task ends and hands on how it ended. Background work does not keep the loop running.
  Result<Done> run(Task<> main);

  Instant now() const override;
  Moment wall_clock() const override;
  Task<> sleep(Duration duration) override;
  Gfid boot_id() override;
  void random(std::span<std::uint8_t> bytes) override;
  Network& network() override;
  FileSystem& files() override;
  Processes& processes() override;

  // Waits until a descriptor that somebody else owns, such as that of /dev/fuse, has something to read or has failed.
  // One waiter a descriptor.
  Task<> readable(int descriptor);

  // From now on SIGTERM, SIGINT, SIGHUP, SIGUSR1 and SIGUSR2 wait until somebody asks for them, and do nothing else to
  // the process.
  Result<Done> hold_signals();
  // The next of these, which holds them, too. One caller at a time.
  Task<int> next_signal();

  bool uses_io_uring() const;

 protected:
  void run_off_loop(std::function<void()> work, std::function<void()> then) override;

 private:
  struct Parts;
  explicit RealWorld(std::unique_ptr<Parts> parts);
  // For whatever makes somebody ready to run.
  void wait();

  std::unique_ptr<Parts> parts_;
};

}  // namespace mortar
