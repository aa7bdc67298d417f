#include "runtime/workers.h"

#include <signal.h>

namespace mortar {

Workers::Workers(unsigned count, std::function<void()> finished) : finished_(std::move(finished)) {
  // Signals belong to the loop's thread: threads start with what their maker blocks.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  for (unsigned index = 0; index < count; ++index) threads_.emplace_back([this] { serve(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Workers::~Workers() {
  {
    const std::lock_guard guard(lock_);
    ending_ = true;
  }
  given_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Workers::run(std::function<void()> work, std::function<void()> then) {
  {
    const std::lock_guard guard(lock_);
    waiting_.push_back({std::move(work), std::move(then)});
  }
  given_.notify_one();
}

bool Workers::any_finished() {
  const std::lock_guard guard(lock_);
  return !done_.empty();
}

bool Workers::run_finished() {
  std::vector<Job> jobs;
  {
    const std::lock_guard guard(lock_);
    jobs.swap(done_);
  }
  for (const Job& job : jobs) job.then();
  return !jobs.empty();
}

void Workers::serve() {
  std::unique_lock guard(lock_);
  while (true) {
    given_.wait(guard, [this] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    guard.unlock();
    job.work();
    guard.lock();
    done_.push_back(std::move(job));
    guard.unlock();
    finished_();
    guard.lock();
  }
}

}  // namespace mortar
