// gluster: the command line of a pool.
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "command/commands.h"
#include "command/glusterd_session.h"
#include "runtime/real_world.h"
#include "shell.h"
#include "terminal.h"

namespace mortar::command {
namespace {

Task<> work(World& world, const Settings& settings, Console& console, int& status) {
  GlusterdSession session(world, settings);
  Task<int> doing = settings.words.empty() ? run_shell(world, settings, console, session)
                                           : run_command(world, settings, console, session, settings.words);
  status = co_await tried(std::move(doing));
  co_return done;
}

int run(const std::vector<std::string>& arguments) {
  Terminal terminal;
  std::error_code unknown;
  const Places places{MORTAR_LOG_DIR, std::string(MORTAR_RUN_DIR) + "/gluster",
                      std::string(MORTAR_RUN_DIR) + "/glusterd.socket",
                      std::filesystem::read_symlink("/proc/self/exe", unknown).parent_path()};
  Parsed parsed = parse_arguments(arguments, places, terminal);
  if (parsed.exit_status) return *parsed.exit_status;
  Result<std::unique_ptr<RealWorld>> world = RealWorld::make({.io_uring = false, .workers = 1});
  if (!world) {
    terminal.error("gluster: " + world.error().sentence());
    return 1;
  }
  int status = 1;
  Result<Done> ended = (*world)->run(work(**world, parsed.settings, terminal, status));
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
