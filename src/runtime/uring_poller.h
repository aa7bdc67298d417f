// The engine over io_uring: whatever became ready to be submitted in a turn of the loop is handed over by the one
// system call that also waits for what comes next.
#pragma once

#include <liburing.h>

#include <cstdint>
#include <memory>

#include "runtime/patience.h"
#include "runtime/poller.h"
#include "runtime/unique_descriptor.h"

namespace mortar {

class UringPoller : public Poller {
 public:
  // Fails where the kernel refuses io_uring or has an older one than is needed (5.11).
  static Result<std::unique_ptr<UringPoller>> make();
  ~UringPoller() override;

  void start(Operation& operation) override;
  void withdraw(Operation& operation) override;
  void forget(int) override {}
  void wait(std::optional<Duration> limit) override;
  void wake() override;

 private:
  UringPoller();
  io_uring_sqe& next_entry();
  void enter(std::optional<Duration> limit);
  void sleep(std::optional<Duration> limit);
  // Until something is complete, or for as long as is worth while: whether it is.
  bool look_out();
  void arm_wake();
  void reap();

  io_uring ring_{};
  bool ring_made_ = false;
  UniqueDescriptor wake_counter_;
  std::uint64_t wake_value_ = 0;  // the kernel writes here until the read of the counter is cancelled
  bool wake_armed_ = false;
  Patience patience_;
};

}  // namespace mortar
