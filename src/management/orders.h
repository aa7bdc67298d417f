// A command's orders to the servers of the pool, this one among them: all are told at once, and heard to the end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "management/performer.h"

namespace mortar {

// Whether a server that was asked did not answer; what it answers itself is EREMOTEIO.
inline bool is_silence(const Error& error) { return error.number() == ENOTCONN || error.number() == ETIMEDOUT; }

// How a command ended on the servers.
struct Reports {
  std::optional<Error> failure;     // of the first that could not, with its name
  std::vector<std::string> silent;  // who did not answer, or not in time: it will follow when it is back

  // The failure, if there was one.
  Result<Done> outcome() const;
};

class Orders {
 public:
  Orders(Membership& membership, Performer& own) : membership_(membership), own_(own) {}

  // All servers of the pool that answer.
  Task<Reports> give(Order order);
  // ENOTCONN "Host X not connected" where one that has a brick of the volume does not answer.
  Result<Done> check_connected(const Volume& volume) const;

 private:
  Task<> tell(Gfid server, Order order);

  Membership& membership_;
  Performer& own_;
};

}  // namespace mortar
