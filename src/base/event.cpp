#include "base/event.h"

namespace mortar {

SharedMutex::Taker::~Taker() {
  unlink();
  if (granted) {
    mutex.unlock(exclusive);
  } else {
    mutex.grant();  // whoever stood behind may go on now
  }
}

Task<SharedMutex::Guard> SharedMutex::take(bool exclusive) {
  Guard guard = try_take(exclusive);
  if (!guard.holds()) {
    Taker taker(*this, exclusive);
    guard = co_await taker;
  }
  co_return guard;
}

void SharedMutex::unlock(bool exclusive) {
  holders_ = exclusive ? 0 : holders_ - 1;
  grant();
}

void SharedMutex::grant() {
  while (Waiter* first = queue_.front()) {
    Taker& taker = static_cast<Taker&>(*first);
    if (!free_for(taker.exclusive)) return;
    hold(taker.exclusive);
    taker.granted = true;
    wake(taker);
  }
}

}  // namespace mortar
