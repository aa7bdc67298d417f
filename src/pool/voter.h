// A server's own place among those that keep the pool's document: what of it a home (home.h) needs. EtcdVoter is the
// real one; tests have their own.
#pragma once

#include <chrono>

#include "base/gfid.h"
#include "pool/register.h"

namespace mortar {

class Voter {
 public:
  virtual ~Voter() = default;

  // Before anything else: whose voter it is.
  virtual void belong_to(const Gfid& server) = 0;
  // Whether something was ever kept here.
  virtual bool has_data() const = 0;
  // Starts it, or takes over the one that runs. Without data: as the first of a new pool, where `founds`, else as one
  // that others have let in, to follow them until they give it a vote.
  virtual Task<> start(Gfid pool, bool founds) = 0;
  // Resumes once it can be asked.
  virtual Task<> answering(std::chrono::seconds limit) = 0;
  // Also one that an earlier process of this server left.
  virtual Task<> stop() = 0;
  // Removes what it kept. It must not run, nor be a member any more.
  virtual Result<Done> wipe() = 0;

  // Puts the first document; its version is newer than the one given. Nothing where there is one already.
  virtual Task<> found(Document document) = 0;
  // What is kept, as all voters together know it.
  virtual Register& documents() = 0;
};

}  // namespace mortar
