// One brick's process: how it is started, found again, asked and ended.
#pragma once

#include <cstdint>
#include <optional>

#include "management/places.h"
#include "pool/pool.h"
#include "runtime/world.h"
#include "wire/messages/brick_operations.h"

namespace mortar {

struct RunningBrick {
  int pid = 0;
  std::uint16_t port = 0;
};

// The whole command line; scripts read it.
Command brick_command(const Places& places, const Volume& volume, const Brick& brick, std::uint16_t port);

// The process of this brick, by its pid file and its command line: a pid that now belongs to something else is none.
std::optional<RunningBrick> find_running_brick(World& world, const Places& places, const Volume& volume,
                                               const Brick& brick);

// Starts it; the task ends when the brick serves, or with a sentence that says why it does not. EADDRINUSE: another
// port may do. EBUSY: another process serves the brick, one that find_running_brick() does not take for its own.
Task<RunningBrick> start_brick(World& world, const Places& places, Volume volume, Brick brick, std::uint16_t port);

// Ends it: asks over its socket, then SIGTERM, then SIGKILL. Its pid file and socket are removed.
Task<> end_brick(World& world, const Places& places, Volume volume, Brick brick, int pid);

// One request over the brick's socket.
template <class Request>
Task<BrickOperationReply> ask_brick(World& world, std::string socket, Request request);

// A port of the range that nobody listens on, `wanted` before others; 0 where there is none.
std::uint16_t free_brick_port(World& world, const Settings& settings, std::uint16_t wanted);

}  // namespace mortar

#include "management/brick_process_templates.h"
