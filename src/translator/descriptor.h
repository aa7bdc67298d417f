// An open file or directory, shared by all translators of a graph. It is made by the translator that opens (posix on a
// brick, the protocol client on a client) and lives until the last holder lets go; an explicit Release operation comes
// before that.
#pragma once

#include <cstdint>

#include "base/gfid.h"
#include "translator/context_map.h"
#include "wire/fop/types.h"

namespace mortar {

class Descriptor {
 public:
  Descriptor(Gfid object, std::uint32_t open_flags, bool is_directory)
      : gfid(object), flags(open_flags), directory(is_directory) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  const Gfid gfid;
  const std::uint32_t flags;  // open_flag bits
  const bool directory;
  ContextMap contexts;
};

}  // namespace mortar
