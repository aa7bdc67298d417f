#include "programs/clear_locks_process.h"

#include <fmt/format.h>

#include "base/log.h"
#include "translators/client/protocol_client.h"
#include "translators/fuse/mounted_graph.h"

namespace mortar {
namespace {

// How long the bricks may take to say whether they can be reached.
constexpr auto patience = std::chrono::seconds(60);
constexpr const char* nothing_cleared = "No locks cleared.";

Task<Gfid> find(Translator& brick, const Call& call, std::string path) {
  Gfid at = root_gfid;
  std::string_view rest = path;
  while (!rest.empty()) {
    const std::string name(rest.substr(0, rest.find('/')));
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
    if (name.empty()) continue;
    const fop::Lookup step{.parent = at, .name = name};
    const fop::Lookup::Reply found = co_await tried(brick.perform(call, step));
    at = found.iatt.gfid;
  }
  co_return at;
}

Task<std::string> clear_on(Translator& brick, const Call& call, std::string path, std::string which) {
  const Gfid gfid = co_await tried(find(brick, call, std::move(path)));
  const fop::Getxattr order{.gfid = gfid, .name_given = 1, .name = "glusterfs.clrlk." + which};
  const fop::Values told = co_await tried(brick.perform(call, order));
  co_return std::string(told.values.text(order.name).value_or(nothing_cleared));
}

Task<std::string> clear_on_all(RealWorld& world, fuse::MountedGraph& graph, const ClientOptions& options) {
  co_await tried(with_deadline(world, patience, graph.decided()));
  Call call;
  call.pid = options.mount.client_pid.value_or(0);
  std::string told;
  Error problem(ENOENT);
  bool found = false;
  for (const std::unique_ptr<Translator>& brick : graph.graph().translators()) {
    if (dynamic_cast<ProtocolClient*>(brick.get()) == nullptr) continue;
    const Result<std::string> cleared = co_await clear_on(*brick, call, options.clear_path, options.clear_locks);
    if (cleared) {
      found = true;
      if (*cleared != nothing_cleared) told += *cleared + "\n";
    } else if (cleared.error().number() != ENOENT && cleared.error().number() != ESTALE) {
      log::warning("clear-locks", "{}: {}", brick->name(), cleared.error().sentence());
      problem = cleared.error();
    }
  }
  if (!found) co_return problem;
  co_return told.empty() ? nothing_cleared + std::string("\n") : told;
}

}  // namespace

Task<> clear_locks(RealWorld& world, const ClientOptions& options, const TranslatorTypes& types, VolfileSource& source,
                   std::string& told) {
  const std::string text = co_await tried(source.fetch());
  Volfile volfile = co_await tried(parse_volfile(text));
  for (VolumeSection& section : volfile.sections) {
    if (section.type == "protocol/client") section.set_option("process-name", options.process_name);
  }
  set_translator_options(options.volfile, volfile);
  std::unique_ptr<Graph> built = co_await tried(Graph::build(world, volfile, types));
  fuse::MountedGraph graph(std::move(built));
  co_await tried(graph.graph().start());
  const Result<std::string> cleared = co_await clear_on_all(world, graph, options);
  co_await tried(graph.graph().stop());
  told = co_await tried(cleared);
  co_return done;
}

}  // namespace mortar
