// What servers of a pool ask each other, over TLS only: the pool's document, by those that do not vote of those that
// do. A program of our own beside stock's.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "wire/programs.h"

namespace mortar {

struct DocumentReply {
  std::int32_t op_ret = 0;
  std::int32_t op_errno = 0;
  std::string op_errstr;
  std::uint64_t version = 0;
  std::string text;
  friend bool operator==(const DocumentReply&, const DocumentReply&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno},
                      Field{"op_errstr", self.op_errstr}, Field{"version", self.version}, Field{"text", self.text});
  }
};

struct ReadDocument {
  static constexpr Program program = programs::members;
  static constexpr const char* name_of_operation = "READ_DOCUMENT";
  static constexpr std::uint32_t number = 1;
  using Reply = DocumentReply;
  friend bool operator==(const ReadDocument&, const ReadDocument&) = default;
  auto fields(this auto&) { return std::tuple(); }
};

// The reply's text is empty.
struct SwapDocument {
  static constexpr Program program = programs::members;
  static constexpr const char* name_of_operation = "SWAP_DOCUMENT";
  static constexpr std::uint32_t number = 2;
  using Reply = DocumentReply;

  std::uint64_t expected = 0;
  std::string text;
  friend bool operator==(const SwapDocument&, const SwapDocument&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"expected", self.expected}, Field{"text", self.text}); }
};

// Answered once there is a newer one; after a minute at the latest, then with version 0.
struct WatchDocument {
  static constexpr Program program = programs::members;
  static constexpr const char* name_of_operation = "WATCH_DOCUMENT";
  static constexpr std::uint32_t number = 3;
  using Reply = DocumentReply;

  std::uint64_t after = 0;
  friend bool operator==(const WatchDocument&, const WatchDocument&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"after", self.after}); }
};

using MemberMessages = MessageList<ReadDocument, SwapDocument, WatchDocument>;

}  // namespace mortar
