// Who carries events to webhooks.
#pragma once

#include <cstdint>
#include <string>

#include "base/task.h"
#include "pool/pool.h"

namespace mortar {

// One POST.
struct Posting {
  Webhook webhook;
  std::string event;
  std::int64_t seconds = 0;  // when it was
  std::string body;
};

class Delivery {
 public:
  virtual ~Delivery() = default;
  // Never waits. What there is no room for, or is not taken, is counted, logged and dropped.
  virtual void deliver(Posting posting) = 0;
  // Waits for the answer. The error says why the webhook does not take it.
  virtual Task<> try_out(Posting posting) = 0;
};

}  // namespace mortar
