// Where a process gets its volume from.
#pragma once

#include <string>

#include "base/task.h"

namespace mortar {

class VolfileSource {
 public:
  virtual ~VolfileSource() = default;
  // The text. The error's sentence says what was tried.
  virtual Task<std::string> fetch() = 0;
  // Until there may be another text than the one fetched last.
  virtual Task<> changed() = 0;
};

}  // namespace mortar
