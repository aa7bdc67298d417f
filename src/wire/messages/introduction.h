// How a server that is in no pool meets the one that lets it in. First, in plain, both tell who they are and by which
// authority's certificates they are to be known to each other; then the invitation, over TLS with these. A program of
// our own beside stock's.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "base/gfid.h"
#include "wire/programs.h"

namespace mortar {

struct Introduce {
  static constexpr Program program = programs::introduction;
  static constexpr const char* name_of_operation = "INTRODUCE";
  static constexpr std::uint32_t number = 1;
  struct Reply {
    std::int32_t op_ret = 0;
    std::int32_t op_errno = 0;
    std::string op_errstr;
    Gfid server;
    Gfid pool;               // null: in none
    std::string authority;   // certificate; empty where it is in a pool
    std::string public_key;  // of the server
    std::uint32_t op_version = 0;
    std::uint32_t volumes = 0;
    std::uint32_t waits = 0;  // it has read its pool from the state of GlusterFS, and waits for the others
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno},
                        Field{"op_errstr", self.op_errstr}, Field{"server", self.server}, Field{"pool", self.pool},
                        Field{"authority", self.authority}, Field{"public_key", self.public_key},
                        Field{"op_version", self.op_version}, Field{"volumes", self.volumes},
                        Field{"waits", self.waits});
    }
  };

  std::string authority;  // certificate, of the pool of who asks; empty: it only wants to know
  friend bool operator==(const Introduce&, const Introduce&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"authority", self.authority}); }
};

// Answered once the server has written down that it belongs to the pool.
struct Invite {
  static constexpr Program program = programs::introduction;
  static constexpr const char* name_of_operation = "INVITE";
  static constexpr std::uint32_t number = 2;
  struct Reply {
    std::int32_t op_ret = 0;
    std::int32_t op_errno = 0;
    std::string op_errstr;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno},
                        Field{"op_errstr", self.op_errstr});
    }
  };

  Gfid pool;
  std::string certificate;  // for the server that is invited
  std::string authority;    // who issued it
  std::uint64_t version = 0;
  std::string document;  // the pool's, of the version
  friend bool operator==(const Invite&, const Invite&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"pool", self.pool}, Field{"certificate", self.certificate},
                      Field{"authority", self.authority}, Field{"version", self.version},
                      Field{"document", self.document});
  }
};

using IntroductionMessages = MessageList<Introduce, Invite>;

}  // namespace mortar
