#include "translator/state_dump.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/moment_text.h"

namespace mortar {

void dump_graph(const Graph& graph, std::string& out) {
  for (const auto& translator : graph.translators()) {
    std::string type = graph.volfile().find(translator->name())->type;
    std::ranges::replace(type, '/', '.');
    out += fmt::format("\n[xlator.{}.{}.priv]\n", type, translator->name());
    translator->dump_state(out);
  }
}

Task<std::string> write_state_dump(World& world, std::string directory, std::string name, std::string sections) {
  const std::string begun = text_of(world.wall_clock());
  const std::string path =
      fmt::format("{}/{}.{}.dump.{}", directory, name, world.processes().own_pid(), world.wall_clock().seconds);
  std::string text = fmt::format("DUMP-START-TIME: {}\n{}\nDUMP-END-TIME: {}\n", begun, sections, begun);
  const Result<Done> written =
      co_await tried(world.off_loop([&files = world.files(), directory, path, text = std::move(text)] {
        Result<Done> made = files.make_directories(directory);
        return made ? files.write_file(path, text) : made;
      }));
  if (!written) co_return failed(written.error().number(), path + ": " + written.error().sentence());
  co_return path;
}

}  // namespace mortar
