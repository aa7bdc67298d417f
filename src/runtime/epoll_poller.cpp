#include "runtime/epoll_poller.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>

#include "base/check.h"

namespace mortar {

namespace {

// The result of an operation, or nothing where it would block.
std::optional<int> attempt(const Operation& operation) {
  ssize_t result = 0;
  do {
    switch (operation.kind()) {
      case Operation::Kind::receive:
        result = ::recv(operation.descriptor(), operation.into().data(), operation.into().size(), MSG_DONTWAIT);
        break;
      case Operation::Kind::send:
        result = ::sendmsg(operation.descriptor(), operation.message(), MSG_DONTWAIT | MSG_NOSIGNAL);
        break;
      case Operation::Kind::readiness: {
        pollfd asked{.fd = operation.descriptor(), .events = operation.events(), .revents = 0};
        result = ::poll(&asked, 1, 0);
        if (result == 0) return std::nullopt;
        if (result > 0) return asked.revents;
        break;
      }
    }
  } while (result < 0 && errno == EINTR);
  if (result >= 0) return static_cast<int>(result);
  if (errno == EAGAIN || errno == EWOULDBLOCK) return std::nullopt;
  return -errno;
}

bool is_writer(const Operation& operation) {
  return operation.kind() == Operation::Kind::send || (operation.events() & POLLOUT) != 0;
}

int milliseconds_of(std::optional<Duration> limit) {
  if (!limit) return -1;
  // Rounded up: a timer that is due in less than this must not make the loop spin.
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(*limit).count();
  return static_cast<int>(std::clamp<std::int64_t>(rounded, 0, 3'600'000));
}

}  // namespace

Result<std::unique_ptr<EpollPoller>> EpollPoller::make() {
  std::unique_ptr<EpollPoller> poller(new EpollPoller);
  poller->epoll_ = UniqueDescriptor(::epoll_create1(EPOLL_CLOEXEC));
  poller->wake_counter_ = UniqueDescriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!poller->epoll_ || !poller->wake_counter_) return failed(errno, "cannot make a poller");
  // Edge-triggered, so every write ends a wait and the counter is never read.
  const int counter = poller->wake_counter_.number();
  if (!poller->register_descriptor(counter)) return failed(errno, "cannot wait for wake-ups");
  return poller;
}

EpollPoller::Watch& EpollPoller::watch_of(int descriptor) {
  const auto index = static_cast<std::size_t>(descriptor);
  if (index >= watches_.size()) watches_.resize(index + 1);
  return watches_[index];
}

Operation*& EpollPoller::place_of(const Operation& operation) {
  Watch& watch = watch_of(operation.descriptor());
  return is_writer(operation) ? watch.writer : watch.reader;
}

bool EpollPoller::register_descriptor(int descriptor) {
  Watch& watch = watch_of(descriptor);
  if (watch.registered) return true;
  epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.fd = descriptor}};
  if (::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, descriptor, &event) != 0) return false;
  watch.registered = true;
  return true;
}

void EpollPoller::unregister(int descriptor) {
  Watch& watch = watch_of(descriptor);
  if (!watch.registered) return;
  watch.registered = false;
  // An owner that closed its descriptor first has done this already: the error says nothing new.
  static_cast<void>(::epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, descriptor, nullptr));
}

void EpollPoller::start(Operation& operation) {
  if (const std::optional<int> result = attempt(operation)) return operation.complete(*result);
  Operation*& place = place_of(operation);
  check(place == nullptr, "one operation at a time waits for a direction of a descriptor");
  // What became ready since the attempt is told by the registration itself or, where it stood before, as an edge.
  if (!register_descriptor(operation.descriptor())) return operation.complete(-errno);
  place = &operation;
}

void EpollPoller::finish(Operation& operation, int result) {
  place_of(operation) = nullptr;
  // Descriptors waited for in this way belong to others, who may close them as soon as this ends.
  const Watch& watch = watch_of(operation.descriptor());
  const bool alone = watch.reader == nullptr && watch.writer == nullptr;
  if (operation.kind() == Operation::Kind::readiness && alone) unregister(operation.descriptor());
  operation.complete(result);
}

void EpollPoller::withdraw(Operation& operation) { finish(operation, -ECANCELED); }

void EpollPoller::forget(int descriptor) { unregister(descriptor); }

void EpollPoller::advance(Operation* operation) {
  if (operation == nullptr) return;
  if (const std::optional<int> result = attempt(*operation)) finish(*operation, *result);
}

void EpollPoller::wait(std::optional<Duration> limit) {
  std::array<epoll_event, 256> events;
  const int count =
      ::epoll_wait(epoll_.number(), events.data(), static_cast<int>(events.size()), milliseconds_of(limit));
  check(count >= 0 || errno == EINTR, "epoll waits");
  constexpr std::uint32_t ended = EPOLLHUP | EPOLLERR;
  for (int index = 0; index < count; ++index) {
    const epoll_event& event = events[static_cast<std::size_t>(index)];
    const int descriptor = event.data.fd;
    if ((event.events & (EPOLLIN | EPOLLRDHUP | ended)) != 0) advance(watch_of(descriptor).reader);
    if ((event.events & (EPOLLOUT | ended)) != 0) advance(watch_of(descriptor).writer);
  }
}

void EpollPoller::wake() {
  const std::uint64_t one = 1;
  const ssize_t written = ::write(wake_counter_.number(), &one, sizeof one);
  check(written == sizeof one, "the loop can be woken");
}

}  // namespace mortar
