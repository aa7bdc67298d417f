// A shorter way between a brick and a client on one machine: a Unix socket instead of TCP. A program of our own beside
// stock's, served by bricks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include "base/gfid.h"
#include "wire/programs.h"

namespace mortar {

// Asked over TCP. Whoever begins a connection at the socket with the token, in its 16 bytes, is who asked: under the
// same addresses, with the same rights. The token is good once, and as long as the connection that it was told on.
struct AskForShortcut {
  static constexpr Program program = programs::shortcuts;
  static constexpr const char* name_of_operation = "ASK_FOR_SHORTCUT";
  static constexpr std::uint32_t number = 1;
  // Of the socket's name: abstract, and no other program's. A client goes nowhere else, whatever a brick says.
  static constexpr std::string_view prefix = "@mortar/";
  struct Reply {
    std::int32_t op_ret = 0;
    std::int32_t op_errno = 0;  // EREMOTE: not for this one
    std::string socket;
    Gfid token;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"socket", self.socket},
                        Field{"token", self.token});
    }
  };

  friend bool operator==(const AskForShortcut&, const AskForShortcut&) = default;
  auto fields(this auto&) { return std::tuple(); }
};

using ShortcutMessages = MessageList<AskForShortcut>;

}  // namespace mortar
