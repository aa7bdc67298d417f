#include "management/new_copies.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/log.h"
#include "management/volfiles.h"

namespace mortar {

namespace {

constexpr Duration limit = std::chrono::seconds(90);

std::string_view last_line(std::string_view output) {
  while (output.ends_with('\n')) output.remove_suffix(1);
  return output.substr(output.rfind('\n') + 1);
}

}  // namespace

Task<> tell_of_new_copies(World& world, const Places& places, Volume volume, std::vector<std::string> fresh) {
  const std::string volfile = places.new_copies_volfile(volume);
  co_await tried(world.files().write_file(volfile, rebalance_volfile(volume)));
  Command command{.arguments = {places.settings().client_program, "-N", "-f", volfile, "-l",
                                places.new_copies_log(volume), "--process-name", "new-copy", "--client-pid=-6"}};
  for (const std::string& client : fresh) command.arguments.insert(command.arguments.end(), {"--new-copy", client});
  const Result<Finished> finished = co_await with_deadline(world, limit, world.processes().run(std::move(command)));
  // It holds the credentials of the volume.
  co_await tried(world.files().remove_tree(volfile));
  co_await tried(finished);
  if (finished->exit.status == 0 && finished->exit.signal == 0) {
    log::info("management", "the copies of {} know that {} has nothing yet", volume.name, fmt::join(fresh, ", "));
    co_return done;
  }
  co_return failed(EIO,
                   fmt::format("The other copies could not be told that the new brick has nothing yet: {}. See {}.",
                               last_line(finished->output), places.new_copies_log(volume)));
}

}  // namespace mortar
