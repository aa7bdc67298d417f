// Root squash: requests of root, or of everybody, count as those of the anonymous user.
#pragma once

#include "translator/call.h"
#include "translators/server/server_options.h"

namespace mortar {

// Trusted clients may be exempt by who they say they are (their pid); everybody else never is.
inline void squash(const ServerOptions& options, const Client& client, Identity& identity) {
  if (!options.root_squash && !options.all_squash) return;
  const std::int32_t pid = identity.pid;
  const bool exempt = pid == internal_pid::no_root_squash || pid == internal_pid::geo_replication ||
                      pid == internal_pid::rebalance || pid == internal_pid::self_heal ||
                      pid == internal_pid::quota_mount;
  if (client.trusted && exempt) return;
  if (options.all_squash || identity.uid == 0) identity.uid = options.anonymous_uid;
  if (options.all_squash || identity.gid == 0) identity.gid = options.anonymous_gid;
  for (std::uint32_t& group : identity.groups) {
    if (group == 0) group = options.anonymous_gid;
  }
}

}  // namespace mortar
