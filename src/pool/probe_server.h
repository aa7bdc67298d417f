// peer probe: a server comes into the pool in two steps, so that one that is killed between them leaves no doubt. First
// the pool writes down that it invites the server; then the server is told, keeps it, and the pool writes down that it
// knows.
#pragma once

#include "pool/edit.h"

namespace mortar {

inline constexpr std::size_t most_servers = 512;
inline constexpr std::size_t most_names = 16;  // of one server

struct InviteServer {
  Server server;  // as it told of itself; its first name is the one it was probed by

  // EEXIST where it is a member already (stock's words, which are no failure); an invitation may be repeated.
  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
};

struct AdmitServer {
  Gfid server;

  // ENOENT where the invitation was taken back.
  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
};

// A server is called by a further name: it was probed by an address, or from the other side.
struct NameServer {
  Gfid server;
  std::string name;

  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
};

// A server is reached at another address than it was.
struct MoveServer {
  Gfid server;
  std::string address;

  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
};

// Whether it can be written down: letters that names and addresses have.
bool is_server_name(std::string_view name);

}  // namespace mortar
