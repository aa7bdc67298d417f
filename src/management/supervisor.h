// Makes the wish come true that a started volume's bricks run. First start, crash, reboot and `start force` are one
// path: what is wanted and does not run is looked for, and started where it is not found.
//
// A brick that was told to end (SIGTERM, or TERMINATE over its socket: it signs out and removes its pid file) is left
// alone until `volume start force`. One that just vanished (crash, SIGKILL, out of memory) or could not be started (its
// disk is not mounted yet) is started again, with pauses that grow from one second to a minute, unless the volume's
// cluster.brick-restart is off. A directory that is not there, or is not the volume's, is looked for every second, and
// nothing is started on it: it may be the bare mount point.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/event.h"
#include "base/task_set.h"
#include "management/brick_process.h"
#include "management/events/announcer.h"
#include "management/port_map.h"
#include "management/store.h"

namespace mortar {

class Supervisor {
 public:
  Supervisor(World& world, const Places& places, Store& store, PortMap& ports, Announcer& announcer,
             const Gfid& server);
  ~Supervisor();

  // Starts this server's bricks of the volume that do not run; the error tells of the first that cannot, which is tried
  // again until the volume is stopped. `forced` also starts those that were told to end.
  Task<> start(Volume volume, bool forced);
  // The bricks are wanted no more, and end.
  Task<> stop(Volume volume);
  // Whether crashed bricks of the volume come back is read from its options.
  void update(const Volume& volume);

  // Pid and port; nothing where it does not run.
  std::optional<RunningBrick> running(const Volume& volume, const Brick& brick) const;
  // Why it does not run though it should; empty where it runs, or nothing is known of it.
  std::string trouble(const Volume& volume, const Brick& brick) const;
  // The port it has or had last; 0: none yet.
  std::uint16_t port(const Volume& volume, const Brick& brick) const;
  void signed_out(std::string_view brick_path);

 private:
  struct Keeper;
  template <class Kind>
  void tell(const Keeper& keeper);
  static std::string name_of(const Volume& volume, const Brick& brick);
  Keeper& keeper(const Volume& volume, const Brick& brick);
  Task<> start_one(Keeper& keeper, bool forced);
  Task<> stop_one(Keeper& keeper);
  Task<> bring_up(Keeper& keeper);
  Task<> check_directory(Keeper& keeper);
  // In the log once.
  static void does_not_run(Keeper& keeper, std::string reason);
  void runs(Keeper& keeper, RunningBrick running);
  Task<> watch(Keeper& keeper, int pid);
  Task<> bring_back(Keeper& keeper);
  Task<> wait_for_sign_in(std::string brick_path);

  World& world_;
  const Places& places_;
  Store& store_;
  PortMap& ports_;
  Announcer& announcer_;
  const Gfid server_;
  std::map<std::string, std::unique_ptr<Keeper>> keepers_;  // by volume name and brick
};

}  // namespace mortar
