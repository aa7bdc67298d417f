#include "base/schedule.h"

#include "base/check.h"

namespace mortar {

void Link::unlink() {
  if (!linked()) return;
  previous_->next_ = next_;
  next_->previous_ = previous_;
  next_ = previous_ = nullptr;
}

void Link::insert_before(Link& other) {
  check(!linked(), "a waiter waits in one place");
  next_ = &other;
  previous_ = other.previous_;
  previous_->next_ = this;
  other.previous_ = this;
}

WaitList::WaitList() { head_.next_ = head_.previous_ = &head_; }

WaitList::~WaitList() {
  while (pop() != nullptr) {
  }
  head_.next_ = head_.previous_ = nullptr;
}

bool WaitList::empty() const { return head_.next_ == &head_; }

void WaitList::push(Waiter& waiter) { waiter.insert_before(head_); }

Waiter* WaitList::front() const { return empty() ? nullptr : static_cast<Waiter*>(head_.next_); }

Waiter* WaitList::pop() {
  Waiter* first = front();
  if (first != nullptr) first->unlink();
  return first;
}

void WaitList::move_to(WaitList& other) {
  while (Waiter* waiter = pop()) other.push(*waiter);
}

WaitList& ready_queue() {
  thread_local WaitList queue;
  return queue;
}

bool run_ready(unsigned most) {
  bool ran = false;
  WaitList& queue = ready_queue();
  for (unsigned count = 0; count < most; ++count) {
    Waiter* waiter = queue.pop();
    if (waiter == nullptr) break;
    ran = true;
    waiter->handle.resume();
  }
  return ran;
}

}  // namespace mortar
