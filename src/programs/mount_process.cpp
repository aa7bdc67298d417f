#include "programs/mount_process.h"

#include <fmt/format.h>
#include <signal.h>

#include "base/log.h"
#include "programs/process_dump.h"
#include "programs/process_memory.h"
#include "programs/version.h"
#include "translator/state_dump.h"
#include "translators/fuse/session.h"
#include "translators/meta/meta.h"

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
    if (!options.volfile.id.empty()) section.set_option("volfile-key", options.volfile.id);
  }
  if (options.access_by_gfid) {
    volfile.sections.push_back(
        {.name = "gfid-access-autoload", .type = "features/gfid-access", .subvolumes = {volfile.top().name}});
  }
  if (!options.mount.directory.empty()) {
    volfile.sections.push_back({.name = "meta-autoload", .type = Meta::type, .subvolumes = {volfile.top().name}});
  }
  set_translator_options(options.volfile, volfile);
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
  explicit Mount(MountProcess process) : process_(std::move(process)) {
    if (process_.options.mount.directory.empty()) return;
    shown_ = std::make_shared<meta::Process>(process_.world, facts());
    types_.emplace(Meta::type, Meta::maker(shown_));
  }
  Task<> run();

 private:
  using GraphPointer = std::shared_ptr<fuse::MountedGraph>;

  Task<Volfile> read_volume();
  Task<GraphPointer> raise_graph(Volfile volfile);
  Task<Gfid> find_root(GraphPointer graph);
  Task<> serve(fuse::Front& front);
  Task<> follow_volume(fuse::Front& front);
  Task<> take_change(fuse::Front& front);
  // Until a signal ends the process; without a mount both are null.
  Task<> obey_signals(fuse::Session* session, const fuse::Front* front);
  // Sections of a state dump.
  std::string state(const fuse::Front* front) const;
  meta::Facts facts() const;
  void show(const GraphPointer& graph);

  MountProcess process_;
  TranslatorTypes types_{process_.types};
  std::shared_ptr<meta::Process> shown_;  // in ".meta"; null without a mount
  const fuse::Front* front_ = nullptr;
  GraphPointer current_;
};

Task<Volfile> Mount::read_volume() {
  const std::string text = co_await tried(process_.source.fetch());
  const Volfile parsed = co_await tried(parse_volfile(text));
  co_return adapted(parsed, process_.options);
}

Task<Mount::GraphPointer> Mount::raise_graph(Volfile volfile) {
  std::unique_ptr<Graph> graph = co_await tried(Graph::build(process_.world, volfile, types_));
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
    co_await obey_signals(nullptr, nullptr);
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
  front_ = &front;
  show(current_);
  const Result<Done> served = co_await serve(front);
  front_ = nullptr;
  current_.reset();
  co_await front.stop();
  co_return served;
}

meta::Facts Mount::facts() const {
  return {.version = stock_version,
          .uuid = process_.world.random_gfid().text(),
          .command_line = process_.options.command_line,
          .log_file = process_.options.process.log_file,
          .mount = fuse::section_of(process_.options.mount),
          .mount_section = [this] { return front_ == nullptr ? std::string() : front_->mount_section(); },
          .memory_section = memory_section};
}

void Mount::show(const GraphPointer& graph) {
  shown_->use(std::shared_ptr<const Graph>(graph, &graph->graph()));
}

Task<> Mount::serve(fuse::Front& front) {
  const std::unique_ptr<fuse::Session> session = co_await tried(fuse::Session::make(process_.world, front));
  co_await tried(session->mount());
  TaskSet beside;
  beside.start(obey_signals(session.get(), &front));
  beside.start(follow_volume(front));
  co_await tried(process_.report_ready());
  log::info(domain, "{} is mounted on {}", process_.options.mount.source, process_.options.mount.directory);
  Result<Done> served = co_await session->serve();
  beside.cancel();
  front.end_requests();
  log::info(domain, "{} is unmounted", process_.options.mount.directory);
  co_return served;
}

Task<> Mount::obey_signals(fuse::Session* session, const fuse::Front* front) {
  while (true) {
    const int signal = co_await tried(process_.world.next_signal());
    if (signal == SIGHUP) {
      process_.reopen_log();
      process_.source.look_again();
    }
    if (signal == SIGUSR1) {
      co_await dump_process(process_.world, process_.state_dump_directory, state(front));
    }
    if (signal != SIGTERM && signal != SIGINT) continue;
    log::info(domain, "signal {}: ending", signal);
    if (session == nullptr) co_return done;
    const Result<Done> gone = co_await session->unmount();
    if (!gone) log::error(domain, "the mount cannot be taken away: {}", gone.error().sentence());
  }
}

std::string Mount::state(const fuse::Front* front) const {
  std::string sections;
  if (front != nullptr) {
    front->dump_state(sections);
    sections += shown_->calls_section();
  } else {
    dump_graph(current_->graph(), sections);
  }
  return sections;
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
  Graph& graph = current_->graph();
  if (volfile == graph.volfile()) co_return done;
  bool needs_new_graph = !graph.has_shape_of(volfile);
  if (!needs_new_graph) {
    for (const Error& refusal : graph.reconfigure(volfile)) {
      if (refusal.number() == ENOTSUP) {
        needs_new_graph = true;  // another brick in the place of one, say, is nothing to be had by an option
      } else {
        log::error(domain, "{}", refusal.sentence());
      }
    }
  }
  if (!needs_new_graph) {
    log::info(domain, "options of the volume changed");
    co_return done;
  }
  current_ = co_await tried(raise_graph(volfile));
  front.use(current_);
  show(current_);
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
