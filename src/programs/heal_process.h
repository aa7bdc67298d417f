// The process that heals the replicated volumes of a server, as far as their copies are on it: it fetches the volume,
// heals what its bricks list, and does what glusterd asks over its socket.
#pragma once

#include <functional>

#include "programs/client_options.h"
#include "programs/network_volfile.h"
#include "runtime/real_world.h"
#include "translator/graph.h"

namespace mortar {

struct HealProcess {
  RealWorld& world;
  const ClientOptions& options;
  const TranslatorTypes& types;
  NetworkVolfile& management;
  std::function<Result<Done>()> report_ready;  // called once, when it serves
  std::function<void()> reopen_log;
  std::string state_dump_directory;
};

// Ends when a signal says so. The error's sentence says why it did not begin.
Task<> run_heal(HealProcess process);

}  // namespace mortar
