// What a command asks a brick's process on this server.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <string>

#include "base/dictionary.h"
#include "management/brick_process.h"
#include "management/management.h"

namespace mortar::commands {

// What the brick answers. The sentence of an error begins with "Brick HOST:PATH does not tell WHAT".
template <class Request>
Task<Dictionary> ask_about(Management& management, Volume volume, Brick brick, Request request, std::string what,
                           std::chrono::seconds limit) {
  World& world = management.world();
  Task<BrickOperationReply> asking =
      ask_brick(world, management.places().brick_socket(volume, brick), std::move(request));
  Result<BrickOperationReply> told = co_await with_deadline(world, limit, std::move(asking));
  if (told && told->op_ret != 0) {
    told = failed(told->op_errno != 0 ? told->op_errno : EIO, told->op_errstr);
  }
  if (!told) {
    co_return failed(told.error().number(),
                     fmt::format("Brick {} does not tell {}: {}", brick.text(), what, told.error().sentence()));
  }
  co_return std::move(told->output.dictionary);
}

}  // namespace mortar::commands
