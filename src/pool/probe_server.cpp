#include "pool/probe_server.h"

#include <fmt/format.h>

#include <algorithm>

namespace mortar {

namespace {

constexpr std::size_t longest_name = 255;

std::unexpected<Error> invalid(std::string sentence) { return failed(EINVAL, std::move(sentence)); }

// A name that another server has.
Result<Done> check_free(const Pool& pool, const Gfid& server, std::string_view name) {
  const Server* holder = pool.server_called(name);
  if (holder == nullptr || holder->id == server) return done;
  return invalid(fmt::format("{} is a name of the peer {} already", name, holder->id.text()));
}

}  // namespace

bool is_server_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_name && name.front() != '-' &&
         std::ranges::all_of(name, [](char letter) {
           return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                  (letter >= '0' && letter <= '9') || std::string_view("-._:%").find(letter) != std::string_view::npos;
         });
}

Result<Done> InviteServer::check(const Pool& pool) const {
  const std::string host = server.names.empty() ? server.id.text() : server.names.front();
  if (pool.trust.pool.is_null()) return invalid("This server is alone: it has to found a pool first");
  const Server* known = pool.server(server.id);
  if (known != nullptr && !known->invited) {
    return failed(EEXIST, fmt::format("Host {} port 24007 already in peer list", host));
  }
  if (known == nullptr && pool.servers.size() >= most_servers) {
    return failed(ENOSPC, fmt::format("There are {} servers in the pool: no more can be added", pool.servers.size()));
  }
  if (server.id.is_null() || server.names.empty() || server.names.size() > most_names || server.public_key.empty()) {
    return invalid(fmt::format("{} does not say who it is", host));
  }
  if (!is_server_name(server.address)) return invalid(fmt::format("{} is an invalid address", server.address));
  if (Result<Done> free = check_free(pool, server.id, server.address); !free) return free;
  for (const std::string& name : server.names) {
    if (!is_server_name(name)) return invalid(fmt::format("{} is an invalid address", name));
    if (Result<Done> free = check_free(pool, server.id, name); !free) return free;
  }
  if (server.newest_op_version < pool.op_version) {
    return invalid(fmt::format("Peer {} does not support required op-version", host));
  }
  return done;
}

void InviteServer::apply(Pool& pool) const {
  Server added = server;
  added.invited = true;
  added.votes = false;
  if (Server* known = pool.server(server.id)) {
    // The certificate of an invitation that is repeated counts instead of the former one.
    if (known->certificate != added.certificate) pool.trust.revoked.push_back(known->certificate);
    *known = std::move(added);
  } else {
    pool.servers.push_back(std::move(added));
  }
}

Result<Done> AdmitServer::check(const Pool& pool) const {
  if (pool.server(server) != nullptr) return done;
  return failed(ENOENT, fmt::format("{} is not invited any more", server.text()));
}

void AdmitServer::apply(Pool& pool) const { pool.server(server)->invited = false; }

Result<Done> NameServer::check(const Pool& pool) const {
  const Server* known = pool.server(server);
  if (known == nullptr) return failed(ENOENT, fmt::format("{} is not part of cluster", server.text()));
  if (!is_server_name(name)) return invalid(fmt::format("{} is an invalid address", name));
  if (known->names.size() >= most_names && pool.server_called(name) != known) {
    return failed(ENOSPC, fmt::format("{} has {} names already", known->names.front(), known->names.size()));
  }
  return check_free(pool, server, name);
}

void NameServer::apply(Pool& pool) const {
  std::vector<std::string>& names = pool.server(server)->names;
  if (std::ranges::find(names, name) == names.end()) names.push_back(name);
}

Result<Done> MoveServer::check(const Pool& pool) const {
  if (pool.server(server) == nullptr) return failed(ENOENT, fmt::format("{} is not part of cluster", server.text()));
  if (!is_server_name(address)) return invalid(fmt::format("{} is an invalid address", address));
  return check_free(pool, server, address);
}

void MoveServer::apply(Pool& pool) const { pool.server(server)->address = address; }

}  // namespace mortar
