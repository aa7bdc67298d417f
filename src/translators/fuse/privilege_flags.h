// What libfuse 3.14 does not know of the kernel's protocol: FUSE_HANDLE_KILLPRIV_V2, by which taking away what a file
// allows whoever runs it (set-id bits, capabilities) is left to us when its content or its owner changes. Else the
// kernel asks for security.capability before every write, and for the attributes before every change of the owner.
#pragma once

#include <sys/uio.h>

#include <span>

#include "base/bytes.h"

namespace mortar::fuse {

// Whether this is the kernel's first request, and offers that.
bool offers_to_leave_privileges(Bytes request);
// Accepts it in the answer, as libfuse is about to write it.
void accept_privileges(std::span<const iovec> answer);
// Whether the request says that the file's set-id bits are to go: the caller has no right to leave them.
bool clears_set_ids(Bytes request);

}  // namespace mortar::fuse
