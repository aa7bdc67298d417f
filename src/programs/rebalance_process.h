// The process that rebalances a volume: it fetches the volume, walks through it, tells glusterd about it, and goes when
// it is done.
#pragma once

#include <functional>

#include "programs/client_options.h"
#include "programs/network_volfile.h"
#include "runtime/real_world.h"
#include "translator/graph.h"

namespace mortar {

struct RebalanceProcess {
  RealWorld& world;
  const ClientOptions& options;
  const TranslatorTypes& types;
  NetworkVolfile& management;
  std::function<Result<Done>()> report_ready;  // called once, when the walk begins
  std::function<void()> reopen_log;
  std::string state_dump_directory;
};

// Ends when glusterd knows how the walk ended, or when a signal says so. The error's sentence says why it did not
// begin.
Task<> run_rebalance(RebalanceProcess process);

}  // namespace mortar
