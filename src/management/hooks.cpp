#include "management/hooks.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/log.h"

namespace mortar {

using namespace std::chrono_literals;

namespace {

constexpr auto script_limit = 300s;

// Executable files that begin with S, sorted.
std::vector<std::string> scripts_of(FileSystem& files, const std::string& folder) {
  std::vector<std::string> scripts;
  Result<OpenFile> opened = files.open(FileSystem::no_directory, folder, O_RDONLY | O_DIRECTORY, 0);
  if (!opened) return scripts;
  for (std::uint64_t offset = 0;;) {
    auto entries = files.read_directory(opened->number(), offset);
    if (!entries || entries->empty()) break;
    for (const DirectoryEntry& entry : *entries) {
      offset = entry.offset;
      if (!entry.name.starts_with('S')) continue;
      std::string path = fmt::format("{}/{}", folder, entry.name);
      Result<FileStatus> status = files.status(FileSystem::no_directory, path);
      if (status && S_ISREG(status->mode) && (status->mode & S_IXUSR) != 0) scripts.push_back(std::move(path));
    }
  }
  std::ranges::sort(scripts);
  return scripts;
}

}  // namespace

Task<> run_hooks(World& world, const Places& places, std::string event, std::string moment, HookArguments arguments) {
  for (const std::string& script : scripts_of(world.files(), places.hooks(event, moment))) {
    Command command{.arguments = {script}};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    Result<Finished> finished = co_await with_deadline(world, script_limit, world.processes().run(std::move(command)));
    if (!finished) {
      log::error("management", "hook {} could not be run: {}", script, finished.error().sentence());
    } else if (finished->exit.status != 0 || finished->exit.signal != 0) {
      log::error("management", "hook {} ended with status {} (signal {})", script, finished->exit.status,
                 finished->exit.signal);
    } else {
      log::info("management", "hook {} was run", script);
    }
  }
  co_return done;
}

}  // namespace mortar
