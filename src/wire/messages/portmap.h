// Portmap: which port a brick listens on. Bricks sign in, clients ask.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "wire/programs.h"

namespace mortar {

// An unknown brick: op_ret -1, the rest 0.
struct PortByBrick {
  static constexpr Program program = programs::portmap;
  static constexpr const char* name_of_operation = "PORTBYBRICK";
  static constexpr std::uint32_t number = 1;
  struct Reply {
    std::int32_t op_ret = 0;
    std::int32_t op_errno = 0;
    std::int32_t status = 0;
    std::int32_t port = 0;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"status", self.status},
                        Field{"port", self.port});
    }
  };

  std::string brick;
  friend bool operator==(const PortByBrick&, const PortByBrick&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"brick", self.brick}); }
};

struct BrickByPort {
  static constexpr Program program = programs::portmap;
  static constexpr const char* name_of_operation = "BRICKBYPORT";
  static constexpr std::uint32_t number = 2;
  struct Reply {
    std::int32_t op_ret = 0;
    std::int32_t op_errno = 0;
    std::int32_t status = 0;
    std::string brick;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"status", self.status},
                        Field{"brick", self.brick});
    }
  };

  std::int32_t port = 0;
  friend bool operator==(const BrickByPort&, const BrickByPort&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"port", self.port}); }
};

struct SignReply {
  std::int32_t op_ret = 0;
  std::int32_t op_errno = 0;
  friend bool operator==(const SignReply&, const SignReply&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}); }
};

struct SignIn {
  static constexpr Program program = programs::portmap;
  static constexpr const char* name_of_operation = "SIGNIN";
  static constexpr std::uint32_t number = 4;
  using Reply = SignReply;

  std::string brick;
  std::int32_t port = 0;
  std::int32_t pid = 0;
  friend bool operator==(const SignIn&, const SignIn&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"brick", self.brick}, Field{"port", self.port}, Field{"pid", self.pid});
  }
};

struct SignOut {
  static constexpr Program program = programs::portmap;
  static constexpr const char* name_of_operation = "SIGNOUT";
  static constexpr std::uint32_t number = 5;
  using Reply = SignReply;

  std::string brick;
  std::int32_t port = 0;
  std::int32_t rdma_port = 0;
  friend bool operator==(const SignOut&, const SignOut&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"brick", self.brick}, Field{"port", self.port}, Field{"rdma_port", self.rdma_port});
  }
};

using PortmapMessages = MessageList<PortByBrick, BrickByPort, SignIn, SignOut>;

}  // namespace mortar
