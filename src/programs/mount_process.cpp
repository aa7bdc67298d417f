#include "programs/mount_process.h"

#include <fmt/format.h>
#include <signal.h>

#include "base/glob.h"
#include "base/log.h"
#include "translators/fuse/session.h"

namespace mortar {
namespace {

constexpr const char* domain = "mount";
// How long the volume may take to say whether it can serve.
constexpr auto patience = std::chrono::seconds(60);

// What the command line adds to the volume: its own overrides, and what the bricks are to know of this client.
Result<Volfile> adapted(Volfile volfile, const ClientOptions& options) {
  if (!options.volume_name.empty()) {
    while (!volfile.sections.empty() && volfile.top().name != options.volume_name) volfile.sections.pop_back();
  }
  if (volfile.sections.empty()) return failed(EINVAL, "the volume file names no volume to mount");
  for (VolumeSection& section : volfile.sections) {
    if (section.type != "protocol/client") continue;
    if (!options.subdirectory.empty()) section.set_option("subdir-mount", options.subdirectory);
    if (!options.process_name.empty()) section.set_option("process-name", options.process_name);
    if (!options.volfile_id.empty()) section.set_option("volfile-key", options.volfile_id);
  }
  for (const std::string& setting : options.translator_options) {
    const std::size_t equals = setting.find('=');
    const std::size_t dot = setting.find('.');
    if (dot == std::string::npos || dot > equals) continue;
    for (VolumeSection& section : volfile.sections) {
      if (!glob_matches(setting.substr(0, dot), section.name)) continue;
      section.set_option(setting.substr(dot + 1, equals - dot - 1), setting.substr(equals + 1));
    }
  }
  return volfile;
}

bool has_network(const Volfile& volfile) {
  for (const VolumeSection& section : volfile.sections) {
    if (section.type == "protocol/client") return true;
  }
  return false;
}

class Mount {
 public:
  explicit Mount(MountProcess process) : process_(std::move(process)) {}
  Task<> run();

 private:
  using GraphPointer = std::shared_ptr<fuse::MountedGraph>;

  Task<Volfile> read_volume();
  Task<GraphPointer> raise_graph(Volfile volfile);
  Task<Gfid> find_root(GraphPointer graph);
  Task<> serve(fuse::Front& front);
  Task<> follow_volume(fuse::Front& front);
  Task<> take_change(fuse::Front& front);
  // Until a signal ends the process; `session` may be null.
  Task<> obey_signals(fuse::Session* session);

  MountProcess process_;
  GraphPointer current_;
};

Task<Volfile> Mount::read_volume() {
  const std::string text = co_await tried(process_.source.fetch());
  const Volfile parsed = co_await tried(parse_volfile(text));
  co_return adapted(parsed, process_.options);
}

Task<Mount::GraphPointer> Mount::raise_graph(Volfile volfile) {
  std::unique_ptr<Graph> graph = co_await tried(Graph::build(process_.world, volfile, process_.types));
  const GraphPointer mounted = std::make_shared<fuse::MountedGraph>(std::move(graph));
  Result<Done> raised = co_await mounted->graph().start();
  if (raised) {
    raised = co_await with_deadline(process_.world, patience, mounted->decided());
  }
  if (!raised) {
    co_await mounted->graph().stop();
    co_return raised.error();
  }
  co_return mounted;
}

// The root of the mount. Bricks that serve a directory as their root show it as such; of a local graph the path is
// walked.
Task<Gfid> Mount::find_root(GraphPointer graph) {
  const Call call;
  Gfid at = root_gfid;
  const fop::Lookup root{.gfid = root_gfid};
  co_await tried(graph->perform(call, root));
  if (has_network(graph->graph().volfile())) co_return at;
  std::string_view path = process_.options.subdirectory;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string name(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
    if (name.empty()) continue;
    const fop::Lookup step{.parent = at, .name = name};
    const fop::Lookup::Reply reply = co_await tried(graph->perform(call, step));
    if (!reply.iatt.is_directory()) co_return Error(ENOTDIR);
    at = reply.iatt.gfid;
  }
  co_return at;
}

Task<> Mount::run() {
  const Volfile volfile = co_await tried(read_volume());
  process_.found_volume = true;
  current_ = co_await tried(raise_graph(volfile));
  if (process_.options.mount.directory.empty()) {
    co_await tried(process_.report_ready());
    co_await obey_signals(nullptr);
    co_await tried(current_->graph().stop());
    co_return done;
  }
  const Result<Gfid> root = co_await find_root(current_);
  if (!root) {
    co_await current_->graph().stop();
    co_return Error(root.error().number(),
                    fmt::format("the directory to mount is not found on the volume: {}", root.error().sentence()));
  }
  fuse::Front front(process_.world, process_.options.mount);
  front.set_root(*root);
  front.use(current_);
  const Result<Done> served = co_await serve(front);
  current_.reset();
  co_await front.stop();
  co_return served;
}

Task<> Mount::serve(fuse::Front& front) {
  const std::unique_ptr<fuse::Session> session = co_await tried(fuse::Session::make(process_.world, front));
  co_await tried(session->mount());
  TaskSet beside;
  beside.start(obey_signals(session.get()));
  beside.start(follow_volume(front));
  co_await tried(process_.report_ready());
  log::info(domain, "{} is mounted on {}", process_.options.mount.source, process_.options.mount.directory);
  Result<Done> served = co_await session->serve();
  beside.cancel();
  front.end_requests();
  log::info(domain, "{} is unmounted", process_.options.mount.directory);
  co_return served;
}

Task<> Mount::obey_signals(fuse::Session* session) {
  while (true) {
    const int signal = co_await tried(process_.world.next_signal());
    if (signal == SIGHUP) process_.reopen_log();
    if (signal != SIGTERM && signal != SIGINT) continue;
    log::info(domain, "signal {}: ending", signal);
    if (session == nullptr) co_return done;
    const Result<Done> gone = co_await session->unmount();
    if (!gone) log::error(domain, "the mount cannot be taken away: {}", gone.error().sentence());
  }
}

Task<> Mount::follow_volume(fuse::Front& front) {
  while (true) {
    co_await tried(process_.source.changed());
    const Result<Done> taken = co_await take_change(front);
    if (!taken) log::error(domain, "the changed volume is not taken: {}", taken.error().sentence());
  }
}

Task<> Mount::take_change(fuse::Front& front) {
  const Volfile volfile = co_await tried(read_volume());
  if (volfile == current_->graph().volfile()) co_return done;
  const Result<Done> applied = current_->graph().reconfigure(volfile);
  if (applied) {
    log::info(domain, "options of the volume changed");
    co_return done;
  }
  if (applied.error().number() != ENOTSUP) co_return applied.error();
  current_ = co_await tried(raise_graph(volfile));
  front.use(current_);
  log::info(domain, "switched to a new graph");
  co_return done;
}

}  // namespace

Task<> run_mount(MountProcess process) {
  Mount mount(std::move(process));
  co_await tried(mount.run());
  co_return done;
}

}  // namespace mortar
