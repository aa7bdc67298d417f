// Threads for what blocks. First in, first out. What a job is made of is destroyed on the loop, where it was made.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace mortar {

class Workers {
 public:
  // `finished` is called on a worker each time a job is done.
  Workers(unsigned count, std::function<void()> finished);
  // Everything that was given is still done; nothing more is told to the loop.
  ~Workers();

  void run(std::function<void()> work, std::function<void()> then);

  // On the loop: calls the second half of every job that is done. Whether there was any.
  bool run_finished();
  bool any_finished();

 private:
  struct Job {
    std::function<void()> work;
    std::function<void()> then;
  };
  void serve();

  std::function<void()> finished_;
  std::mutex lock_;  // of all below
  std::condition_variable given_;
  std::deque<Job> waiting_;
  std::vector<Job> done_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace mortar
