// World: the only door to the system. Everything that is not deterministic (time, randomness, network, disk, processes)
// is asked of a World, so the same code runs on the real machine and in the simulator, where one seed decides it all.
//
// A World belongs to one loop on one thread. Nothing here blocks but the calls of FileSystem, which run on workers
// (off_loop) or, where they are known to be quick, on the loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "base/iatt.h"
#include "base/task.h"
#include "base/task_set.h"
#include "runtime/file_system.h"
#include "runtime/network.h"
#include "runtime/processes.h"

namespace mortar {

using Duration = std::chrono::nanoseconds;
// Since some fixed moment of this World; never goes back.
using Instant = std::chrono::time_point<std::chrono::steady_clock, Duration>;

class World {
 public:
  World() = default;
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  virtual ~World() = default;

  virtual Instant now() const = 0;
  // Wall clock; may jump.
  virtual Moment wall_clock() const = 0;
  virtual Task<> sleep(Duration duration) = 0;
  // Of the machine: another one each time it starts.
  virtual Gfid boot_id() = 0;

  virtual void random(std::span<std::uint8_t> bytes) = 0;
  Gfid random_gfid();
  std::uint64_t random_number();

  virtual Network& network() = 0;
  virtual FileSystem& files() = 0;
  virtual Processes& processes() = 0;

  // Runs blocking work off the loop and resumes with what it returned. The work owns what it touches: it goes on when
  // the awaiting coroutine is destroyed, and its result is dropped then.
  template <class F>
  auto off_loop(F work) -> Task<std::invoke_result_t<F>>;

  // Work of this World's process that belongs to nobody else.
  TaskSet& background() { return background_; }

 protected:
  // Calls the work on some worker, and `then` on the loop afterwards.
  virtual void run_off_loop(std::function<void()> work, std::function<void()> then) = 0;

 private:
  TaskSet background_;
};

// Where the awaited task ends with ETIMEDOUT if it takes longer; the task is cancelled then.
template <class T>
Task<T> with_deadline(World& world, Duration limit, Task<T> task);

}  // namespace mortar

#include "runtime/world_templates.h"
