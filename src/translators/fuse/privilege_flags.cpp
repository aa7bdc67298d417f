#include "translators/fuse/privilege_flags.h"

#include <linux/fuse.h>

#include <cstring>
#include <optional>

namespace mortar::fuse {
namespace {

// The head of a request and the fixed part behind it, of which older kernels send less; nothing where it is another
// request.
template <class Arguments>
std::optional<Arguments> arguments_of(Bytes request, std::uint32_t operation) {
  fuse_in_header head;
  if (request.size() < sizeof head) return {};
  std::memcpy(&head, request.data(), sizeof head);
  if (head.opcode != operation) return {};
  Arguments arguments{};
  const Bytes rest = request.subspan(sizeof head);
  std::memcpy(&arguments, rest.data(), std::min(rest.size(), sizeof arguments));
  return arguments;
}

}  // namespace

bool offers_to_leave_privileges(Bytes request) {
  const auto init = arguments_of<fuse_init_in>(request, FUSE_INIT);
  return init && (init->flags & FUSE_HANDLE_KILLPRIV_V2) != 0;
}

void accept_privileges(std::span<const iovec> answer) {
  constexpr std::size_t flags_end = offsetof(fuse_init_out, flags) + sizeof(fuse_init_out::flags);
  if (answer.size() < 2 || answer[1].iov_len < flags_end) return;
  static_cast<fuse_init_out*>(answer[1].iov_base)->flags |= FUSE_HANDLE_KILLPRIV_V2;
}

bool clears_set_ids(Bytes request) {
  if (const auto write = arguments_of<fuse_write_in>(request, FUSE_WRITE)) {
    return (write->write_flags & FUSE_WRITE_KILL_SUIDGID) != 0;
  }
  if (const auto setattr = arguments_of<fuse_setattr_in>(request, FUSE_SETATTR)) {
    return (setattr->valid & FATTR_KILL_SUIDGID) != 0;
  }
  return false;
}

}  // namespace mortar::fuse
