// Notices to the kernel of what to forget, on their way.
//
// A notice is a write to the kernel's device that can block. Forgetting a name takes the lock of its directory, which
// who makes or removes something there holds until we have answered; forgetting pages waits for those that are being
// read, that is for our answer as well. So the loop, which gives these answers, never writes a notice: workers do. The
// answers need no worker, and at most two are taken (one of them for what never blocks for long), so that no number of
// notices keeps an answer away:
//
//   attributes     nobody's answer is waited for: they are forgotten at once, whatever else is stuck. The loop itself
//                  writes such a notice only where the next answer must not come before it
//   pages, names   one after the other, behind what they wait for
//
// What is to be forgotten waits as a set: the same thing said often is written once.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <utility>

#include "runtime/world.h"
#include "translators/fuse/kernel_cache.h"

namespace mortar::fuse {

class KernelNotices final : public KernelCache {
 public:
  // What workers call. Shared with them: it outlives this where they are not done.
  struct Writer {
    virtual ~Writer() = default;
    virtual void forget_attributes(std::uint64_t inode) = 0;
    virtual void forget_pages(std::uint64_t inode) = 0;
    virtual void forget_name(std::uint64_t parent, const std::string& name) = 0;
  };

  KernelNotices(World& world, std::shared_ptr<Writer> writer) : world_(world), writer_(std::move(writer)) {}

  void forget_attributes(std::uint64_t inode) override;
  void forget_attributes_now(std::uint64_t inode) override { writer_->forget_attributes(inode); }
  void forget_pages(std::uint64_t inode) override;
  void forget_name(std::uint64_t parent, const std::string& name) override;

 private:
  struct Forgotten {
    std::set<std::uint64_t> attributes;
    std::set<std::uint64_t> pages;
    std::set<std::pair<std::uint64_t, std::string>> names;
    bool empty() const { return attributes.empty() && pages.empty() && names.empty(); }
    void write(Writer& writer) const;
  };
  struct Lane {
    Forgotten waiting;
    bool at_work = false;
  };
  using LanePointer = std::shared_ptr<Lane>;

  void begin(const LanePointer& lane);
  static Task<> write_all(World& world, std::shared_ptr<Writer> writer, LanePointer lane);

  World& world_;
  std::shared_ptr<Writer> writer_;
  LanePointer quick_ = std::make_shared<Lane>();
  LanePointer patient_ = std::make_shared<Lane>();
};

}  // namespace mortar::fuse
