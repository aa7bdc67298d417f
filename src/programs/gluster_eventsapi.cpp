// gluster-eventsapi: who is told of events.
#include <iostream>
#include <string>
#include <vector>

#include "command/events_api.h"
#include "command/glusterd_session.h"
#include "runtime/real_world.h"
#include "terminal.h"

namespace mortar::command {
namespace {

Task<> work(World& world, std::vector<std::string> words, Console& console, int& status) {
  const Settings settings{.socket = std::string(MORTAR_RUN_DIR) + "/glusterd.socket"};
  GlusterdSession session(world, settings);
  status = co_await tried(run_events_api(console, session, std::move(words)));
  co_return done;
}

int run(const std::vector<std::string>& words) {
  Terminal terminal;
  Result<std::unique_ptr<RealWorld>> world = RealWorld::make({.io_uring = false, .workers = 1});
  if (!world) {
    terminal.error("gluster-eventsapi: " + world.error().sentence());
    return 1;
  }
  int status = 1;
  Result<Done> ended = (*world)->run(work(**world, words, terminal, status));
  return ended ? status : 1;
}

}  // namespace
}  // namespace mortar::command

int main(int count, char** arguments) {
  std::ios::sync_with_stdio(false);
  const int status = mortar::command::run({arguments + 1, arguments + count});
  std::cout.flush();
  return status;
}
