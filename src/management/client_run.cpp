#include "management/client_run.h"

#include "management/volfiles.h"

namespace mortar {

namespace {

constexpr Duration limit = std::chrono::seconds(90);

std::string_view last_line(std::string_view output) {
  while (output.ends_with('\n')) output.remove_suffix(1);
  return output.substr(output.rfind('\n') + 1);
}

}  // namespace

Task<std::string> run_client(World& world, const Places& places, Volume volume, std::string name,
                             std::vector<std::string> words) {
  const std::string volfile = places.client_run_volfile(volume, name);
  co_await tried(world.files().write_file(volfile, rebalance_volfile(volume)));
  Command command{.arguments = {places.settings().client_program, "-N", "-f", volfile, "-l",
                                places.client_run_log(volume, name), "--process-name", name, "--client-pid=-6"}};
  command.arguments.insert(command.arguments.end(), words.begin(), words.end());
  const Result<Finished> finished = co_await with_deadline(world, limit, world.processes().run(std::move(command)));
  // It holds the credentials of the volume.
  co_await tried(world.files().remove_tree(volfile));
  co_await tried(finished);
  if (finished->exit.status == 0 && finished->exit.signal == 0) co_return finished->output;
  co_return failed(EIO, std::string(last_line(finished->output)));
}

}  // namespace mortar
