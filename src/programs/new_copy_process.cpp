#include "programs/new_copy_process.h"

#include "base/log.h"
#include "programs/userless_client.h"
#include "translators/fuse/mounted_graph.h"

namespace mortar {
namespace {

// How long the volume may take to say whether it can serve.
constexpr auto patience = std::chrono::seconds(60);
constexpr const char* key = "trusted.replace-brick";

Task<> tell(World& world, fuse::MountedGraph& graph, const ClientOptions& options) {
  co_await tried(with_deadline(world, patience, graph.decided()));
  Call call;
  call.pid = options.mount.client_pid.value_or(0);
  for (const std::string& client : options.new_copies) {
    fop::Setxattr mark{.gfid = root_gfid};
    mark.values.set_text(key, client);
    co_await tried(graph.perform(call, mark));
    log::info("new-copy", "the copies beside {} know that it has nothing yet", client);
  }
  co_return done;
}

}  // namespace

Task<> tell_of_new_copies(RealWorld& world, const ClientOptions& options, const TranslatorTypes& types,
                          VolfileSource& source) {
  const Volfile volfile = co_await tried(fetch_volume(source, options));
  std::unique_ptr<Graph> built = co_await tried(Graph::build(world, volfile, types));
  fuse::MountedGraph graph(std::move(built));
  co_await tried(graph.graph().start());
  const Result<Done> told = co_await tell(world, graph, options);
  co_await tried(graph.graph().stop());
  co_return told;
}

}  // namespace mortar
