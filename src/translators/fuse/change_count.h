// Counts a change when it begins and when it has ended: what was read between two equal counts is unchanged by us.
#pragma once

#include <cstdint>

namespace mortar::fuse {

class ChangeCount {
 public:
  explicit ChangeCount(std::uint64_t& count) : count_(count) { ++count_; }
  ChangeCount(const ChangeCount&) = delete;
  ChangeCount& operator=(const ChangeCount&) = delete;
  ~ChangeCount() { ++count_; }

 private:
  std::uint64_t& count_;
};

}  // namespace mortar::fuse
