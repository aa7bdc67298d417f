// The life of a brick process: fetch the volume, build its graph, serve, follow changes of the volume, and go when a
// signal or glusterd says so.
#pragma once

#include <functional>
#include <memory>

#include "programs/brick_control.h"
#include "programs/brick_options.h"
#include "programs/network_volfile.h"
#include "runtime/real_world.h"
#include "translator/graph.h"

namespace mortar {

struct BrickProcess {
  RealWorld& world;
  const BrickOptions& options;
  const TranslatorTypes& types;
  VolfileSource& source;
  NetworkVolfile* management;                  // the same source, where it is a management daemon; else null
  std::function<Result<Done>()> report_ready;  // called once, when the brick serves
  std::function<void()> reopen_log;
  std::string state_dump_directory;  // where the volume names none
};

// Ends when the brick was told to. The number of an error is the exit status that glusterd understands (EADDRINUSE: try
// another port).
Task<> run_brick(BrickProcess process);

}  // namespace mortar
