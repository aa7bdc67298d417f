// What travels upwards through a graph without having been asked for.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/dictionary.h"
#include "wire/events.h"
#include "wire/fop/types.h"

namespace mortar {

namespace notice {

// The subvolume can serve, or cannot any more.
struct ChildUp {};
struct ChildDown {};
// The other side refuses this client for good: it is not tried again. The sentence is for whoever mounts.
struct ChildRefused {
  int number = 0;  // errno
  std::string sentence;
};

// To the client: forget what you know of this object; without a gfid, of all objects, for notices may have been lost.
struct CacheInvalidation {
  std::uint64_t client = 0;  // Client::number on a brick; unused in a client's graph
  Gfid gfid;
  std::uint32_t flags = 0;          // bits of the upcall flags
  std::uint32_t expires_after = 0;  // seconds
  Iatt iatt;
  Iatt parent;
  Iatt old_parent;
  Dictionary xattrs;
};

// To the holder of a lock: somebody waits for it.
struct InodelkContention {
  std::uint64_t client = 0;
  Gfid gfid;
  Flock held;
  std::uint32_t pid = 0;
  std::string domain;
};
struct EntrylkContention {
  std::uint64_t client = 0;
  Gfid gfid;
  std::uint32_t type = 0;
  std::uint32_t pid = 0;
  std::string name;
  std::string domain;
};
struct RecallLease {
  std::uint64_t client = 0;
  Gfid gfid;
  std::uint32_t type = 0;
  std::array<std::uint8_t, 16> id{};
};

// Whoever watches the pool is to hear of it.
struct Happened {
  Occurrence event;
};

}  // namespace notice

using Notice =
    std::variant<notice::ChildUp, notice::ChildDown, notice::ChildRefused, notice::CacheInvalidation,
                 notice::InodelkContention, notice::EntrylkContention, notice::RecallLease, notice::Happened>;

}  // namespace mortar
