// peer probe: the side of the pool. The server is asked who it is; if it is in no pool and has no volumes, the pool
// writes down that it is invited, and invites it; it writes down that it belongs to the pool, and then the pool does.
// Killed anywhere between, the same probe takes it up again.
#pragma once

#include <string>

#include "management/peers/membership.h"

namespace mortar {

enum class ProbeOutcome { added, named, known_already };

class Probe {
 public:
  // `bind_address`: the only address of this server, where it has but one.
  Probe(World& world, Membership& membership, std::uint16_t port, std::string bind_address)
      : world_(world), membership_(membership), port_(port), bind_address_(std::move(bind_address)) {}

  // The error's sentence is the user's, in stock's words where stock has some.
  Task<ProbeOutcome> run(std::string host);
  // A server that the document says is invited.
  Task<> invite_again(Server server);
  // At which this server reaches the other one.
  Task<std::string> own_address(Server other);

 private:
  struct Met {
    Introduce::Reply reply;
    std::string its_address;
    std::string own_address;
  };
  Task<Met> meet(std::string host, std::string authority);
  Task<> check_free(std::string host, const Introduce::Reply& met);
  Task<Met> meet_again(Server server, std::string authority);
  Task<> invite(Server server, Introduce::Reply met);

  World& world_;
  Membership& membership_;
  const std::uint16_t port_;
  const std::string bind_address_;
};

}  // namespace mortar
