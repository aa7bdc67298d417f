#include "management/history.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"

namespace mortar {

void write_history(World& world, const Places& places, std::string_view command, const Result<Done>& outcome) {
  const Moment now = world.wall_clock();
  std::string sentence = outcome ? "SUCCESS" : fmt::format("FAILED : {}", outcome.error().sentence());
  std::string line =
      fmt::format("[{:%Y-%m-%d %H:%M:%S}.{:06} +0000]  : {} : {}", fmt::gmtime(static_cast<std::time_t>(now.seconds)),
                  now.nanoseconds / 1000, command, sentence);
  std::ranges::replace(line, '\n', ' ');
  line += '\n';
  Result<OpenFile> file =
      world.files().open(FileSystem::no_directory, places.command_history(), O_WRONLY | O_APPEND | O_CREAT, 0600);
  if (!file) {
    log::warning("management", "{}: {}", places.command_history(), file.error().sentence());
    return;
  }
  if (auto written = world.files().append(file->number(), as_bytes(line)); !written) {
    log::warning("management", "{}: {}", places.command_history(), written.error().sentence());
  }
}

}  // namespace mortar
