// libfuse's table of callbacks: each takes what it needs out of the request, whose memory does not outlive the
// callback, and starts the front's handler.
#pragma once

#include "translators/fuse/receive_buffers.h"
#include "translators/fuse/request.h"

namespace mortar::fuse {

class Front;

// Data that one request of the kernel carries at most, in either direction.
inline constexpr unsigned most_carried = 1 << 20;

// What libfuse hands to each callback.
struct CallbackContext {
  Front& front;
  ReceiveBuffers& buffers;
  // What libfuse does not tell of the request that is being processed (privilege_flags.h).
  bool offers_privileges = false;
  bool clears_set_ids = false;
};

extern const fuse_lowlevel_ops kernel_operations;

}  // namespace mortar::fuse
