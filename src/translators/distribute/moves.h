// Files that another client moves to another subvolume: how one looks while it is on its way, and what is left of it
// where it was.
#pragma once

#include <cerrno>
#include <cstdint>

#include "base/iatt.h"

namespace mortar::distribute {

// The mover's and not the user's, while a file is on its way.
inline constexpr std::uint32_t movers_bits = 03000;

// What a link file looks like, whose data has been moved away; an ordinary file may look so too.
inline bool looks_moved(const Iatt& iatt) { return iatt.is_regular() && (iatt.mode & 07777) == 01000; }
// The same: both bits may be a user's own.
inline bool looks_moving(const Iatt& iatt) { return iatt.is_regular() && (iatt.mode & movers_bits) == movers_bits; }

inline bool says_moved(int error) { return error == ENOENT || error == ESTALE || error == EBADF || error == EBADFD; }

// Takes the mover's bits from the attributes of the file in an answer.
template <class Reply>
void hide_move(Reply& reply) {
  if constexpr (requires { reply.before; }) {
    reply.before.mode &= ~movers_bits;
    reply.after.mode &= ~movers_bits;
  } else if constexpr (requires { reply.iatt; }) {
    reply.iatt.mode &= ~movers_bits;
  }
}

}  // namespace mortar::distribute
