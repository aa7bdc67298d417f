// Where a process gets its volume from.
#pragma once

#include <string>

#include "base/event.h"
#include "base/task.h"

namespace mortar {

class VolfileSource {
 public:
  virtual ~VolfileSource() = default;
  // The text. The error's sentence says what was tried.
  virtual Task<std::string> fetch() = 0;
  // Until there may be another text than the one fetched last.
  Task<> changed() {
    co_await changed_.wait();
    changed_.reset();
    co_return done;
  }
  // As if it had changed.
  void look_again() { changed_.set(); }

 protected:
  Event changed_;
};

}  // namespace mortar
