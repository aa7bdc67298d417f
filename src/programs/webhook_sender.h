// Carries events to webhooks by HTTP, on a thread of its own, so that no webhook keeps anybody waiting: each has a
// queue of its own, in the order of events, and one request under way at a time.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "management/events/delivery.h"
#include "runtime/world.h"

namespace mortar {

class WebhookSender : public Delivery {
 public:
  explicit WebhookSender(World& world);
  // Gives what is waiting a moment; the rest is dropped.
  ~WebhookSender() override;

  void deliver(Posting posting) override;
  Task<> try_out(Posting posting) override;

 private:
  struct Outcome;
  struct Request;
  // Of one webhook, or of one that is tried out.
  struct Lane {
    std::deque<Posting> waiting;
    std::size_t bytes = 0;
    std::uint64_t dropped = 0;  // since the last that was taken in
    bool busy = false;
    std::shared_ptr<Outcome> outcome;  // who tries it out waits for it
  };

  void run();
  void begin_waiting();
  void begin(const std::string& name, Lane& lane, Posting posting, bool verifies);
  void end(Request& request, int code);
  bool is_idle() const;
  void wake();

  World& world_;
  void* const multi_;  // CURLM
  std::mutex mutex_;   // of what follows
  std::map<std::string, Lane> lanes_;
  std::uint64_t tried_out_ = 0;
  bool ends_ = false;
  // Of the thread alone.
  std::map<void*, std::unique_ptr<Request>> under_way_;
  std::thread thread_;
};

}  // namespace mortar
