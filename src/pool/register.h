// Where the pool's document is kept: read it, swap it for another one, watch it. One interface, several engines.
//
// A swap can end in three ways: done; EAGAIN where somebody else was first (read again, check again); ETIMEDOUT where
// it is unknown whether it was done, or will yet be done: reading is not enough to tell (see configuration.h). Any
// other error: not done, and the sentence says why.
#pragma once

#include <cstdint>
#include <string>

#include "base/task.h"

namespace mortar {

struct Document {
  std::uint64_t version = 0;  // 0: nothing was ever written
  std::string text;
  friend bool operator==(const Document&, const Document&) = default;
};

class Register {
 public:
  virtual ~Register() = default;
  virtual Task<Document> read() = 0;
  // Puts the text in the place of the version expected; yields the new one.
  virtual Task<std::uint64_t> swap(std::uint64_t expected, std::string text) = 0;
  // Resumes with the document as soon as it is newer than the version given.
  virtual Task<Document> watch(std::uint64_t after) = 0;
};

}  // namespace mortar
