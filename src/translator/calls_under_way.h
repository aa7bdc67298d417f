// The operations of a client that are not answered yet, for `volume status callpool`, state dumps and ".meta". Each is
// an entry in the frame that performs it, which links itself in while it lives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/iatt.h"
#include "translator/call.h"

namespace mortar {

class CallsUnderWay {
 public:
  class Entry {
   public:
    Entry(CallsUnderWay& calls, const Call& call, const char* operation, Moment begun)
        : calls_(calls),
          call_(call),
          operation_(operation),
          begun_(begun),
          number_(++calls.last_number_),
          next_(calls.first_) {
      if (next_ != nullptr) next_->before_ = &next_;
      calls.first_ = this;
    }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() {
      *before_ = next_;
      if (next_ != nullptr) next_->before_ = before_;
    }

    const Call& call() const { return call_; }
    const char* operation() const { return operation_; }
    Moment begun() const { return begun_; }
    // Of the client's operations, in the order in which they came.
    std::uint64_t number() const { return number_; }

   private:
    friend class CallsUnderWay;
    CallsUnderWay& calls_;
    const Call& call_;
    const char* const operation_;
    const Moment begun_;
    const std::uint64_t number_;
    Entry* next_;
    Entry** before_ = &calls_.first_;
  };

  CallsUnderWay() = default;
  CallsUnderWay(const CallsUnderWay&) = delete;
  CallsUnderWay& operator=(const CallsUnderWay&) = delete;

  // The newest first.
  template <class Visitor>
  void for_each(Visitor&& visit) const {
    for (const Entry* entry = first_; entry != nullptr; entry = entry->next_) visit(*entry);
  }

 private:
  Entry* first_ = nullptr;
  std::uint64_t last_number_ = 0;
};

// The sections of a state dump for the `place`th call. There is one frame for each: whoever performs it deeper down has
// none that could be listed. `translator`: at which it is waited for.
std::string call_section(const CallsUnderWay::Entry& entry, std::size_t place, const std::string& translator);

}  // namespace mortar
