// Which objects are being changed, or were while something was asked: what was asked meanwhile may be older.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "base/gfid.h"

namespace mortar {

class ChangedLately {
 public:
  // From its beginning to its end; and whatever is told of the end of others' changes.
  class Change {
   public:
    Change(ChangedLately& lately, const Gfid& gfid) : lately_(lately), gfid_(gfid) { ++lately_.under_way_[gfid_]; }
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;
    ~Change() {
      const auto found = lately_.under_way_.find(gfid_);
      if (--found->second == 0) lately_.under_way_.erase(found);
      lately_.changed(gfid_);
    }

   private:
    ChangedLately& lately_;
    const Gfid gfid_;
  };

  class Question {
   public:
    explicit Question(ChangedLately& lately) : lately_(lately), asked_at_(lately.count_) { ++lately_.questions_; }
    Question(const Question&) = delete;
    Question& operator=(const Question&) = delete;
    ~Question() {
      if (--lately_.questions_ == 0) lately_.ended_.clear();
    }

    // Whether the object has not changed since it was asked.
    bool is_still_true(const Gfid& gfid) const {
      if (lately_.all_changed_ > asked_at_ || lately_.under_way_.contains(gfid)) return false;
      const auto found = lately_.ended_.find(gfid);
      return found == lately_.ended_.end() || found->second <= asked_at_;
    }

   private:
    ChangedLately& lately_;
    const std::uint64_t asked_at_;
  };

  void changed(const Gfid& gfid) {
    if (questions_ == 0) return;
    if (ended_.size() >= most_remembered) return all_changed();
    ended_[gfid] = ++count_;
  }
  void all_changed() {
    ended_.clear();
    all_changed_ = ++count_;
  }

 private:
  static constexpr std::size_t most_remembered = 1024;

  std::uint64_t count_ = 0;
  std::uint64_t all_changed_ = 0;
  std::size_t questions_ = 0;
  std::unordered_map<Gfid, std::uint64_t> ended_;  // while something was asked
  std::unordered_map<Gfid, std::size_t> under_way_;
};

}  // namespace mortar
