#include "programs/process_dump.h"

#include "base/log.h"
#include "programs/process_memory.h"
#include "translator/state_dump.h"

namespace mortar {

Task<> dump_process(World& world, std::string directory, std::string sections) {
  StateDump dump{directory, "glusterdump", memory_section() + sections, {directory}};
  const Result<std::string> path = co_await write_state_dump(world, std::move(dump));
  if (path) log::info("dump", "the state is written to {}", *path);
  if (!path) log::error("dump", "no state dump: {}", path.error().sentence());
  co_return done;
}

}  // namespace mortar
