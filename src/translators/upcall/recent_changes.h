// What was changed while other operations were under way. Who asks for an object's attributes becomes its watcher only
// when the answer comes back up, and a change that overtakes that answer finds no watcher to tell: the answer itself
// then has to say so.
#pragma once

#include <cstdint>
#include <deque>

#include "base/gfid.h"

namespace mortar::upcall {

class RecentChanges {
 public:
  // An operation under way, from before it goes down.
  class Look {
   public:
    explicit Look(RecentChanges& changes) : changes_(changes), since_(changes.count_) { ++changes_.looks_; }
    Look(const Look&) = delete;
    Look& operator=(const Look&) = delete;
    ~Look() {
      if (--changes_.looks_ == 0) changes_.latest_.clear();
    }

    // Whether somebody else has changed the object since; also where that is not known any more.
    bool overtaken(const Gfid& gfid, std::uint64_t client) const {
      if (changes_.count_ == since_) return false;
      if (changes_.count_ - since_ > changes_.latest_.size()) return true;
      const auto first = changes_.latest_.end() - static_cast<std::ptrdiff_t>(changes_.count_ - since_);
      for (auto change = first; change != changes_.latest_.end(); ++change) {
        if (change->gfid == gfid && change->client != client) return true;
      }
      return false;
    }

   private:
    RecentChanges& changes_;
    const std::uint64_t since_;
  };

  void add(const Gfid& gfid, std::uint64_t client) {
    ++count_;
    latest_.push_back({gfid, client});
    if (latest_.size() > most) latest_.pop_front();
  }

 private:
  static constexpr std::size_t most = 256;
  struct Change {
    Gfid gfid;
    std::uint64_t client = 0;
  };

  std::uint64_t count_ = 0;
  std::size_t looks_ = 0;
  std::deque<Change> latest_;
};

}  // namespace mortar::upcall
