// The self-heal daemons of this server: one for each started volume of copies that has a brick here, unless the
// volume's cluster.self-heal-daemon is off. One that ends is started again, with pauses that grow from one second to a
// minute. It goes on without its glusterd, and is found again.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/event.h"
#include "base/task_set.h"
#include "management/daemon_process.h"
#include "management/places.h"
#include "pool/pool.h"
#include "runtime/world.h"
#include "wire/messages/brick_operations.h"

namespace mortar {

class Healers {
 public:
  Healers(World& world, const Places& places, const Gfid& server);
  ~Healers();

  // The daemon runs or does not, as the volume wants it. A start is waited for a moment only: it is no part of the
  // volume's own. `log_level` is what the pool wants, for the next start.
  Task<> follow(Volume volume, std::string log_level);
  // The volume is no more, or has no brick here any more.
  Task<> end(Volume volume);

  // Nothing where it does not run.
  std::optional<int> running(const Volume& volume) const;
  // ENOTCONN where it does not run. The error names the daemon.
  template <class Request>
  Task<Dictionary> ask(Volume volume, Request request);
  // Whether this server is to have one.
  bool wants(const Volume& volume) const;

 private:
  struct Keeper;
  DaemonProcess process_of(const Volume& volume) const;
  Task<> keep(Keeper& keeper);

  World& world_;
  const Places& places_;
  const Gfid server_;
  std::string log_level_;
  std::map<std::string, std::unique_ptr<Keeper>> keepers_;  // by volume
};

// The whole command line; scripts read it. `log_level`: empty where nobody chose one.
Command healer_command(const Places& places, const Volume& volume, const Gfid& server, const std::string& log_level);
// Whether some server has one of the volume.
bool is_healed(const Volume& volume);

}  // namespace mortar
