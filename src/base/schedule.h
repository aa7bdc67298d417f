// Who runs next. Everything that wakes a coroutine puts it into the ready queue of its thread; the loop (real or
// simulated) drains the queue once a turn. Nothing is resumed from inside somebody else's call, so a wake-up never
// re-enters its caller and chains of wake-ups use no stack.
//
// A Waiter lives in the frame of the coroutine that waits. Destroying the frame takes it out of every list: that is
// how work is cancelled.
#pragma once

#include <coroutine>

namespace mortar {

// A place in an intrusive, doubly linked list; unlinks itself when it dies.
class Link {
 public:
  Link() = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() { unlink(); }

  bool linked() const { return next_ != nullptr; }
  void unlink();
  void insert_before(Link& other);

 protected:
  friend class WaitList;
  Link* next_ = nullptr;
  Link* previous_ = nullptr;
};

class Waiter : public Link {
 public:
  std::coroutine_handle<> handle;
};

// First in, first out. Waiters in it belong to others; an abandoned list forgets them.
class WaitList {
 public:
  WaitList();
  WaitList(const WaitList&) = delete;
  WaitList& operator=(const WaitList&) = delete;
  ~WaitList();

  bool empty() const;
  void push(Waiter& waiter);
  Waiter* front() const;
  Waiter* pop();
  // Moves everything to the end of another list.
  void move_to(WaitList& other);

 private:
  Link head_;
};

// The ready queue of the calling thread.
WaitList& ready_queue();

inline void wake(Waiter& waiter) {
  waiter.unlink();
  ready_queue().push(waiter);
}

// Resumes what is ready, including what becomes ready meanwhile, up to a bound that keeps a loop responsive.
// Returns whether anything was run.
bool run_ready(unsigned most = 10'000);

}  // namespace mortar
