// Who asks, beside what is asked: the first argument of every operation.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "wire/identity.h"

namespace mortar {

// One signed-in connection of a client to a brick. Locks and handles belong to it.
struct Client {
  std::uint64_t number = 0;  // unique in the process, never used again; 0 is the process itself
  std::string uid;           // what the client calls itself in its handshake ("process-uuid")
  std::string host;          // address it came from
  bool trusted = false;      // it showed the volume's user name and password
  std::uint32_t op_version = 0;
};

struct Call : Identity {
  // Never null on a brick; null in a client's graph.
  std::shared_ptr<const Client> client;

  std::uint64_t client_number() const { return client ? client->number : 0; }
  // Calls of the volume's own processes skip permission checks and read-only switches.
  bool is_internal() const { return pid < 0; }
};

}  // namespace mortar
