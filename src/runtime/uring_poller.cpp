#include "runtime/uring_poller.h"

#include <sched.h>
#include <sys/eventfd.h>

#include <array>
#include <atomic>
#include <thread>

namespace mortar {

namespace {

constexpr unsigned submission_entries = 256;
constexpr unsigned completion_entries = 4096;

// What a completion belongs to: an Operation, or one of these.
constexpr std::uint64_t for_nobody = 0;
constexpr std::uint64_t for_wake = 1;

std::uint64_t tag_of(const Operation& operation) { return reinterpret_cast<std::uintptr_t>(&operation); }

// The best set of flags this kernel knows; all of them only save work.
int make_ring(io_uring& ring) {
  constexpr unsigned base = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;
  constexpr std::array flags{
      base | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
          IORING_SETUP_TASKRUN_FLAG,
      base | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_COOP_TASKRUN,
      base | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_COOP_TASKRUN,
      base | IORING_SETUP_SUBMIT_ALL,
      base,
  };
  int made = -EINVAL;
  for (std::size_t index = 0; index < flags.size() && made == -EINVAL; ++index) {
    io_uring_params parameters{};
    parameters.flags = flags[index];
    parameters.cq_entries = completion_entries;
    made = io_uring_queue_init_params(submission_entries, &ring, &parameters);
  }
  return made;
}

}  // namespace

Result<std::unique_ptr<UringPoller>> UringPoller::make() {
  std::unique_ptr<UringPoller> poller(new UringPoller);
  poller->wake_counter_ = UniqueDescriptor(::eventfd(0, EFD_CLOEXEC));
  if (!poller->wake_counter_) return failed(errno, "cannot make an event counter");
  if (const int made = make_ring(poller->ring_); made < 0) return failed(-made, "the kernel refuses io_uring");
  poller->ring_made_ = true;
  constexpr unsigned needed = IORING_FEAT_NODROP | IORING_FEAT_EXT_ARG | IORING_FEAT_FAST_POLL;
  if ((poller->ring_.features & needed) != needed) return failed(ENOSYS, "the kernel's io_uring is too old");
  // Spares the kernel a look-up on every call; it works without.
  static_cast<void>(io_uring_register_ring_fd(&poller->ring_));
  return poller;
}

UringPoller::UringPoller() : patience_(std::thread::hardware_concurrency()) {}

UringPoller::~UringPoller() {
  if (!ring_made_) return;
  if (wake_armed_) {
    io_uring_sqe& entry = next_entry();
    io_uring_prep_cancel64(&entry, for_wake, 0);
    io_uring_sqe_set_data64(&entry, for_nobody);
    while (wake_armed_) {
      enter(std::nullopt);
      reap();
    }
  }
  io_uring_queue_exit(&ring_);
}

io_uring_sqe& UringPoller::next_entry() {
  io_uring_sqe* entry = io_uring_get_sqe(&ring_);
  while (entry == nullptr) {
    enter(Duration::zero());
    entry = io_uring_get_sqe(&ring_);
  }
  return *entry;
}

void UringPoller::start(Operation& operation) {
  io_uring_sqe& entry = next_entry();
  switch (operation.kind()) {
    case Operation::Kind::receive:
      io_uring_prep_recv(&entry, operation.descriptor(), operation.into().data(), operation.into().size(), 0);
      break;
    case Operation::Kind::send:
      // With MSG_WAITALL the kernel goes on by itself after a part was sent.
      io_uring_prep_sendmsg(&entry, operation.descriptor(), operation.message(), MSG_NOSIGNAL | MSG_WAITALL);
      break;
    case Operation::Kind::readiness:
      io_uring_prep_poll_add(&entry, operation.descriptor(), static_cast<unsigned>(operation.events()));
      break;
  }
  io_uring_sqe_set_data64(&entry, tag_of(operation));
}

void UringPoller::withdraw(Operation& operation) {
  io_uring_sqe& entry = next_entry();
  io_uring_prep_cancel64(&entry, tag_of(operation), 0);
  io_uring_sqe_set_data64(&entry, for_nobody);
  while (operation.in_flight()) {
    enter(std::nullopt);
    reap();
  }
}

void UringPoller::wait(std::optional<Duration> limit) {
  if (!wake_armed_) arm_wake();
  const bool only_looks = limit && *limit < Patience::longest;
  if (only_looks || !patience_.looks_out()) {
    sleep(limit);
  } else {
    // What is submitted is complete at once more often than not.
    if (io_uring_sq_ready(&ring_) > 0) enter(Duration::zero());
    if (!look_out()) sleep(limit);
  }
  reap();
}

void UringPoller::sleep(std::optional<Duration> limit) {
  const Instant begun = std::chrono::steady_clock::now();
  enter(limit);
  patience_.slept(std::chrono::steady_clock::now() - begun);
}

// Looks at memory that the kernel shares: what is complete, or work that is left for us to do in the kernel.
bool UringPoller::look_out() {
  if (io_uring_cq_ready(&ring_) > 0) return true;
  constexpr unsigned news = IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW;
  const std::atomic_ref<unsigned> flags(*ring_.sq.kflags);
  const Instant end = std::chrono::steady_clock::now() + Patience::longest;
  bool is_news = false;
  do {
    ::sched_yield();
    is_news = (flags.load(std::memory_order_acquire) & news) != 0;
  } while (!is_news && std::chrono::steady_clock::now() < end);
  patience_.looked_out(!is_news);
  if (is_news) enter(Duration::zero());
  return is_news;
}

void UringPoller::enter(std::optional<Duration> limit) {
  int entered = 0;
  if (limit && *limit <= Duration::zero()) {
    entered = io_uring_submit_and_get_events(&ring_);
  } else {
    __kernel_timespec time{};
    if (limit) {
      time.tv_sec = *limit / std::chrono::seconds(1);
      time.tv_nsec = (*limit % std::chrono::seconds(1)).count();
    }
    io_uring_cqe* first = nullptr;
    entered = io_uring_submit_and_wait_timeout(&ring_, &first, 1, limit ? &time : nullptr, nullptr);
  }
  // A signal, the end of the time and a shortage that passes (EBUSY: completions first; EAGAIN: memory) are all met by
  // coming again.
  const bool passes = entered >= 0 || entered == -EINTR || entered == -ETIME || entered == -EBUSY || entered == -EAGAIN;
  check(passes, "io_uring takes what is submitted");
}

void UringPoller::reap() {
  unsigned head = 0;
  unsigned count = 0;
  io_uring_cqe* completion = nullptr;
  io_uring_for_each_cqe(&ring_, head, completion) {
    ++count;
    if (completion->user_data == for_nobody) continue;
    if (completion->user_data == for_wake) {
      wake_armed_ = false;
    } else {
      reinterpret_cast<Operation*>(completion->user_data)->complete(completion->res);
    }
  }
  io_uring_cq_advance(&ring_, count);
}

void UringPoller::arm_wake() {
  io_uring_sqe& entry = next_entry();
  io_uring_prep_read(&entry, wake_counter_.number(), &wake_value_, sizeof wake_value_, 0);
  io_uring_sqe_set_data64(&entry, for_wake);
  wake_armed_ = true;
}

void UringPoller::wake() {
  const std::uint64_t one = 1;
  const ssize_t written = ::write(wake_counter_.number(), &one, sizeof one);
  check(written == sizeof one, "the loop can be woken");
}

}  // namespace mortar
