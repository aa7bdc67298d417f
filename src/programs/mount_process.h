// The life of a client: fetch the volume, build its graph, wait until it can serve, mount, serve, follow changes of the
// volume, and go when the mount goes or a signal says so.
#pragma once

#include <functional>

#include "programs/client_options.h"
#include "programs/volfile_source.h"
#include "runtime/real_world.h"
#include "translator/graph.h"

namespace mortar {

struct MountProcess {
  RealWorld& world;
  const ClientOptions& options;
  const TranslatorTypes& types;
  VolfileSource& source;
  std::function<Result<Done>()> report_ready;  // called once, when the mount is usable
  std::function<void()> reopen_log;
  std::string state_dump_directory;
  bool& found_volume;  // set once the volume is known: what fails later is the volume's own fault
};

// Ends when the mount is gone. The error's sentence says why there is no mount. Without a mount point the graph alone
// runs, until a signal ends it.
Task<> run_mount(MountProcess process);

}  // namespace mortar
