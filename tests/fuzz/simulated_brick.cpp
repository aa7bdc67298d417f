#include "simulated_brick.h"

#include <fcntl.h>

#include "translators/access_control/access_control.h"
#include "translators/index/index.h"
#include "translators/io_stats/io_stats.h"
#include "translators/locks/locks.h"
#include "translators/pass/pass.h"
#include "translators/posix/checker.h"
#include "translators/posix/posix.h"
#include "translators/server/server.h"
#include "translators/upcall/upcall.h"
#include "translators/utime/utime.h"

namespace mortar {
namespace {

constexpr int here = FileSystem::no_directory;
constexpr const char* secret_path = "/secret";

template <class Request>
void must(Simulation& simulation, Translator& top, const Request& request) {
  Call call;
  call.stamps = Request::stamps;
  call.time = {100, 0};
  check(simulation.run(top.perform(call, request)).has_value(), "the brick of the fuzz target is made");
}

template <class Request>
Request with_gfid(Request request, const Gfid& gfid) {
  request.xdata.set("gfid-req", gfid);
  return request;
}

DiskState made_disk() {
  Simulation simulation(1);
  Host& host = simulation.add_host("server", "10.0.0.1");
  SimulatedWorld& world = host.start_process("brick");
  FileSystem& files = world.files();
  check(files.make_directories(fuzz_brick).has_value(), "a brick's directory is made");
  check(files.write_file(secret_path, fuzz_secret).has_value(), "something lies beside the brick");
  std::unique_ptr<Graph> graph = *Graph::build(world, fuzz_brick_volfile(false), fuzz_brick_types());
  check(simulation.run(graph->start()).has_value(), "a brick starts");
  Translator& top = graph->top();
  must(simulation, top, with_gfid(fop::Mknod{.parent = root_gfid, .mode = 0100644, .name = "file"}, fuzz_file()));
  must(simulation, top, with_gfid(fop::Mkdir{.parent = root_gfid, .mode = 0755, .name = "folder"}, fuzz_folder()));
  must(simulation, top,
       with_gfid(fop::Mknod{.parent = fuzz_folder(), .mode = 0100600, .name = "second"}, fuzz_gfid(0x55)));
  must(simulation, top,
       with_gfid(fop::Symlink{.parent = root_gfid, .name = "link", .target = "../../secret"}, fuzz_link()));
  // An attacker who can write to the brick's file system leaves a handle that leads out of it.
  const std::string planted = fuzz_planted().text();
  const std::string folder = fmt::format("{}/.glusterfs/{}/{}", fuzz_brick, planted.substr(0, 2), planted.substr(2, 2));
  check(files.make_directories(folder).has_value(), "a folder of handles is made");
  check(files.make_symlink("../../../../..", here, folder + "/" + planted).has_value(), "a handle is planted");
  check(files.make_symlink("../secret", here, std::string(fuzz_brick) + "/planted").has_value(), "a link is planted");
  check(simulation.run(graph->stop()).has_value(), "a brick stops");
  graph.reset();
  DiskState state = host.disk().state();
  state.sync_everything();
  return state;
}

}  // namespace

Volfile fuzz_brick_volfile(bool server) {
  std::string text = fmt::format(R"(volume v-posix
    type storage/posix
    option directory {0}
    option health-check-interval 0
end-volume
volume v-access-control
    type features/access-control
    subvolumes v-posix
end-volume
volume v-locks
    type features/locks
    subvolumes v-access-control
end-volume
volume v-upcall
    type features/upcall
    option cache-invalidation on
    subvolumes v-locks
end-volume
volume v-index
    type features/index
    option index-base {0}/.glusterfs/indices
    option xattrop-pending-watchlist trusted.afr.v-
    option xattrop-dirty-watchlist trusted.afr.dirty
    subvolumes v-upcall
end-volume
volume {0}
    type debug/io-stats
    option unique-id {0}
    option latency-measurement on
    option count-fop-hits on
    subvolumes v-index
end-volume
)",
                                 fuzz_brick);
  if (server) {
    text += fmt::format(R"(volume v-server
    type protocol/server
    option listen-port 49152
    option auth.addr.{0}.allow *
    subvolumes {0}
end-volume
)",
                        fuzz_brick);
  } else {
    text += fmt::format("volume v-utime\n    type features/utime\n    subvolumes {}\nend-volume\n", fuzz_brick);
  }
  return *parse_volfile(text);
}

TranslatorTypes fuzz_brick_types() {
  TranslatorTypes types;
  add_pass_types(types);
  types.emplace(IoStats::type, IoStats::maker({}));
  types.emplace("features/access-control", make_access_control);
  types.emplace("features/index", make_index);
  types.emplace("features/locks", make_locks);
  types.emplace("features/upcall", make_upcall);
  types.emplace("features/utime", Utime::make);
  types.emplace("protocol/server", ProtocolServer::make);
  types.emplace(posix::Posix::type, posix::Posix::make);
  return types;
}

const DiskState& fuzz_disk() {
  static const DiskState disk = made_disk();
  return disk;
}

void check_outside(SimulatedFileSystem& disk) {
  const Result<std::string> secret = disk.read_file(secret_path);
  check(secret && *secret == fuzz_secret, "what lies beside the brick is unchanged");
  Result<OpenFile> root = disk.open(here, "/", O_RDONLY | O_DIRECTORY, 0);
  check(root.has_value(), "the disk has a root");
  std::size_t entries = 0;
  for (std::uint64_t offset = 0;;) {
    const Result<std::vector<DirectoryEntry>> some = disk.read_directory(root->number(), offset);
    if (!some || some->empty()) break;
    entries += some->size();
    offset = some->back().offset;
  }
  check(entries == 4, "nothing new lies beside the brick");  // ".", "..", the brick, the secret
}

}  // namespace mortar
