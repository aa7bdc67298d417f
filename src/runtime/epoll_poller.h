// The engine over epoll: the system call is tried first, and only what would block is waited for, edge-triggered.
#pragma once

#include <memory>
#include <vector>

#include "runtime/poller.h"
#include "runtime/unique_descriptor.h"

namespace mortar {

class EpollPoller : public Poller {
 public:
  static Result<std::unique_ptr<EpollPoller>> make();

  void start(Operation& operation) override;
  void withdraw(Operation& operation) override;
  void forget(int descriptor) override;
  void wait(std::optional<Duration> limit) override;
  void wake() override;

 private:
  // What waits for a descriptor.
  struct Watch {
    Operation* reader = nullptr;
    Operation* writer = nullptr;
    bool registered = false;
  };

  EpollPoller() = default;
  Watch& watch_of(int descriptor);
  Operation*& place_of(const Operation& operation);
  bool register_descriptor(int descriptor);
  void unregister(int descriptor);
  void finish(Operation& operation, int result);
  void advance(Operation* operation);

  UniqueDescriptor epoll_;
  UniqueDescriptor wake_counter_;
  std::vector<Watch> watches_;  // by descriptor
};

}  // namespace mortar
