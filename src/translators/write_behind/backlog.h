// The writes of one file that were answered and are not on the brick yet: in the order in which they came, those behind
// waiting, those in front under way.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <list>
#include <memory>
#include <vector>

#include "base/schedule.h"
#include "translator/call.h"
#include "translator/descriptor.h"
#include "wire/file_operations.h"

namespace mortar::write_behind {

struct Range {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;

  bool overlaps(const Range& other) const { return offset < end(other) && other.offset < end(*this); }
  static std::uint64_t end(const Range& range) {
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    return range.size > most - range.offset ? most : range.offset + range.size;
  }
  static Range from(std::uint64_t offset) { return {offset, std::numeric_limits<std::uint64_t>::max()}; }
  static Range everything() { return from(0); }
};

// One write, or several that follow each other and travel as one.
struct Pending {
  Call call;
  fop::Write write;  // its data are the parts
  std::vector<Slice> parts;
  Range range;
  std::uint64_t number = 0;  // of the first write in it
  bool under_way = false;

  std::size_t size() const { return write.size; }
  bool appends() const { return (write.flags & open_flag::append) != 0; }
};

class Backlog {
 public:
  explicit Backlog(Gfid gfid) : gfid_(gfid) {}

  const Gfid& gfid() const { return gfid_; }
  std::list<Pending>& pending() { return pending_; }
  const std::list<Pending>& pending() const { return pending_; }
  std::size_t bytes() const { return bytes_; }
  bool empty() const { return pending_.empty(); }
  std::size_t under_way() const { return under_way_; }

  // Behind all others; as part of the last one where it continues that and both fit into `aggregate`.
  void add(Pending added, std::size_t aggregate) {
    bytes_ += added.size();
    added.number = ++last_number_;
    if (continues_last(added, aggregate)) {
      Pending& last = pending_.back();
      last.parts.push_back(std::move(added.parts.front()));
      last.write.size += added.write.size;
      last.range.size += added.range.size;
    } else {
      pending_.push_back(std::move(added));
    }
  }
  void begin(Pending& pending) {
    pending.under_way = true;
    ++under_way_;
  }
  void end(std::list<Pending>::iterator pending) {
    bytes_ -= pending->size();
    --under_way_;
    pending_.erase(pending);
    changed_.move_to(ready_queue());
  }

  // Whether a write in front of it, under way or not, has to be done first.
  bool is_held_up(std::list<Pending>::const_iterator pending) const {
    return std::any_of(pending_.begin(), pending,
                       [&](const Pending& before) { return before.range.overlaps(pending->range); });
  }
  bool overlaps(const Range& range, std::uint64_t up_to) const {
    return std::ranges::any_of(pending_,
                               [&](const Pending& one) { return one.number <= up_to && one.range.overlaps(range); });
  }

  std::uint64_t last_number() const { return last_number_; }
  // Somebody waits for what came up to then: it is collected no longer.
  void hurry() { hurried_up_to_ = last_number_; }
  bool in_a_hurry(const Pending& pending) const { return pending.number <= hurried_up_to_; }

  WaitList& changed() { return changed_; }
  bool send_is_planned = false;  // by a timer

 private:
  bool continues_last(const Pending& added, std::size_t aggregate) const {
    if (pending_.empty()) return false;
    const Pending& last = pending_.back();
    return !last.under_way && !in_a_hurry(last) && !last.appends() && !added.appends() &&
           last.write.fd.open == added.write.fd.open && last.write.flags == added.write.flags &&
           last.call.lock_owner == added.call.lock_owner && last.call.uid == added.call.uid &&
           last.call.gid == added.call.gid && last.write.xdata.empty() && added.write.xdata.empty() &&
           last.range.offset + last.range.size == added.range.offset && last.size() + added.size() <= aggregate;
  }

  const Gfid gfid_;
  std::list<Pending> pending_;
  std::size_t bytes_ = 0;
  std::size_t under_way_ = 0;
  std::uint64_t last_number_ = 0;
  std::uint64_t hurried_up_to_ = 0;
  WaitList changed_;
};

}  // namespace mortar::write_behind
