// What a StreamOptions asks for, set on a socket.
#pragma once

#include "base/result.h"
#include "runtime/network.h"

namespace mortar {

// A connected or listening TCP socket; what a listener accepts inherits all of it.
Result<Done> apply_options(int socket, const StreamOptions& options);

// Binds to the highest free port from the ceiling downwards. Where there is none, or no right to one, the socket stays
// unbound and the system chooses, as stock does. The port `avoided` (that of the other end) is not used: a socket
// could connect to itself.
void bind_source_port(int socket, int family, std::uint16_t ceiling, std::uint16_t avoided);

}  // namespace mortar
