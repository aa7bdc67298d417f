#include "management/new_copies.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/log.h"
#include "management/client_run.h"

namespace mortar {

Task<> tell_of_new_copies(World& world, const Places& places, Volume volume, std::vector<std::string> fresh) {
  std::vector<std::string> words;
  for (const std::string& client : fresh) words.insert(words.end(), {"--new-copy", client});
  const Result<std::string> told = co_await run_client(world, places, volume, "new-copies", std::move(words));
  if (told) {
    log::info("management", "the copies of {} know that {} has nothing yet", volume.name, fmt::join(fresh, ", "));
    co_return done;
  }
  co_return failed(told.error().number(),
                   fmt::format("The other copies could not be told that the new brick has nothing yet: {}. See {}.",
                               told.error().sentence(), places.client_run_log(volume, "new-copies")));
}

}  // namespace mortar
